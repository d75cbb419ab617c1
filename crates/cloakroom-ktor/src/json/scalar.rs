//! Texts and numbers in JSON.

use crate::failure::Unwritable;
use crate::number::{Real, java_text};

/// The property that says which class of a sealed one an object is.
pub(super) const TYPE: &str = "type";

/// How deep arrays and objects may lie in each other.
pub(super) const MAX_DEPTH: u8 = 128;

/// `text` in quotes, escaped as kotlinx escapes it (`StringOps.kt`).
pub(super) fn push_quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    push_escaped(text, out);
    out.push(b'"');
}

/// `text` as it stands between quotes.
#[inline]
pub(super) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_with_escapes(text, out);
    }
}

#[cold]
fn push_with_escapes(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    loop {
        let (plain, from) = rest.split_at_checked(plain_len(rest)).unwrap_or_default();
        out.extend_from_slice(plain);
        let Some((byte, behind)) = from.split_first() else {
            return;
        };
        push_escape(*byte, out);
        rest = behind;
    }
}

/// Whether a byte cannot stand for itself between quotes (RFC 8259, section 7).
const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether no byte is special.
fn is_plain(bytes: &[u8]) -> bool {
    // The last word overlaps the one before it, so that there is no rest.
    match (bytes.last_chunk(), bytes.first_chunk(), bytes.last_chunk()) {
        (Some(last), ..) => {
            let (words, _) = bytes.as_chunks();
            words.iter().all(|word| special_bytes(*word) == 0) && special_bytes(*last) == 0
        }
        (None, Some([a, b, c, d]), Some([e, f, g, h])) => {
            special_bytes([*a, *b, *c, *d, *e, *f, *g, *h]) == 0
        }
        _ => !bytes.iter().copied().any(is_special),
    }
}

/// How many bytes come before the first that is special.
///
/// Most names are shorter than a word, and are looked at right where this is called.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    match bytes.first_chunk().map(|word| special_bytes(*word)) {
        Some(0) => plain_len_from(8, bytes),
        Some(special) => special.trailing_zeros() as usize / 8,
        None => plain_len_from(0, bytes),
    }
}

/// The same, where so many bytes are known not to be special.
#[inline]
fn plain_len_from(mut len: usize, bytes: &[u8]) -> usize {
    while let Some(word) = bytes.get(len..).and_then(<[u8]>::first_chunk) {
        let special = special_bytes(*word);
        // All eight, if none is special.
        len += special.trailing_zeros() as usize / 8;
        if special != 0 {
            return len;
        }
    }
    let rest = bytes.get(len..).unwrap_or_default();
    let special = rest.iter().position(|byte| is_special(*byte));
    len + special.unwrap_or(rest.len())
}

/// The high bit of each byte that is special; above the lowest of them it may be set for others too.
///
/// A byte less than `n` is one that a subtraction of `n` borrows for, and whose own high bit is not
/// set (Warren, Hacker's Delight, section 6-1). With its second lowest bit flipped a quote comes
/// right behind the control characters, and the two that were there go elsewhere.
const fn special_bytes(word: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let word = u64::from_le_bytes(word);
    let control_or_quote = (word ^ (EACH * 2)).wrapping_sub(EACH * 0x21);
    let backslash = (word ^ (EACH * b'\\' as u64)).wrapping_sub(EACH);
    (control_or_quote | backslash) & !word & (EACH << 7)
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\t' => b't',
        b'\n' => b'n',
        b'\r' => b'r',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out.extend_from_slice(b"\\u00");
            for digit in [byte >> 4, byte & 15] {
                out.push(
                    b"0123456789abcdef"
                        .get(usize::from(digit))
                        .copied()
                        .unwrap_or(b'0'),
                );
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// The number; kotlinx refuses the ones that JSON has no form for.
pub(super) fn real_text<R: Real>(value: R) -> Result<String, Unwritable> {
    if value.is_nan() || value == R::INFINITY || value == R::NEG_INFINITY {
        return Err(Unwritable::because(
            "JSON has no form for NaN and the infinities, and kotlinx refuses them",
        ));
    }
    Ok(java_text(value))
}

/// The character, which has to be one for Kotlin too.
pub(super) fn char_text(value: char) -> Result<char, Unwritable> {
    if value.len_utf16() == 1 {
        Ok(value)
    } else {
        Err(Unwritable::because(
            "a Kotlin Char is one unit of UTF-16, and this character takes two: use a String",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_kotlinx_escapes_them() {
        let mut out = Vec::new();
        push_quoted("a/\u{0}\u{1f}\u{7f}\u{8}\t\n\u{c}\r\"\\é\u{2028}", &mut out);
        let expected = "\"a/\\u0000\\u001f\u{7f}\\b\\t\\n\\f\\r\\\"\\\\é\u{2028}\"";
        assert_eq!(str::from_utf8(&out).unwrap(), expected);
    }

    /// By the definition, one byte after the other.
    #[test]
    fn a_special_byte_is_found_at_every_place_and_no_other_byte_is_one() {
        for byte in 0..=u8::MAX {
            let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
            for len in 1..20 {
                for at in 0..len {
                    for around in [b'a', 0x7f, 0x80, 0xff] {
                        let mut bytes = vec![around; len];
                        bytes[at] = byte;
                        let expected = if is_special { at } else { len };
                        assert_eq!(plain_len(&bytes), expected, "{bytes:?}");
                        assert_eq!(is_plain(&bytes), !is_special, "{bytes:?}");
                    }
                }
            }
        }
        assert_eq!(plain_len(b"twelve bytes\"\\\n"), 12);
    }

    #[test]
    fn numbers_without_a_form_are_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            real_text(value).unwrap_err();
        }
        assert_eq!(real_text(1e7f32).unwrap(), "1.0E7");
    }
}
