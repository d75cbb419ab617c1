//! Instants and spans as a page shows them.

use std::time::Duration;

use cloakroom::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An instant in UTC, to the minute: `22 Nov 2026, 16:05 UTC`.
pub(crate) fn instant(time: Timestamp) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let time = seconds.and_then(|s| jiff::Timestamp::from_second(s).ok());
    time.map_or_else(
        || "the end of time".to_owned(),
        |time| time.strftime("%-d %b %Y, %H:%M UTC").to_string(),
    )
}

/// An instant as a machine reads it, for a `time` element.
pub(crate) fn machine(time: Timestamp) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let time = seconds.and_then(|s| jiff::Timestamp::from_second(s).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// A span in its two largest units, rounded to the nearest minute: `11 h 59 min`, `6 d 4 h`.
pub(crate) fn span(span: Duration) -> String {
    let seconds = (span.as_secs() + MINUTE / 2) / MINUTE * MINUTE;
    let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
    let minutes = seconds % HOUR / MINUTE;
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_to_the_minute() {
        let time = Timestamp::from_secs(1_795_363_500);
        assert_eq!(instant(time), "22 Nov 2026, 16:05 UTC");
        assert_eq!(machine(time), "2026-11-22T16:05:00Z");
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_shown_all_the_same() {
        assert_eq!(instant(Timestamp::MAX), "the end of time");
        assert_eq!(machine(Timestamp::MAX), "");
    }

    #[test]
    fn a_span_is_shown_in_its_two_largest_units() {
        let shown = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(shown(29), "less than a minute");
        assert_eq!(shown(30 * 60 - 1), "30 min");
        assert_eq!(shown(12 * 3_600), "12 h");
        assert_eq!(shown(11 * 3_600 + 59 * 60), "11 h 59 min");
        assert_eq!(shown(6 * 86_400 + 4 * 3_600 + 120), "6 d 4 h");
        assert_eq!(shown(30 * 86_400), "30 d");
    }
}
