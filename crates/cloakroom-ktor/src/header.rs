//! A header that carries a session, as Ktor has it (`SessionTransportHeader.kt`).
//!
//! * The token is the value, as it is: no encoding.
//! * Nothing is sent to clear it: the client keeps what it has.
//! * Several lines are several tokens, in order; Ktor takes the first.

use std::str;

use cloakroom_core::{Carrier, Contradiction, Lifetime, Refusal, Timestamp, Transport, Unsendable};

/// The most octets of the value: 8 KiB, which servers and proxies commonly let through.
const HEADER_OCTETS: usize = 8_192;

/// The longest name, in octets. Our own bound.
const NAME_OCTETS: usize = 256;

/// Headers that the message itself, its caches and its cookies depend on (RFC 9110 to 9112, RFC
/// 6265bis). Ktor takes them, and then breaks.
const TAKEN: [&str; 16] = [
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
];

/// A session's header as all versions of Ktor have it.
///
/// # Differences from Ktor
///
/// A token with a control character, with characters beyond ASCII, or with a blank at an end is
/// an error before it is sent. Ktor refuses control characters only; what becomes of the others
/// depends on its engine (Latin-1, UTF-8 or `?`) and on the proxies before it. So a by-value session
/// whose text is not ASCII needs a transformer that makes it so, such as Encrypt.
///
/// What is read must be UTF-8 and at most 8 KiB.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Lifetime, Timestamp, Transport};
/// use cloakroom_ktor::KtorHeader;
///
/// let header = KtorHeader::new("X-Session").unwrap();
/// assert_eq!(header.name(), "x-session");
/// let sent = header.set(b"id=%23i1", Lifetime::default(), Timestamp::EPOCH);
/// assert_eq!(sent.unwrap(), b"id=%23i1");
/// assert_eq!(header.clear(), None);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KtorHeader {
    /// In lower case.
    name: Box<str>,
}

impl KtorHeader {
    /// The header of this name.
    ///
    /// # Errors
    ///
    /// A [`Contradiction`] for what is no field name (RFC 9110 §5.1), and for a name that the message
    /// itself depends on.
    ///
    /// ```
    /// # use cloakroom_ktor::KtorHeader;
    /// assert_eq!(KtorHeader::new("X Session").unwrap_err().field, "name");
    /// assert_eq!(KtorHeader::new("Set-Cookie").unwrap_err().field, "name");
    /// ```
    pub fn new(name: &str) -> Result<Self, Contradiction> {
        let lower = name.to_ascii_lowercase();
        let is_token = !name.is_empty() && name.bytes().all(is_token_octet);
        if is_token && name.len() <= NAME_OCTETS && !TAKEN.contains(&lower.as_str()) {
            return Ok(Self { name: lower.into() });
        }
        Err(Contradiction::new(
            "name",
            format!("a session cannot travel in the header {name:?}"),
            "choose a name of your own of letters, digits and `-`, such as `X-Session`",
        ))
    }
}

impl Transport for KtorHeader {
    fn name(&self) -> &str {
        &self.name
    }

    fn carrier(&self) -> Carrier {
        Carrier::Header
    }

    fn tokens(&self, line: &[u8], each: &mut dyn FnMut(&[u8])) {
        each(line.trim_ascii());
    }

    fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        if text.len() > HEADER_OCTETS {
            return Err(Refusal::TooLong);
        }
        str::from_utf8(text).map_err(|_| Refusal::Malformed)?;
        out.extend_from_slice(text);
        Ok(())
    }

    fn set(&self, token: &[u8], _: Lifetime, _: Timestamp) -> Result<Vec<u8>, Unsendable> {
        if let Some(by @ 1..) = token.len().checked_sub(HEADER_OCTETS) {
            return Err(Unsendable::TooLarge { by });
        }
        let is_visible = |octet: &u8| octet.is_ascii_graphic() || matches!(octet, b' ' | b'\t');
        if token.iter().all(is_visible) && token.trim_ascii() == token {
            Ok(token.to_vec())
        } else {
            Err(Unsendable::Characters)
        }
    }

    fn clear(&self) -> Option<Vec<u8>> {
        None
    }
}

/// Whether `octet` may be in a token (RFC 9110 §5.6.2): Ktor's `isDelimiter`, of ASCII.
const fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_graphic()
        && !matches!(
            octet,
            b'"' | b'('
                | b')'
                | b','
                | b'/'
                | b':'..=b'@'
                | b'['..=b']'
                | b'{'
                | b'}'
        )
}
