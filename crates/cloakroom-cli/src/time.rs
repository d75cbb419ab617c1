//! Times as the user writes and reads them: RFC 3339.

use jiff::Timestamp as Instant;

use cloakroom_time::Timestamp;

use crate::failure::Failure;

/// The instant that an argument names.
pub(crate) fn parse(text: &str) -> Result<Timestamp, Failure> {
    text.parse::<Instant>()
        .ok()
        .and_then(|instant| u64::try_from(instant.as_millisecond()).ok())
        .map(Timestamp::from_millis)
        .ok_or(Failure::Usage("a time that is not RFC 3339"))
}

/// The instant in RFC 3339, in UTC.
pub(crate) fn print(time: Timestamp) -> String {
    i64::try_from(time.as_millis())
        .ok()
        .and_then(|millis| Instant::from_millisecond(millis).ok())
        .unwrap_or(Instant::MAX)
        .to_string()
}
