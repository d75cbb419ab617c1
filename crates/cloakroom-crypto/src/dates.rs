//! Times in the text of a source: RFC 3339, read and written by jiff.

use jiff::Timestamp as Instant;

use cloakroom_time::Timestamp;

/// The instant that an RFC 3339 text names, in whole milliseconds; none before 1970.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    // jiff also reads looser forms, such as one with the name of a zone in brackets.
    let strict = text.bytes().all(|byte| {
        byte.is_ascii_digit()
            || matches!(byte, b'-' | b':' | b'.' | b'+' | b'T' | b't' | b'Z' | b'z')
    });
    let instant = strict.then(|| text.parse::<Instant>().ok())??;
    let millis = u64::try_from(instant.as_millisecond()).ok()?;
    Some(Timestamp::from_millis(millis))
}

/// The instant in RFC 3339, in UTC; what lies beyond the year 9999 is the end of that year.
pub(crate) fn print(time: Timestamp) -> String {
    i64::try_from(time.as_millis())
        .ok()
        .and_then(|millis| Instant::from_millisecond(millis).ok())
        .unwrap_or(Instant::MAX)
        .to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_offset_is_taken_into_account() {
        assert_eq!(
            parse("2030-01-01T02:00:00.25+02:00"),
            Some(Timestamp::from_millis(1_893_456_000_250))
        );
    }

    #[test]
    fn a_time_before_1970_or_without_an_offset_is_none() {
        assert_eq!(parse("1969-12-31T23:59:59Z"), None);
        assert_eq!(parse("2030-01-01T00:00:00"), None);
        assert_eq!(parse("2030-01-01"), None);
        assert_eq!(parse("2030-01-01 00:00:00Z"), None);
        assert_eq!(parse("2030-01-01T00:00:00Z[UTC]"), None);
    }

    #[test]
    fn an_instant_beyond_all_calendars_prints_as_their_end() {
        assert!(print(Timestamp::MAX).starts_with("9999-12-"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(millis in 0_u64..253_000_000_000_000) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(parse(&print(time)), Some(time));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9TZ:.+]{0,32}|.{0,16}") {
            if let Some(time) = parse(&text) {
                prop_assert_eq!(parse(&print(time)), Some(time));
            }
        }
    }
}
