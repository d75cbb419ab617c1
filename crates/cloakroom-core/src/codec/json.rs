//! JSON, the default format.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::contract::Codec;
use super::error::{DecodeError, DecodeErrorKind, EncodeError};
use super::format::CodecId;

/// JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), by `serde_json`; the default.
///
/// * Nesting deeper than 128 is refused on reading.
/// * JSON has no form for `NaN` and the infinities, and writes `null` for them: a session with one
///   in a field that is not an `Option` is not read again. `Some(None)` is `null` too, and comes
///   back as `None`.
/// * Keys of maps must be text, numbers, booleans or unit variants.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Codec, Json};
///
/// let mut bytes = Vec::new();
/// Json.encode(&vec!["scarf", "hat"], &mut bytes)?;
/// assert_eq!(bytes, br#"["scarf","hat"]"#);
/// assert_eq!(Json.decode::<Vec<String>>(&bytes).unwrap(), ["scarf", "hat"]);
/// # Ok::<(), cloakroom_core::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "named as a value: `Json`")]
pub struct Json;

impl Codec for Json {
    fn id(&self) -> CodecId {
        CodecId::JSON
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let before = out.len();
        serde_json::to_writer(&mut *out, value).map_err(|error| {
            out.truncate(before);
            EncodeError::new().with_source(error)
        })
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        serde_json::from_slice(bytes).map_err(|error| {
            DecodeError::new(DecodeErrorKind::Content)
                .at(error.line(), error.column())
                .with_source(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    enum Tree {
        Leaf(i64),
        Node(Vec<Self>),
    }

    fn nested(depth: usize) -> Vec<u8> {
        [vec![b'['; depth], vec![b']'; depth]].concat()
    }

    /// Rules: row-17.
    #[test]
    fn an_encoding_that_fails_half_way_leaves_the_output_as_it_was() {
        let bad = (
            "written before the failure",
            HashMap::from([(vec![1u8], 2u8)]),
        );
        let mut out = b"before".to_vec();
        Json.encode(&bad, &mut out).unwrap_err();
        assert_eq!(out, b"before");
    }

    #[test]
    fn bytes_behind_the_value_are_refused() {
        Json.decode::<u8>(b"1 1").unwrap_err();
        Json.decode::<Vec<u8>>(b"[1]]").unwrap_err();
        assert_eq!(Json.decode::<u8>(b" 1\n").unwrap(), 1);
    }

    /// Rules: bad-input.
    #[test]
    fn content_nested_without_end_is_refused_and_overflows_no_stack() {
        use serde::de::IgnoredAny;
        let error = Json.decode::<Tree>(&nested(100_000)).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Content);
        let deep = [&br#"{"Node":["#.repeat(100_000)[..], b"1"].concat();
        Json.decode::<Tree>(&deep).unwrap_err();
        let mut tree = Tree::Leaf(1);
        for _ in 0..100 {
            tree = Tree::Node(vec![tree]);
        }
        let mut out = Vec::new();
        Json.encode(&tree, &mut out).unwrap();
        Json.decode::<Tree>(&out).unwrap_err();
        Json.decode::<IgnoredAny>(&nested(127)).unwrap();
    }

    /// Rules: secrets.
    #[test]
    fn errors_say_where_and_never_what() {
        let content = br#"{"password":"hunter2"}"#;
        let error = Json.decode::<HashMap<String, u32>>(content).unwrap_err();
        let position = error.position().unwrap();
        assert_eq!((position.line, position.column), (1, 21));
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(std::error::Error::source(&error).is_none());
        assert!(
            error
                .expose_source()
                .unwrap()
                .to_string()
                .contains("hunter2")
        );
    }

    proptest! {
        /// Rules: bad-input.
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(tree) = Json.decode::<Tree>(&bytes) {
                let mut out = Vec::new();
                Json.encode(&tree, &mut out).unwrap();
                prop_assert_eq!(Json.decode::<Tree>(&out).unwrap(), tree);
            }
        }

        /// `serde_json` is off by the last bit here without its feature `float_roundtrip`.
        #[test]
        fn numbers_come_back_to_the_last_bit(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let mut out = Vec::new();
            Json.encode(&value, &mut out).unwrap();
            prop_assert_eq!(Json.decode::<f64>(&out).unwrap().to_bits(), bits);
        }

        #[test]
        fn what_was_encoded_is_decoded(value: (i128, u64, char, String, Option<Vec<bool>>)) {
            let mut out = Vec::new();
            Json.encode(&value, &mut out).unwrap();
            prop_assert_eq!(
                Json.decode::<(i128, u64, char, String, Option<Vec<bool>>)>(&out).unwrap(),
                value
            );
        }
    }
}
