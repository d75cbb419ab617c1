//! Texts and numbers in JSON.

use crate::failure::Unwritable;
use crate::number::{Real, java_text};

/// The property that says which class of a sealed one an object is.
pub(super) const TYPE: &str = "type";

/// How deep arrays and objects may lie in each other.
pub(super) const MAX_DEPTH: u8 = 128;

/// Where the first byte is that a JSON text does not hold as it is. Looks at many at once.
pub(super) fn first_special(bytes: &[u8]) -> Option<usize> {
    const fn is_special(byte: u8) -> bool {
        byte < 0x20 || byte == b'"' || byte == b'\\'
    }

    let mut at = 0;
    for chunk in bytes.chunks(32) {
        // Without a way out of it the compiler makes one comparison of this.
        if chunk
            .iter()
            .fold(false, |found, byte| found | is_special(*byte))
        {
            let inside = chunk.iter().position(|byte| is_special(*byte));
            return inside.map(|inside| at + inside);
        }
        at += chunk.len();
    }
    None
}

/// `text` in quotes, escaped as kotlinx escapes it (`StringOps.kt`).
pub(super) fn push_quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_special(rest) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((byte, behind)) = from.split_first() {
            push_escape(*byte, out);
            rest = behind;
        }
    }
    out.extend_from_slice(rest);
    out.push(b'"');
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

    #[test]
    fn numbers_without_a_form_are_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            real_text(value).unwrap_err();
        }
        assert_eq!(real_text(1e7f32).unwrap(), "1.0E7");
    }
}
