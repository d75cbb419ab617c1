//! A cookie's text to its value and back (`encodeCookieValue`, `decodeCookieValue` in `Cookie.kt`).

use std::error::Error;
use std::fmt;
use std::str;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloakroom_core::Refusal;
use memchr::memchr2;
use percent_encoding::percent_encode_byte;

use crate::version::Ktor;

/// How many octets are looked at together for one that is escaped.
const PIECE: usize = 32;

/// How many are looked at together for one that is no hexadecimal digit.
const DIGITS: usize = 256;

/// How a text becomes a cookie's value, Ktor's `CookieEncoding`.
///
/// Reading is the same for all versions; what they write differs.
///
/// | encoding | `a b/c` in 1.6.8 | in 2 | in 3 |
/// |---|---|---|---|
/// | [`Raw`](Self::Raw) | error | error | `a b/c` |
/// | [`DQuotes`](Self::DQuotes) | `"a b/c"` | `"a b/c"` | `"a b/c"` |
/// | [`Uri`](Self::Uri) | `a+b%2Fc` | `a+b%2Fc` | `a+b%2Fc` |
/// | [`Base64`](Self::Base64) | `YSBiL2M=` | `YSBiL2M=` | `YSBiL2M=` |
///
/// # Differences from Ktor
///
/// What Ktor reads and never writes is refused:
/// * base64 that is cut off, unpadded or garbled, of which 1 and 2 make some text all the same;
/// * what is no UTF-8, escaped (`%C3`) or as it is, for which Ktor has U+FFFD.
///
/// What does not survive the way through a browser is an error before it is sent:
/// * `;` in `RAW` (3) and `DQUOTES`: it ends the value, and what follows would be attributes;
/// * characters beyond ASCII in `RAW` and `DQUOTES`: whether they become Latin-1, UTF-8 or `?`
///   depends on Ktor's engine;
/// * in `RAW` (3) blanks at an end and a `"` at the beginning, which reading strips;
/// * control characters, which Ktor's header check refuses too; here DEL counts as one.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CookieEncoding {
    /// The text as it is. JSON can only travel so in 3.
    Raw,
    /// In double quotes where it needs them. No text with a `"` can travel so: no JSON.
    DQuotes,
    /// Percent-encoding of the UTF-8 bytes, with `+` for a space. The default.
    #[default]
    Uri,
    /// Base64 of the UTF-8 bytes, with padding (RFC 4648 §4).
    Base64,
}

impl CookieEncoding {
    /// Ktor's name, which every cookie carries as `$x-enc`.
    ///
    /// ```
    /// # use cloakroom_ktor::CookieEncoding;
    /// assert_eq!(CookieEncoding::default().name(), "URI_ENCODING");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "RAW",
            Self::DQuotes => "DQUOTES",
            Self::Uri => "URI_ENCODING",
            Self::Base64 => "BASE64_ENCODING",
        }
    }

    /// The cookie's value for `text`, as that version writes it.
    ///
    /// # Errors
    ///
    /// [`CannotEncode`] for a text that would not come back from a browser as it is.
    ///
    /// ```
    /// # use cloakroom_ktor::{CookieEncoding, Ktor};
    /// let text = "a-b.c_d~e/f:g h";
    /// let of = |ktor| CookieEncoding::Uri.encode(text, ktor).unwrap();
    /// assert_eq!(of(Ktor::V1_6_8), "a%2Db%2Ec%5Fd%7Ee%2Ff%3Ag+h");
    /// assert_eq!(of(Ktor::V3), "a-b.c_d~e%2Ff%3Ag+h");
    /// assert!(CookieEncoding::DQuotes.encode(r#"{"user":1}"#, Ktor::V3).is_err());
    /// ```
    pub fn encode(self, text: &str, ktor: Ktor) -> Result<String, CannotEncode> {
        let mut value = String::with_capacity(text.len().saturating_mul(2));
        self.encode_into(&mut value, text, ktor)?;
        Ok(value)
    }

    /// The text that a cookie's value stands for, whichever version wrote it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] for a bad `%`, for what is no base64 with padding, and for what is no
    /// UTF-8.
    ///
    /// ```
    /// # use cloakroom_core::Refusal;
    /// # use cloakroom_ktor::CookieEncoding;
    /// let value = b"%7B%22id%22%3A1%7D";
    /// assert_eq!(CookieEncoding::Uri.decode(value).unwrap(), br#"{"id":1}"#);
    /// assert_eq!(CookieEncoding::Uri.decode(b"%zz"), Err(Refusal::Malformed));
    /// ```
    pub fn decode(self, value: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut text = Vec::new();
        self.decode_into(&mut text, value)?;
        Ok(text)
    }

    /// Appends the value for `text`; after an error `out` may hold a part of it.
    pub(super) fn encode_into(
        self,
        out: &mut String,
        text: &str,
        ktor: Ktor,
    ) -> Result<(), CannotEncode> {
        match self {
            Self::Raw if is_raw(text.as_bytes(), ktor) => out.push_str(text),
            Self::DQuotes if text.bytes().all(is_quotable) => {
                let quote = if text.bytes().any(needs_quotes) {
                    "\""
                } else {
                    ""
                };
                out.extend([quote, text, quote]);
            }
            Self::Raw | Self::DQuotes => return Err(CannotEncode(self)),
            Self::Uri => encode_uri(out, text, ktor),
            Self::Base64 => STANDARD.encode_string(text, out),
        }
        Ok(())
    }

    /// Appends the text of `value`; after an error `out` is as it was.
    pub(super) fn decode_into(self, out: &mut Vec<u8>, value: &[u8]) -> Result<(), Refusal> {
        let start = out.len();
        let decoded = match self {
            Self::Raw | Self::DQuotes => {
                let value = str::from_utf8(value).map_err(|_| Refusal::Malformed)?;
                out.extend_from_slice(without_quotes(value).as_bytes());
                Ok(())
            }
            // The value must be text by itself, so that no character is put together of an escaped
            // octet and a plain one.
            Self::Uri if !is_text(value) => Err(Refusal::Malformed),
            Self::Uri => decode_uri(out, value),
            Self::Base64 => STANDARD
                .decode_vec(value, out)
                .map_err(|_| Refusal::Malformed),
        };
        if decoded.is_ok() && is_text(out.get(start..).unwrap_or_default()) {
            return Ok(());
        }
        out.truncate(start);
        Err(Refusal::Malformed)
    }
}

/// A text that an encoding has no spelling for.
///
/// `Display` names the encoding, and those that carry every text.
///
/// ```
/// # use cloakroom_ktor::{CookieEncoding, Ktor};
/// let refused = CookieEncoding::Raw.encode("a;b", Ktor::V3).unwrap_err();
/// assert!(refused.to_string().contains("RAW"));
/// assert!(refused.to_string().contains("use URI_ENCODING"));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CannotEncode(CookieEncoding);

impl fmt::Display for CannotEncode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the text has characters that cannot travel in the encoding {}; use {} or {}",
            self.0.name(),
            CookieEncoding::Uri.name(),
            CookieEncoding::Base64.name(),
        )
    }
}

impl Error for CannotEncode {}

/// Whether octets are UTF-8. Mostly they are ASCII, which is found out in a third of the time.
fn is_text(octets: &[u8]) -> bool {
    octets.is_ascii() || str::from_utf8(octets).is_ok()
}

/// Whether a text can travel as it is. 1 and 2 refuse what `shouldEscapeInCookies` names; 3 refuses
/// nothing, and we what would not come back.
fn is_raw(text: &[u8], ktor: Ktor) -> bool {
    match ktor {
        Ktor::V1_6_8 | Ktor::V2 => text
            .iter()
            .all(|octet| octet.is_ascii_graphic() && !matches!(octet, b';' | b',' | b'"')),
        Ktor::V3 => {
            text.iter().all(|octet| is_visible_or_blank(*octet))
                && !text.starts_with(b"\"")
                && text.trim_ascii() == text
        }
    }
}

/// Whether an octet can stand between double quotes.
const fn is_quotable(octet: u8) -> bool {
    is_visible_or_blank(octet) && octet != b'"'
}

/// Whether Ktor puts a text with this octet between double quotes (`shouldEscapeInCookies`), of
/// those that can travel so.
const fn needs_quotes(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b',')
}

/// Whether an octet stays inside a cookie's value as it is: no control character, no `;`.
const fn is_visible_or_blank(octet: u8) -> bool {
    (octet.is_ascii_graphic() && octet != b';') || matches!(octet, b' ' | b'\t')
}

/// Without double quotes around it, and blanks around those.
fn without_quotes(value: &str) -> &str {
    let trimmed = value.trim_matches(is_blank);
    if !trimmed.starts_with('"') || !trimmed.ends_with('"') {
        return value;
    }
    trimmed
        .strip_prefix('"')
        .and_then(|quoted| quoted.strip_suffix('"'))
        .unwrap_or(trimmed)
}

/// What Kotlin's `trim` takes away on the JVM.
fn is_blank(character: char) -> bool {
    match character {
        '\u{1c}'..='\u{1f}' => true,
        '\u{85}' => false,
        _ => character.is_whitespace(),
    }
}

fn encode_uri(out: &mut String, text: &str, ktor: Ktor) {
    match ktor {
        Ktor::V1_6_8 => escape(out, text, is_kept_by_1),
        Ktor::V2 | Ktor::V3 => escape(out, text, is_kept),
    }
}

/// What 1.6.8 does not escape, but for the space, which becomes `+`: ASCII letters and digits.
const fn is_kept_by_1(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
}

/// Later versions (since 2.2.0) keep the unreserved marks (RFC 3986 §2.3) too.
const fn is_kept(octet: u8) -> bool {
    is_kept_by_1(octet) || matches!(octet, b'-' | b'.' | b'_' | b'~')
}

fn escape(out: &mut String, text: &str, is_kept: impl Fn(u8) -> bool) {
    let mut rest = text;
    loop {
        // What is kept is ASCII, so it ends where a character does.
        let len = kept_len(rest.as_bytes(), &is_kept);
        let (kept, from) = rest.split_at_checked(len).unwrap_or_default();
        out.push_str(kept);
        let mut characters = from.chars();
        let Some(character) = characters.next() else {
            return;
        };
        if character == ' ' {
            out.push('+');
        } else {
            let mut octets = [0; 4];
            let octets = character.encode_utf8(&mut octets).bytes();
            out.extend(octets.map(percent_encode_byte));
        }
        rest = characters.as_str();
    }
}

/// How many octets come before the first that is not kept. Most tokens are hundreds of hexadecimal
/// digits in a row, all kept, and looked for first; other pieces are judged without a branch for
/// each octet.
fn kept_len(octets: &[u8], is_kept: impl Fn(u8) -> bool) -> usize {
    let (pieces, _) = octets.as_chunks::<DIGITS>();
    let all = |piece: &&[u8; DIGITS]| const_hex::check_raw(piece);
    let digits = pieces.iter().take_while(all).count() * DIGITS;

    let rest = octets.get(digits..).unwrap_or_default();
    let (pieces, _) = rest.as_chunks::<PIECE>();
    let all = |piece: &&[u8; PIECE]| piece.iter().fold(true, |all, octet| all & is_kept(*octet));
    let kept = digits + pieces.iter().take_while(all).count() * PIECE;

    let rest = octets.get(kept..).unwrap_or_default();
    let end = rest.iter().position(|octet| !is_kept(*octet));
    kept + end.unwrap_or(rest.len())
}

/// `decodeURLQueryComponent(plusIsSpace = true)`: octets that are neither `%` nor `+` stand for
/// themselves, so that a client may also send JSON as it is.
fn decode_uri(out: &mut Vec<u8>, value: &[u8]) -> Result<(), Refusal> {
    out.reserve(value.len());
    let mut rest = value;
    while let Some(at) = memchr2(b'%', b'+', rest) {
        let (plain, special) = rest.split_at_checked(at).unwrap_or_default();
        out.extend_from_slice(plain);
        rest = match special {
            [b'+', after @ ..] => {
                out.push(b' ');
                after
            }
            [_, high, low, after @ ..] => {
                out.push((digit(*high)? << 4) | digit(*low)?);
                after
            }
            _ => return Err(Refusal::Malformed),
        };
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// A hexadecimal digit, in either case.
fn digit(octet: u8) -> Result<u8, Refusal> {
    match octet {
        b'0'..=b'9' => Ok(octet - b'0'),
        b'A'..=b'F' => Ok(octet - b'A' + 10),
        b'a'..=b'f' => Ok(octet - b'a' + 10),
        _ => Err(Refusal::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every octet, at every place of pieces and between them.
    #[test]
    fn what_is_escaped_does_not_depend_on_where_it_stands() {
        for octet in 0..=127 {
            let character = char::from(octet);
            let expected = match character {
                ' ' => "+".to_owned(),
                '-' | '.' | '_' | '~' | '0'..='9' | 'A'..='Z' | 'a'..='z' => character.to_string(),
                _ => format!("%{octet:02X}"),
            };
            for before in (0..2 * PIECE).chain(DIGITS - 1..=DIGITS + PIECE) {
                for after in [0, 1, PIECE, DIGITS] {
                    let (before, after) = ("a".repeat(before), "b".repeat(after));
                    let text = format!("{before}{character}{after}");
                    let value = CookieEncoding::Uri.encode(&text, Ktor::V3).unwrap();
                    assert_eq!(value, format!("{before}{expected}{after}"));
                }
            }
        }
    }
}
