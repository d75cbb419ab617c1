//! The dates of `Expires`, as lenient as browsers are (RFC 6265bis §5.1.1).

use cloakroom_time::Timestamp;

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// What has been found of a date so far.
#[derive(Default)]
struct Found {
    time: Option<(u64, u64, u64)>,
    day: Option<u64>,
    month: Option<u64>,
    year: Option<u64>,
}

/// The instant that `text` means; one before 1970 is 1970. `None` if it is no date.
pub(super) fn parse(text: &[u8]) -> Option<Timestamp> {
    let mut found = Found::default();
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        found.take(token);
    }
    found.timestamp()
}

/// §5.1.1, `delimiter`.
fn is_delimiter(octet: &u8) -> bool {
    matches!(octet, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

impl Found {
    /// §5.1.1, step 2: the first production that is still wanted and fits takes the token.
    fn take(&mut self, token: &[u8]) {
        if self.time.is_none() && time(token).is_some() {
            self.time = time(token);
        } else if self.day.is_none() && digits(token, 1, 2).is_some() {
            self.day = digits(token, 1, 2);
        } else if self.month.is_none() && month(token).is_some() {
            self.month = month(token);
        } else if self.year.is_none() {
            self.year = digits(token, 2, 4);
        }
    }

    /// §5.1.1, steps 3 to 7.
    fn timestamp(&self) -> Option<Timestamp> {
        let (hour, minute, second) = self.time?;
        let (day, month) = (self.day?, self.month?);
        let year = match self.year? {
            short @ 0..=69 => short + 2000,
            short @ 70..=99 => short + 1900,
            year => year,
        };
        let valid = (1..=days_in(year, month)).contains(&day)
            && year >= 1601
            && hour <= 23
            && minute <= 59
            && second <= 59;
        if !valid {
            return None;
        }
        if year < 1970 {
            return Some(Timestamp::EPOCH);
        }
        let years: u64 = (1970..year)
            .map(|year| 365 + u64::from(is_leap(year)))
            .sum();
        let months: u64 = (1..month).map(|month| days_in(year, month)).sum();
        let days = years + months + day - 1;
        let secs = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Some(Timestamp::from_secs(secs))
    }
}

/// §5.1.1, `hms-time`, and whatever follows that is no digit.
fn time(token: &[u8]) -> Option<(u64, u64, u64)> {
    let mut fields = token.splitn(3, |octet| *octet == b':');
    let hour = whole(fields.next()?)?;
    let minute = whole(fields.next()?)?;
    let second = digits(fields.next()?, 1, 2)?;
    Some((hour, minute, second))
}

/// A field of one or two digits and nothing else.
fn whole(field: &[u8]) -> Option<u64> {
    if field.iter().all(u8::is_ascii_digit) {
        digits(field, 1, 2)
    } else {
        None
    }
}

/// The number at the beginning of `token`, if it has from `min` to `max` digits.
fn digits(token: &[u8], min: usize, max: usize) -> Option<u64> {
    let leading = token.iter().take_while(|octet| octet.is_ascii_digit());
    let (count, number) = leading.fold((0_usize, 0_u64), |(count, number), digit| {
        let number = number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'));
        (count + 1, number)
    });
    (min..=max).contains(&count).then_some(number)
}

/// The month that `token` begins with, from 1.
fn month(token: &[u8]) -> Option<u64> {
    let head = token.get(..3)?.to_ascii_lowercase();
    (1..)
        .zip(MONTHS)
        .find_map(|(number, name)| (head == name).then_some(number))
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// How many days the month has.
const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6265bis §5.1.1; the instants by another calendar.
    #[test]
    fn dates_are_read_as_leniently_as_browsers_do() {
        let november_1994 = 784_111_777;
        let rows: [(&str, Option<u64>); 28] = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(november_1994)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(november_1994)),
            ("Sun Nov  6 08:49:37 1994", Some(november_1994)),
            ("08:49:37 6 november 1994", Some(november_1994)),
            ("1994 06 NOV 8:49:37", Some(november_1994)),
            ("06 Nov 1994 08:49:37 PST", Some(november_1994)),
            ("06th Nov 1994foo 08:49:37x", Some(november_1994)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", Some(0)),
            ("01 Jan 1601 00:00:00", Some(0)),
            ("31 Dec 1600 00:00:00", None),
            ("29 Feb 2024 00:00:00", Some(1_709_164_800)),
            ("29 Feb 2000 00:00:00", Some(951_782_400)),
            ("29 Feb 2023 00:00:00", None),
            ("29 Feb 2100 00:00:00", None),
            ("01 Jan 69 00:00:00", Some(3_124_224_000)),
            ("01 Jan 70 00:00:00", Some(0)),
            ("31 Dec 9999 23:59:59", Some(253_402_300_799)),
            ("31 Apr 2024 00:00:00", None),
            ("00 Jan 2024 00:00:00", None),
            ("01 Jan 2024 24:00:00", None),
            ("01 Jan 2024 00:60:00", None),
            ("01 Jan 2024 00:00:60", None),
            ("01 Jan 2024 00:00", None),
            ("01 Jan 2024 000:00:00", None),
            ("01 2024 00:00:00", None),
            ("01 Jan 20240 00:00:00", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(Timestamp::from_secs);
            assert_eq!(parse(text.as_bytes()), expected, "{text:?}");
        }
    }

    proptest! {
        /// Rules: bad-input.
        #[test]
        fn no_octets_make_the_reader_of_dates_panic(
            text in prop::collection::vec(any::<u8>(), 0..60),
            digits in "[0-9: jan]{0,40}",
        ) {
            parse(&text);
            parse(digits.as_bytes());
        }
    }
}
