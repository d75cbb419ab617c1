//! A session's cookie, laid out once: what a request only appends to.

use std::fmt;
use std::fmt::Write as _;
use std::str;
use std::time::{Duration, SystemTime};

use cloakroom_core::{Carrier, Contradiction, Lifetime, Refusal, Timestamp, Transport, Unsendable};
use httpdate::HttpDate;

use super::check::check;
use super::encoding::CookieEncoding;
use super::options::KtorCookie;
use super::parse::cookie_values;
use crate::version::Ktor;

/// The most octets of a cookie's name and value together. Browsers ignore a longer cookie whole
/// (RFC 6265bis §5.6), which Ktor does not notice.
const COOKIE_OCTETS: usize = 4_096;

/// More than the octets of `; Max-Age=…; Expires=…`.
const LIFETIME_OCTETS: usize = 64;

/// The last instant that the date can spell: the end of the year 9999.
const LAST_DATE: Timestamp = Timestamp::from_secs(253_402_300_799);

/// Where an expired cookie's life ends: Ktor's `GMTDate.START`.
const EXPIRED: &str = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// A cookie of one name as Ktor has it, made by [`KtorCookie::transport`].
///
/// Reading yields every cookie of the name in order; Ktor itself takes the last on its test engine
/// and the first on Netty. The session's [`Lifetime`] has no part in the cookie: Ktor knows only
/// the configured Max-Age.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Lifetime, Timestamp, Transport};
/// use cloakroom_ktor::{Ktor, KtorCookie};
///
/// let cookie = KtorCookie::new(Ktor::V3).transport("S").unwrap();
/// let sent = cookie.set(br#"{"id":1}"#, Lifetime::default(), Timestamp::EPOCH).unwrap();
/// let expected = "S=%7B%22id%22%3A1%7D; Max-Age=604800; Expires=Thu, 08 Jan 1970 00:00:00 GMT; \
///                 Path=/; HttpOnly; $x-enc=URI_ENCODING";
/// assert_eq!(sent, expected.as_bytes());
///
/// let mut read = Vec::new();
/// cookie.tokens(b"$Version=1; S=%7B%22id%22%3A1%7D", &mut |text| {
///     cookie.decode(text, &mut read).unwrap();
/// });
/// assert_eq!(read, br#"{"id":1}"#);
/// ```
pub struct KtorCookieTransport {
    ktor: Ktor,
    encoding: CookieEncoding,
    kept: Kept,
    /// `name=`.
    head: Box<str>,
    /// `; Domain=…` and all that never changes.
    attributes: Box<str>,
    /// The whole value that clears.
    clearing: Box<str>,
}

/// How long the browser is to keep the cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kept {
    /// Until it is closed.
    WhileOpen,
    /// Not at all.
    NotAtAll,
    /// Whole seconds, not 0.
    For(u64),
}

impl KtorCookieTransport {
    /// The cookie of a name and of options that were checked.
    pub(super) fn new(name: &str, options: &KtorCookie) -> Self {
        let head = format!("{name}=");
        let attributes = attributes(options);
        let clearing = match options.ktor {
            // `appendExpired(name, domain, path)`, with the default of everything else.
            Ktor::V1_6_8 => format!(
                "{head}{EXPIRED}{}{}",
                place(options),
                mark(CookieEncoding::Uri)
            ),
            Ktor::V2 => format!("{head}{EXPIRED}{attributes}"),
            Ktor::V3 => format!("{head}; Max-Age=0{EXPIRED}{attributes}"),
        };
        Self {
            ktor: options.ktor,
            encoding: options.encoding,
            kept: Kept::of(options),
            head: head.into(),
            attributes: attributes.into(),
            clearing: clearing.into(),
        }
    }
}

impl KtorCookie {
    /// The cookie of this name, for [`SessionOptions::transport`]. It carries tokens that are text,
    /// as Ktor's transformers and ids are.
    ///
    /// [`SessionOptions::transport`]: cloakroom_core::SessionOptions::transport
    ///
    /// # Errors
    ///
    /// The first [`Contradiction`] of name and options.
    ///
    /// ```
    /// # use cloakroom_core::{Transport, example_build};
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let cookie = KtorCookie::new(Ktor::V3);
    /// let clearing = "S=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; \
    ///                 $x-enc=URI_ENCODING";
    /// let transport = cookie.transport("S").unwrap();
    /// assert_eq!(transport.clear().unwrap(), clearing.as_bytes());
    /// // Ktor would set it, and never read it.
    /// assert_eq!(cookie.transport("$S").unwrap_err().field, "name");
    /// // In a session's options:
    /// let built = example_build(|c| c.sealed().transport(move |name| cookie.transport(name)));
    /// assert!(built.is_ok());
    /// ```
    pub fn transport(&self, name: &str) -> Result<KtorCookieTransport, Contradiction> {
        check(name, self)?;
        Ok(KtorCookieTransport::new(name, self))
    }

    /// What the browser is sent for a session of this name, with `…` for the value and without
    /// Max-Age and Expires: for logs of the configuration, and for tests.
    ///
    /// # Errors
    ///
    /// The first [`Contradiction`] of name and options.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let described = KtorCookie::new(Ktor::V1_6_8).describe("S").unwrap();
    /// assert_eq!(described, "S=…; Path=/; HttpOnly; $x-enc=URI_ENCODING");
    /// ```
    pub fn describe(&self, name: &str) -> Result<String, Contradiction> {
        Ok(self.transport(name)?.to_string())
    }
}

impl Transport for KtorCookieTransport {
    fn name(&self) -> &str {
        self.head.strip_suffix('=').unwrap_or(&self.head)
    }

    fn carrier(&self) -> Carrier {
        Carrier::Cookie
    }

    fn tokens(&self, line: &[u8], each: &mut dyn FnMut(&[u8])) {
        cookie_values(line, self.name().as_bytes(), self.ktor, each);
    }

    fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        if text.len() > COOKIE_OCTETS.saturating_sub(self.name().len()) {
            return Err(Refusal::TooLong);
        }
        self.encoding.decode_into(out, text)
    }

    fn set(&self, token: &[u8], _: Lifetime, now: Timestamp) -> Result<Vec<u8>, Unsendable> {
        let text = str::from_utf8(token).map_err(|_| Unsendable::Characters)?;
        let octets = self.head.len() + self.attributes.len() + LIFETIME_OCTETS;
        let mut value = String::with_capacity(octets + text.len().saturating_mul(2));
        value.push_str(&self.head);
        self.encoding
            .encode_into(&mut value, text, self.ktor)
            .map_err(|_| Unsendable::Characters)?;
        // The `=` does not count.
        if let Some(by @ 1..) = (value.len() - 1).checked_sub(COOKIE_OCTETS) {
            return Err(Unsendable::TooLarge { by });
        }
        self.kept.push(&mut value, now);
        value.push_str(&self.attributes);
        Ok(value.into_bytes())
    }

    fn clear(&self) -> Option<Vec<u8>> {
        Some(self.clearing.as_bytes().to_vec())
    }
}

/// The cookie without its value, Max-Age and Expires.
impl fmt::Display for KtorCookieTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", self.head, self.attributes)
    }
}

impl fmt::Debug for KtorCookieTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KtorCookieTransport({self})")
    }
}

impl Kept {
    fn of(options: &KtorCookie) -> Self {
        match (options.max_age.map(rounded), options.ktor) {
            (None, _) | (Some(0), Ktor::V1_6_8 | Ktor::V2) => Self::WhileOpen,
            (Some(0), Ktor::V3) => Self::NotAtAll,
            (Some(seconds), _) => Self::For(seconds),
        }
    }

    /// Appends Max-Age and Expires.
    fn push(self, value: &mut String, now: Timestamp) {
        let written = match self {
            Self::WhileOpen => Ok(()),
            Self::NotAtAll => value.write_str("; Max-Age=0"),
            Self::For(seconds) => {
                let end = now.saturating_add(Duration::from_secs(seconds));
                let end = HttpDate::from(SystemTime::from(end.min(LAST_DATE)));
                // Kotlin's `Int`.
                let seconds = seconds.min(2_147_483_647);
                write!(value, "; Max-Age={seconds}; Expires={end}")
            }
        };
        debug_assert!(written.is_ok(), "a string takes whatever it is given");
    }
}

/// Kotlin's `roundToLong` of a duration in seconds.
fn rounded(max_age: Duration) -> u64 {
    let up = u64::from(max_age.subsec_millis() >= 500);
    max_age.as_secs().saturating_add(up)
}

/// Everything after Expires.
fn attributes(options: &KtorCookie) -> String {
    let mut text = place(options);
    if options.secure {
        text.push_str("; Secure");
    }
    if options.http_only {
        text.push_str("; HttpOnly");
    }
    for (name, value) in &options.extensions {
        text.extend(["; ", name]);
        if let Some(value) = value {
            text.push('=');
            push_extension(&mut text, value, options);
        }
    }
    text.push_str(&mark(options.encoding));
    text
}

/// Until 2.1.3 an extension's value has the cookie's encoding.
fn push_extension(text: &mut String, value: &str, options: &KtorCookie) {
    match options.ktor {
        Ktor::V1_6_8 => {
            let written = options.encoding.encode_into(text, value, options.ktor);
            debug_assert!(written.is_ok(), "the options were checked");
        }
        Ktor::V2 | Ktor::V3 => text.push_str(value),
    }
}

/// Domain and path.
fn place(options: &KtorCookie) -> String {
    let mut text = String::new();
    if let Some(domain) = &options.domain {
        text.extend(["; Domain=", domain]);
    }
    if let Some(path) = &options.path {
        text.extend(["; Path=", path]);
    }
    text
}

/// What says how the value is encoded.
fn mark(encoding: CookieEncoding) -> String {
    format!("; $x-enc={}", encoding.name())
}
