//! Binary to text and back: base64url without padding (RFC 4648 §5, §3.2).
//!
//! * **Straight into the header's bytes**: both directions append to a vector that the caller sized.
//! * **Strict.** No padding, no whitespace, no other alphabet, and the bits that a last symbol has
//!   too many must be zero: each token has one spelling, so no two texts open one session.
//! * **Not constant-time.** What is decoded here is sealed, signed or the id itself as the client
//!   sent it; nothing secret is compared.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::NO_PAD;

use crate::refusal::Refusal;

/// Finds the processor's instructions at run time. On targets for which the crate has none, it
/// does not exist, and the plain engine stands in.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
static ENGINE: LazyLock<base64::engine::Simd> =
    LazyLock::new(|| base64::engine::Simd::url_safe(NO_PAD));

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
)))]
static ENGINE: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, NO_PAD));

/// A text is not base64url without padding, in its one canonical spelling.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotBase64;

/// How many octets of text `bytes` bytes make.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    let rest = match bytes % 3 {
        0 => 0,
        1 => 2,
        _ => 3,
    };
    (bytes / 3).saturating_mul(4).saturating_add(rest)
}

/// How many bytes `text` octets of text make; `None` for a length that no text has.
pub(crate) const fn decoded_len(text: usize) -> Option<usize> {
    let rest = match text % 4 {
        0 => 0,
        1 => return None,
        2 => 1,
        _ => 2,
    };
    Some(text / 4 * 3 + rest)
}

/// Appends `bytes` as text to `out`.
///
/// Allocates nothing if `out` has room for [`encoded_len`] more.
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start.saturating_add(encoded_len(bytes.len())), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let written = ENGINE.encode_slice(bytes, room);
    debug_assert!(written.is_ok(), "the room is as long as the text");
}

/// Appends the bytes that `text` stands for to `out`.
///
/// Allocates nothing if `out` has room for [`decoded_len`] more. What `out` held before stays in
/// front, so a caller who wants headroom puts it there first.
///
/// # Errors
///
/// [`NotBase64`]; then `out` is as it was.
pub(crate) fn decode_into(out: &mut Vec<u8>, text: &[u8]) -> Result<(), NotBase64> {
    let len = decoded_len(text.len()).ok_or(NotBase64)?;
    let start = out.len();
    out.resize(start.saturating_add(len), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    match ENGINE.decode_slice(text, room) {
        Ok(written) if written == len => Ok(()),
        _ => {
            out.truncate(start);
            Err(NotBase64)
        }
    }
}

/// As [`decode_into`], of a token from outside, which may have at most `limit` octets.
///
/// # Errors
///
/// [`Refusal::TooLong`] before anything is decoded; [`Refusal::Malformed`] for what is empty or not
/// base64url. Then `out` is as it was.
pub(crate) fn decode_token(out: &mut Vec<u8>, text: &[u8], limit: usize) -> Result<(), Refusal> {
    if text.len() > limit {
        return Err(Refusal::TooLong);
    }
    if text.is_empty() {
        return Err(Refusal::Malformed);
    }
    decode_into(out, text).map_err(|NotBase64| Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        encode_into(&mut out, bytes);
        String::from_utf8(out).unwrap()
    }

    fn decoded(text: &[u8]) -> Result<Vec<u8>, NotBase64> {
        let mut out = Vec::new();
        decode_into(&mut out, text).map(|()| out)
    }

    /// RFC 4648 §10, without the padding, and the two symbols of §5.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        let vectors: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (b"\xfb\xff\xbf", "-_-_"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(encoded(bytes), text);
            assert_eq!(decoded(text.as_bytes()).unwrap(), bytes);
        }
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let long = "A".repeat(200);
        let wrong = [
            "Zg==",
            "Zm8=",
            "=",
            "Z",
            "Zm9vY",
            "Zh",
            "Zm9",
            "Zm 9v",
            " Zm9v",
            "Zm9v\n",
            "Zm9v\0",
            "+_+_",
            "-/-/",
            "\"Zm9v\"",
            "Zm9v,Zm9v",
            "Zm%3D",
            "Zm9é",
            &format!("{long}=AAA"),
            &format!("{long}AB"),
            &format!("{long}\tAAA"),
            &format!("AA+A{long}"),
        ];
        for text in wrong {
            let mut out = b"before".to_vec();
            assert_eq!(
                decode_into(&mut out, text.as_bytes()),
                Err(NotBase64),
                "{text:?}"
            );
            assert_eq!(out, b"before", "{text:?}");
        }
    }

    #[test]
    fn what_the_vector_held_stays_in_front() {
        let mut out = vec![7; 5];
        decode_into(&mut out, b"Zm9v").unwrap();
        assert_eq!(out, b"\x07\x07\x07\x07\x07foo");
        encode_into(&mut out, b"foo");
        assert_eq!(out, b"\x07\x07\x07\x07\x07fooZm9v");
    }

    /// Rules: token-length.
    #[test]
    fn a_token_is_measured_before_it_is_decoded() {
        let mut out = Vec::new();
        // Over the limit and no base64 either: the length is what is told.
        assert_eq!(decode_token(&mut out, b"!!!!!", 4), Err(Refusal::TooLong));
        assert_eq!(out.capacity(), 0);
        assert_eq!(decode_token(&mut out, b"!!!!", 4), Err(Refusal::Malformed));
        assert_eq!(decode_token(&mut out, b"", 4), Err(Refusal::Malformed));
        assert_eq!(out, b"");
        decode_token(&mut out, b"Zm9v", 4).unwrap();
        assert_eq!(out, b"foo");
    }

    proptest! {
        #[test]
        fn every_value_comes_back_and_nothing_is_allocated_beside_it(
            bytes in prop::collection::vec(any::<u8>(), 0..700),
        ) {
            let mut text = Vec::with_capacity(encoded_len(bytes.len()));
            let room = text.capacity();
            encode_into(&mut text, &bytes);
            prop_assert_eq!(text.len(), encoded_len(bytes.len()));
            prop_assert_eq!(text.capacity(), room);

            let mut back = Vec::with_capacity(bytes.len());
            let room = back.capacity();
            decode_into(&mut back, &text).unwrap();
            prop_assert_eq!(back.capacity(), room);
            prop_assert_eq!(back, bytes);
        }

        #[test]
        fn arbitrary_text_is_refused_or_is_the_spelling_of_its_bytes(
            text in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            if let Ok(bytes) = decoded(&text) {
                prop_assert_eq!(encoded(&bytes).into_bytes(), text);
            }
        }

        #[test]
        fn a_changed_last_symbol_is_refused_or_changes_the_bytes(
            bytes in prop::collection::vec(any::<u8>(), 1..200),
            symbol in "[A-Za-z0-9_-]",
        ) {
            let mut text = encoded(&bytes);
            let last = text.pop().unwrap();
            text.push_str(&symbol);
            if !symbol.starts_with(last) {
                prop_assert_ne!(decoded(text.as_bytes()), Ok(bytes));
            }
        }
    }
}
