//! A cookie, prepared: what a request only appends to.
//!
//! * **One allocation** of exactly the right size for a Set-Cookie value, so that it becomes the
//!   bytes of a header without another.
//! * **Max-Age and Expires** stand side by side: what does not know the one knows the other, and
//!   Max-Age, which needs no right clock in the browser, wins (RFC 6265bis §5.7).
//! * **Clearing uses the same attributes** as setting: a browser removes only the cookie of the same
//!   name, domain, path and partition (RFC 6265bis §5.7, CHIPS).

use std::fmt;
use std::io::Write as _;
use std::time::{Duration, SystemTime};

use cloakroom_time::Timestamp;
use httpdate::HttpDate;

use super::contradiction::Contradiction;
use super::limit::{COOKIE_OCTETS, MAX_AGE, TooLarge};
use super::options::{CookieLifetime, CookieOptions};
use super::parse::cookie_values;
use super::resolve::resolve;
use super::text::{decode_token, encode_into, encoded_len};
use crate::refusal::Refusal;

/// What `Expires` and its date add: the date has always the same 29 octets (RFC 9110 §5.6.7).
const EXPIRES_OCTETS: usize = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT".len();

/// The last instant that the date can spell: the end of the year 9999.
const LAST_DATE: Timestamp = Timestamp::from_secs(253_402_300_799);

/// A cookie's name and attributes, checked and laid out once.
pub(crate) struct CookieWire {
    /// `name=`.
    head: Box<str>,
    /// `; Path=…` and all that never changes.
    attributes: Box<str>,
    lifetime: CookieLifetime,
}

impl CookieWire {
    /// The cookie of this name and these options; with `development`, the one for development over
    /// HTTP (see [`resolve`]).
    ///
    /// # Errors
    ///
    /// The first contradiction of name and options.
    pub(crate) fn resolve(
        name: &str,
        options: &CookieOptions,
        development: bool,
    ) -> Result<Self, Contradiction> {
        let resolved = resolve(name, options, development)?;
        Ok(Self {
            head: format!("{}=", resolved.wire_name).into(),
            attributes: resolved.attributes.into(),
            lifetime: options.lifetime,
        })
    }

    /// The name on the wire, prefix included.
    pub(crate) fn name(&self) -> &str {
        self.head.strip_suffix('=').unwrap_or(&self.head)
    }

    /// How long the browser is to keep the cookie.
    pub(crate) const fn lifetime(&self) -> CookieLifetime {
        self.lifetime
    }

    /// The most octets of text that this cookie's value can have.
    pub(crate) fn max_text_len(&self) -> usize {
        COOKIE_OCTETS.saturating_sub(self.name().len())
    }

    /// Calls `each` with every value of this cookie in the request's `Cookie` lines.
    pub(crate) fn values<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a [u8]>,
        each: impl FnMut(&'a [u8]),
    ) {
        cookie_values(lines, self.name().as_bytes(), each);
    }

    /// Appends the token that `text` stands for to `out`; the length is looked at first.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooLong`], [`Refusal::Malformed`]; then `out` is as it was.
    pub(crate) fn decode_into(&self, out: &mut Vec<u8>, text: &[u8]) -> Result<(), Refusal> {
        decode_token(out, text, self.max_text_len())
    }

    /// The value of the Set-Cookie header that gives the browser `token`, to keep for `max_age`, or
    /// for as long as it is open.
    ///
    /// Max-Age is in whole seconds, rounded up (0 would remove the cookie), and at most 400 days.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if name and value have more than 4,096 octets.
    pub(crate) fn set(
        &self,
        token: &[u8],
        max_age: Option<Duration>,
        now: Timestamp,
    ) -> Result<Vec<u8>, TooLarge> {
        let text = encoded_len(token.len());
        TooLarge::check(text.saturating_add(self.name().len()), COOKIE_OCTETS)?;
        let seconds = max_age.map(whole_seconds);
        let lifetime = seconds.map_or(0, lifetime_octets);
        let octets = self.head.len() + text + lifetime + self.attributes.len();

        let mut value = Vec::with_capacity(octets);
        value.extend_from_slice(self.head.as_bytes());
        encode_into(&mut value, token);
        if let Some(seconds) = seconds {
            let end = now.saturating_add(Duration::from_secs(seconds));
            push_lifetime(&mut value, seconds, end);
        }
        value.extend_from_slice(self.attributes.as_bytes());
        Ok(value)
    }

    /// The value of the Set-Cookie header that makes the browser forget the cookie.
    pub(crate) fn clear(&self) -> Vec<u8> {
        let octets = self.head.len() + lifetime_octets(0) + self.attributes.len();
        let mut value = Vec::with_capacity(octets);
        value.extend_from_slice(self.head.as_bytes());
        push_lifetime(&mut value, 0, Timestamp::EPOCH);
        value.extend_from_slice(self.attributes.as_bytes());
        value
    }
}

impl fmt::Debug for CookieWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CookieWire({}…{})", self.head, self.attributes)
    }
}

impl CookieOptions {
    /// What the browser is sent under these options for a session named `name`, with `…` for the
    /// token and without Max-Age: for logs of the configuration, and for tests that look for their
    /// cookie.
    ///
    /// # Errors
    ///
    /// The first [`Contradiction`] of name and options.
    ///
    /// ```
    /// use cloakroom_core::CookieOptions;
    ///
    /// let described = CookieOptions::new().path("/shop").describe("cart").unwrap();
    /// assert_eq!(described, "__Secure-cart=…; Path=/shop; Secure; HttpOnly; SameSite=Lax");
    /// assert_eq!(CookieOptions::new().describe("a b").unwrap_err().field, "name");
    /// ```
    pub fn describe(&self, name: &str) -> Result<String, Contradiction> {
        let resolved = resolve(name, self, false)?;
        Ok(format!("{}=…{}", resolved.wire_name, resolved.attributes))
    }
}

/// Whole seconds of a Max-Age: rounded up, from 1 to 400 days.
fn whole_seconds(max_age: Duration) -> u64 {
    let part = u64::from(max_age.subsec_nanos() > 0);
    max_age
        .as_secs()
        .saturating_add(part)
        .clamp(1, MAX_AGE.as_secs())
}

/// How many octets [`push_lifetime`] appends.
fn lifetime_octets(seconds: u64) -> usize {
    let digits = seconds.checked_ilog10().map_or(1, |tens| tens as usize + 1);
    "; Max-Age=".len() + digits + EXPIRES_OCTETS
}

/// Appends Max-Age and Expires.
fn push_lifetime(value: &mut Vec<u8>, seconds: u64, end: Timestamp) {
    value.extend_from_slice(b"; Max-Age=");
    push_digits(value, seconds);
    value.extend_from_slice(b"; Expires=");
    let end = HttpDate::from(SystemTime::from(end.min(LAST_DATE)));
    let written = write!(value, "{end}");
    debug_assert!(written.is_ok(), "a vector takes whatever it is given");
}

/// Appends a number in decimal, without the detour through `fmt`.
fn push_digits(value: &mut Vec<u8>, number: u64) {
    let start = value.len();
    let mut rest = number;
    loop {
        value.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    // The last digit came first.
    if let Some(digits) = value.get_mut(start..) {
        digits.reverse();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(784_111_777);

    fn wire(options: &CookieOptions) -> CookieWire {
        CookieWire::resolve("cart", options, false).unwrap()
    }

    fn text(value: Vec<u8>) -> String {
        String::from_utf8(value).unwrap()
    }

    #[test]
    fn a_cookie_is_set_with_all_its_attributes() {
        let value = wire(&CookieOptions::new()).set(b"foo", Some(Duration::from_secs(60)), NOW);
        assert_eq!(
            text(value.unwrap()),
            "__Host-cart=Zm9v; Max-Age=60; Expires=Sun, 06 Nov 1994 08:50:37 GMT; Path=/; Secure; \
             HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_cookie_that_goes_with_the_browser_has_no_lifetime() {
        let value = wire(&CookieOptions::new()).set(b"foo", None, NOW).unwrap();
        assert_eq!(
            text(value),
            "__Host-cart=Zm9v; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn clearing_differs_from_setting_in_value_and_lifetime_only() {
        let options = CookieOptions::new()
            .path("/shop")
            .domain("shop.example")
            .partitioned(true);
        assert_eq!(
            text(wire(&options).clear()),
            "__Secure-cart=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/shop; \
             Domain=shop.example; Secure; HttpOnly; SameSite=Lax; Partitioned"
        );
    }

    #[test]
    fn max_age_is_in_whole_seconds_up_to_400_days() {
        let wire = wire(&CookieOptions::new());
        let rows = [
            (Duration::ZERO, "Max-Age=1;"),
            (Duration::from_millis(1), "Max-Age=1;"),
            (Duration::from_millis(1_001), "Max-Age=2;"),
            (Duration::from_secs(9), "Max-Age=9;"),
            (Duration::from_secs(10), "Max-Age=10;"),
            (MAX_AGE, "Max-Age=34560000;"),
            (Duration::MAX, "Max-Age=34560000;"),
        ];
        for (max_age, expected) in rows {
            let value = text(wire.set(b"foo", Some(max_age), NOW).unwrap());
            assert!(value.contains(expected), "{value}");
        }
    }

    #[test]
    fn a_date_beyond_the_calendar_is_the_last_one() {
        let value = wire(&CookieOptions::new()).set(b"", Some(MAX_AGE), Timestamp::MAX);
        assert!(text(value.unwrap()).contains("Expires=Fri, 31 Dec 9999 23:59:59 GMT"));
    }

    /// Rules: row-16, token-length.
    #[test]
    fn a_token_too_large_to_send_is_an_error_that_says_by_how_much() {
        let wire = wire(&CookieOptions::new());
        // 4,096 - 11 octets of name leave 4,085 of text: 3,063 bytes are 4,084, one more 4,086.
        assert_eq!(wire.max_text_len(), 4_085);
        let longest = wire.set(&[0; 3_063], None, NOW).unwrap();
        let pair = longest.iter().position(|octet| *octet == b';').unwrap();
        assert_eq!(pair - "=".len(), 4_095);
        assert_eq!(wire.set(&[0; 3_064], None, NOW), Err(TooLarge { by: 1 }));
        assert_eq!(wire.set(&[0; 3_066], None, NOW), Err(TooLarge { by: 3 }));
        let one_to_go = CookieWire::resolve("carts", &CookieOptions::new(), false).unwrap();
        assert_eq!(one_to_go.max_text_len(), 4_084);
        one_to_go.set(&[0; 3_063], None, NOW).unwrap();
    }

    /// Rules: token-length.
    #[test]
    fn what_is_longer_than_any_token_sent_is_not_decoded() {
        let wire = wire(&CookieOptions::new());
        let mut out = Vec::new();
        let long = vec![b'A'; wire.max_text_len() + 1];
        assert_eq!(wire.decode_into(&mut out, &long), Err(Refusal::TooLong));
        assert_eq!(out.capacity(), 0);
        wire.decode_into(&mut out, &long[2..]).unwrap();
        assert_eq!(out.len(), 3_063);
    }

    #[test]
    fn development_writes_and_reads_a_name_of_its_own() {
        let options = CookieOptions::new();
        let dev = CookieWire::resolve("cart", &options, true).unwrap();
        let value = text(dev.set(b"foo", None, NOW).unwrap());
        assert_eq!(value, "dev-cart=Zm9v; Path=/; HttpOnly; SameSite=Lax");
        let mut seen = 0;
        wire(&options).values([value.as_bytes()], |_| seen += 1);
        assert_eq!(seen, 0);
        dev.values([value.as_bytes()], |_| seen += 1);
        assert_eq!(seen, 1);
    }

    /// Rules: secrets.
    #[test]
    fn debug_shows_name_and_attributes() {
        assert_eq!(
            format!("{:?}", wire(&CookieOptions::new())),
            "CookieWire(__Host-cart=…; Path=/; Secure; HttpOnly; SameSite=Lax)"
        );
        assert_eq!(
            wire(&CookieOptions::new()).lifetime(),
            CookieLifetime::FollowsAbsolute
        );
    }

    proptest! {
        /// What a browser keeps of a Set-Cookie value and sends back, among other cookies, is the
        /// token that was set (RFC 6265bis §5.6: the pair before the first `;`).
        ///
        /// Rules: cookie-parsing.
        #[test]
        fn a_token_comes_back_through_a_browser(
            token in prop::collection::vec(any::<u8>(), 1..3_000),
            seconds in prop::option::of(0_u64..40_000_000),
            before in "[a-z]{1,8}=[ -:<-~]{0,20}",
        ) {
            let wire = wire(&CookieOptions::new());
            let value = wire.set(&token, seconds.map(Duration::from_secs), NOW).unwrap();
            prop_assert_eq!(value.len(), value.capacity());
            let pair = text(value).split(';').next().unwrap().to_owned();
            let header = format!("{before}; {pair}; __Host-car=x");
            let mut tokens = Vec::new();
            wire.values([header.as_bytes()], |text| {
                let mut out = Vec::new();
                tokens.push(wire.decode_into(&mut out, text).map(|()| out));
            });
            prop_assert_eq!(tokens, [Ok(token)]);
        }
    }
}
