//! Hexadecimal text: Ktor's lenient reading of keys, and the strict one of tokens.
//!
//! * **Keys** are read by [`hex`] as `io.ktor.util.hex` reads them up to Ktor 3.4: either case, and
//!   an odd last character is dropped, whatever it is. Ktor takes the digits of other scripts too;
//!   here they are refused, since nobody means them.
//! * **Tokens** have lower-case digits, two for each byte: what Ktor writes, and nothing else.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use zeroize::Zeroizing;

/// How many digits [`decode_in_place`] takes at a time.
const PIECE: usize = 512;

/// The bytes that Ktor's `hex()` makes of a text.
///
/// As Ktor up to 3.4 has it: either case, and an odd last character is dropped, whatever it is. Ktor
/// takes the digits of other scripts too; here they are refused.
///
/// For keys there is [`SigningKey::from_hex`](crate::SigningKey::from_hex) and
/// [`EncryptionKey::from_hex`](crate::EncryptionKey::from_hex), which also warn of a dropped digit.
///
/// # Errors
///
/// [`NotHex`] where a pair of characters is not two hexadecimal digits.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::hex;
///
/// assert_eq!(**hex("00ff")?, [0x00, 0xff]);
/// // The key in Ktor's documentation has 23 digits; the last one never counted.
/// assert_eq!(hex("03515606058610610561058")?, hex("0351560605861061056105")?);
/// assert!(hex("0x10").is_err());
/// # Ok::<(), cloakroom_ktor::NotHex>(())
/// ```
pub fn hex(text: &str) -> Result<Zeroizing<Vec<u8>>, NotHex> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for [high, low] in pairs {
        let byte = digit(*high)? << 4 | digit(*low)?;
        bytes.push(byte);
    }
    Ok(bytes)
}

/// A text that is not hexadecimal. Does not say where: the text may be a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it has nothing to hold, and never will"
)]
pub struct NotHex;

impl fmt::Display for NotHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not hexadecimal: use the digits 0 to 9 and a to f, two for each byte")
    }
}

impl Error for NotHex {}

/// Whether Ktor's `hex()` would drop the last character of the text.
pub(crate) const fn is_odd(text: &str) -> bool {
    !text.len().is_multiple_of(2)
}

/// Appends the digits of `bytes`.
pub(crate) fn append(text: &mut Vec<u8>, bytes: &[u8]) {
    let start = text.len();
    text.resize(start + 2 * bytes.len(), b'0');
    if let Some(room) = text.get_mut(start..) {
        // It fails for a room of another length only.
        const_hex::encode_to_slice(bytes, room).unwrap_or_default();
    }
}

/// Reads exactly as many bytes as `bytes` has from exactly that many pairs of lower-case digits.
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    if text.len() != 2 * bytes.len() || !has_no_capitals(text) {
        return None;
    }
    const_hex::decode_to_slice(text, bytes).ok()
}

/// Reads the digits at `digits` of `text` and puts their bytes at its front.
pub(crate) fn decode_in_place(text: &mut [u8], digits: Range<usize>) -> Option<()> {
    let mut piece = [0; PIECE / 2];
    let (mut from, mut to) = (digits.start, 0);
    while from < digits.end {
        let until = digits.end.min(from.saturating_add(PIECE));
        let bytes = piece.get_mut(..(until - from) / 2)?;
        decode(text.get(from..until)?, bytes)?;
        // Never past `until`: two digits become one byte.
        text.get_mut(to..to + bytes.len())?.copy_from_slice(bytes);
        to += bytes.len();
        from = until;
    }
    Some(())
}

/// Whether no byte is a capital, of bytes that are digits if none is: 0 to 9 and a to f have this bit
/// of ASCII, A to F have not.
fn has_no_capitals(text: &[u8]) -> bool {
    text.iter().fold(0x20, |all, byte| all & byte) != 0
}

fn digit(character: u8) -> Result<u8, NotHex> {
    let value = char::from(character).to_digit(16).ok_or(NotHex)?;
    u8::try_from(value).map_err(|_| NotHex)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = vec![0; text.len() / 2];
        decode(text, &mut bytes)?;
        Some(bytes)
    }

    #[test]
    fn a_key_is_read_as_ktor_reads_it() {
        for (text, bytes) in [
            ("", &[][..]),
            ("0", &[]),
            ("00 ", &[0]),
            ("aBcD", &[0xab, 0xcd]),
            (
                "03515606058610610561058",
                b"\x03\x51\x56\x06\x05\x86\x10\x61\x05\x61\x05",
            ),
        ] {
            assert_eq!(**hex(text).unwrap(), *bytes, "{text:?}");
        }
        for text in [
            "0g",
            " 00",
            "0x10",
            "+1",
            "-1",
            "\u{663}\u{663}",
            "\u{ff21}",
        ] {
            assert_eq!(hex(text).unwrap_err(), NotHex, "{text:?}");
        }
    }

    #[test]
    fn a_token_has_lower_case_digits_in_pairs_and_nothing_else() {
        assert_eq!(decoded(b"00ff9a"), Some(vec![0x00, 0xff, 0x9a]));
        for text in [
            &b"00FF"[..],
            b"00fF",
            b"0",
            b"000",
            b"0x00",
            b"0g",
            b" 0",
            b"0\0",
            b"0\xc3",
        ] {
            assert_eq!(decoded(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_byte_that_is_no_lower_case_digit_is_refused_at_every_place() {
        for at in 0..64 {
            for byte in 0..=u8::MAX {
                let mut text = [b'7'; 64];
                text[at] = byte;
                let is_digit = b"0123456789abcdef".contains(&byte);
                assert_eq!(decoded(&text).is_some(), is_digit, "{byte} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..1_500)) {
            let mut text = b"before".to_vec();
            append(&mut text, &bytes);
            prop_assert_eq!(decoded(&text[6..]), Some(bytes.clone()));

            let all = 6..text.len();
            prop_assert!(decode_in_place(&mut text, all).is_some());
            prop_assert_eq!(&text[..bytes.len()], &bytes[..]);
        }

        #[test]
        fn no_bytes_and_no_range_make_a_panic(
            mut text in proptest::collection::vec(any::<u8>(), 0..1_200),
            start in 0usize..1_500,
            end in 0usize..1_500,
        ) {
            drop(decoded(&text));
            let _ = decode_in_place(&mut text, start..end);
            drop(hex(&String::from_utf8_lossy(&text)));
        }
    }
}
