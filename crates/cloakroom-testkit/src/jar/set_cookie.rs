//! A Set-Cookie value taken apart (RFC 6265bis §5.6).

use std::time::Duration;

use cloakroom_core::SameSite;
use cloakroom_time::Timestamp;

use super::date;

/// The most octets of name and value together.
const PAIR_OCTETS: usize = 4_096;

/// The most octets of an attribute's value.
const ATTRIBUTE_OCTETS: usize = 1_024;

/// The longest that a cookie is kept (§5.5).
const LONGEST: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What a Set-Cookie value says, before it is judged.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SetCookie {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    /// Without a leading dot, in lower case; empty as good as none (§5.7). Not UTF-8: no domain.
    pub(super) domain: Option<String>,
    /// `None` for the default path.
    pub(super) path: Option<String>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: Option<SameSite>,
    pub(super) partitioned: bool,
    pub(super) expires: Option<Timestamp>,
}

/// Why a Set-Cookie value is ignored as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    Control,
    Empty,
    TooLarge,
}

/// §5.6, and the size and emptiness of §5.7.
pub(super) fn parse(octets: &[u8], now: Timestamp) -> Result<SetCookie, Unreadable> {
    if octets
        .iter()
        .any(|octet| octet.is_ascii_control() && *octet != b'\t')
    {
        return Err(Unreadable::Control);
    }
    let mut parts = octets.split(|octet| *octet == b';');
    let pair = parts.next().unwrap_or_default();
    let (name, value) = halves(pair).unwrap_or((b"", trim(pair)));
    match name.len() + value.len() {
        0 => return Err(Unreadable::Empty),
        1..=PAIR_OCTETS => {}
        _ => return Err(Unreadable::TooLarge),
    }
    let mut cookie = SetCookie {
        name: name.to_vec(),
        value: value.to_vec(),
        ..SetCookie::default()
    };
    let mut life = Life::default();
    for part in parts {
        let (name, value) = halves(part).unwrap_or((trim(part), b""));
        if value.len() <= ATTRIBUTE_OCTETS {
            attribute(
                &mut cookie,
                &mut life,
                &name.to_ascii_lowercase(),
                value,
                now,
            );
        }
    }
    // §5.7: Max-Age is preferred to Expires, in whatever order they stand.
    cookie.expires = life
        .max_age
        .or(life.expires)
        .map(|end| end.min(now.saturating_add(LONGEST)));
    Ok(cookie)
}

/// The two attributes that say when the cookie ends.
#[derive(Default)]
struct Life {
    max_age: Option<Timestamp>,
    expires: Option<Timestamp>,
}

/// Takes one attribute, its name in lower case. Of several of one name the last counts (§5.7);
/// unknown ones are ignored.
fn attribute(cookie: &mut SetCookie, life: &mut Life, name: &[u8], value: &[u8], now: Timestamp) {
    match name {
        b"expires" => life.expires = date::parse(value).or(life.expires),
        b"max-age" => life.max_age = max_age(value, now).or(life.max_age),
        b"domain" => cookie.domain = Some(domain(value)),
        b"path" => cookie.path = path(value),
        b"secure" => cookie.secure = true,
        b"httponly" => cookie.http_only = true,
        b"samesite" => cookie.same_site = same_site(value),
        b"partitioned" => cookie.partitioned = true,
        _ => {}
    }
}

/// §5.6.2: an end from whole seconds; none or fewer is an end in the past.
fn max_age(value: &[u8], now: Timestamp) -> Option<Timestamp> {
    let (negative, digits) = match value.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = digits.iter().fold(0_u64, |seconds, digit| {
        seconds
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    });
    if negative || seconds == 0 {
        return Some(Timestamp::EPOCH);
    }
    Some(now.saturating_add(Duration::from_secs(seconds)))
}

/// §5.6.3. What is not ASCII matches no host.
fn domain(value: &[u8]) -> String {
    let value = value.strip_prefix(b".").unwrap_or(value);
    String::from_utf8_lossy(value).to_ascii_lowercase()
}

/// §5.6.4: what does not begin with `/` is the default path.
fn path(value: &[u8]) -> Option<String> {
    value
        .starts_with(b"/")
        .then(|| String::from_utf8_lossy(value).into_owned())
}

/// §5.6.7.
fn same_site(value: &[u8]) -> Option<SameSite> {
    match value.to_ascii_lowercase().as_slice() {
        b"strict" => Some(SameSite::Strict),
        b"lax" => Some(SameSite::Lax),
        b"none" => Some(SameSite::None),
        _ => None,
    }
}

/// What is before and after the first `=`, each without space and tab around it.
fn halves(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = pair.iter().position(|octet| *octet == b'=')?;
    let (name, value) = pair.split_at_checked(at)?;
    Some((trim(name), trim(value.get(1..)?)))
}

/// Without space and tab at both ends.
fn trim(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn parsed(text: &str) -> SetCookie {
        parse(text.as_bytes(), NOW).unwrap()
    }

    fn after(seconds: u64) -> Option<Timestamp> {
        Some(NOW.saturating_add(Duration::from_secs(seconds)))
    }

    /// RFC 6265bis §5.6.
    #[test]
    fn name_and_value_stand_around_the_first_equals_sign() {
        let rows = [
            ("sid=1", "sid", "1"),
            (" sid\t= \t1 ", "sid", "1"),
            ("sid=a=b", "sid", "a=b"),
            ("sid=", "sid", ""),
            ("=1", "", "1"),
            ("1", "", "1"),
            ("sid=\"a b\"", "sid", "\"a b\""),
            ("sid=a,b", "sid", "a,b"),
            ("s;id=1", "", "s"),
        ];
        for (text, name, value) in rows {
            let cookie = parsed(text);
            assert_eq!(cookie.name, name.as_bytes(), "{text:?}");
            assert_eq!(cookie.value, value.as_bytes(), "{text:?}");
        }
    }

    /// RFC 6265bis §5.6: controls; §5.7: neither name nor value; 4,096 octets.
    #[test]
    fn what_browsers_ignore_whole_is_ignored() {
        let of = |octets: &[u8]| parse(octets, NOW).map(|cookie| cookie.value.len());
        for text in ["sid=\0", "sid=\n1", "sid=1; Path=/\r", "sid=\x7f", "\x1f"] {
            assert_eq!(of(text.as_bytes()), Err(Unreadable::Control), "{text:?}");
        }
        for text in ["", "=", "; Path=/", " = ;"] {
            assert_eq!(of(text.as_bytes()), Err(Unreadable::Empty), "{text:?}");
        }
        let longest = format!("sid={}; Path=/", "a".repeat(4_093));
        assert_eq!(of(longest.as_bytes()), Ok(4_093));
        let longer = format!("sid={}; Path=/", "a".repeat(4_094));
        assert_eq!(of(longer.as_bytes()), Err(Unreadable::TooLarge));
        assert_eq!(of(b"sid=a\tb\xff"), Ok(4));
    }

    /// RFC 6265bis §5.6.1 to §5.6.7; CHIPS.
    #[test]
    fn attributes_are_read_in_any_case_and_the_last_of_a_name_counts() {
        let cookie = parsed(
            "a=b; PATH=/x; path = /y ;DOMAIN=.Shop.Example; secure=no; HTTPONLY; samesite=sTRICT; \
             Partitioned; Foo=bar; ; =",
        );
        assert_eq!(cookie.path.as_deref(), Some("/y"));
        assert_eq!(cookie.domain.as_deref(), Some("shop.example"));
        assert!(cookie.secure && cookie.http_only && cookie.partitioned);
        assert_eq!(cookie.same_site, Some(SameSite::Strict));

        assert_eq!(parsed("a=b; Path=/x; Path=y").path, None);
        assert_eq!(parsed("a=b; SameSite=Lax; SameSite=what").same_site, None);
        assert_eq!(parsed("a=b; SameSite=NONE").same_site, Some(SameSite::None));
        let plain = parsed("a=b");
        assert!(!plain.secure && !plain.http_only && !plain.partitioned);
    }

    /// RFC 6265bis §5.6: 1,024 octets of an attribute's value.
    #[test]
    fn an_attribute_longer_than_browsers_read_is_ignored_alone() {
        let longest = format!("/{}", "a".repeat(1_023));
        let cookie = parsed(&format!("a=b; Path={longest}; Secure"));
        assert_eq!(cookie.path, Some(longest.clone()));
        let cookie = parsed(&format!("a=b; Path={longest}a; Secure"));
        assert_eq!(cookie.path, None);
        assert!(cookie.secure);
    }

    /// RFC 6265bis §5.5, §5.6.1, §5.6.2, §5.7.
    #[test]
    fn max_age_goes_before_expires_and_400_days_before_both() {
        let days_400 = after(34_560_000);
        let rows = [
            ("a=b", None),
            ("a=b; Max-Age=10", after(10)),
            (
                "a=b; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                after(10),
            ),
            (
                "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=10",
                after(10),
            ),
            ("a=b; Expires=Mon, 12 Jan 1970 13:46:50 GMT", after(10)),
            ("a=b; Expires=never", None),
            ("a=b; Expires=Tue, 01 Jan 2999 00:00:00 GMT", days_400),
            ("a=b; Max-Age=34560000", days_400),
            ("a=b; Max-Age=34560001", days_400),
            ("a=b; Max-Age=99999999999999999999999999", days_400),
            ("a=b; Max-Age=0", Some(Timestamp::EPOCH)),
            ("a=b; Max-Age=-1", Some(Timestamp::EPOCH)),
            ("a=b; Max-Age=-", None),
            ("a=b; Max-Age=", None),
            ("a=b; Max-Age=+1", None),
            ("a=b; Max-Age=1.5", None),
            ("a=b; Max-Age=10; Max-Age=20", after(20)),
        ];
        for (text, expires) in rows {
            assert_eq!(parsed(text).expires, expires, "{text:?}");
        }
    }

    proptest! {
        /// Rules: bad-input.
        #[test]
        fn no_octets_make_the_reader_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(cookie) = parse(&octets, NOW) {
                prop_assert!(!cookie.value.contains(&b';'));
                prop_assert!(!cookie.name.contains(&b'='));
            }
        }
    }
}
