//! Lists of byte strings as one byte string, such that different lists never give the same bytes.
//!
//! Each field is its length in bytes (`u32`, big endian) and then the field. The encoding is
//! injective and prefix-free per field: `["ab", "c"]` and `["a", "bc"]` differ.

/// The fields, each with its length in front.
pub(crate) fn frame(fields: &[&[u8]]) -> Vec<u8> {
    let len = fields.iter().map(|field| field.len() + 4).sum();
    let mut framed = Vec::with_capacity(len);
    for field in fields {
        append(&mut framed, field);
    }
    framed
}

/// Appends one field with its length in front.
pub(crate) fn append(framed: &mut Vec<u8>, field: &[u8]) {
    framed.extend_from_slice(&length(field));
    framed.extend_from_slice(field);
}

/// The length as it stands in front of a field.
///
/// A field of 4 GiB or more gets the largest length; nothing that a token or a name can hold comes
/// near it.
pub(crate) fn length(field: &[u8]) -> [u8; 4] {
    u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_field_stands_behind_its_length() {
        assert_eq!(frame(&[b"ab", b""]), b"\0\0\0\x02ab\0\0\0\0");
    }

    /// Rules: subkeys, associated-data.
    #[test]
    fn moving_a_byte_between_fields_gives_other_bytes() {
        assert_ne!(frame(&[b"shop", b"cart"]), frame(&[b"shopc", b"art"]));
        assert_ne!(frame(&[b"shop", b""]), frame(&[b"", b"shop"]));
        assert_ne!(frame(&[b"shop"]), frame(&[b"shop", b""]));
    }

    proptest! {
        /// Rules: subkeys, associated-data.
        #[test]
        fn different_lists_never_give_the_same_bytes(
            one in vec(vec(0_u8..3, 0..4), 0..4),
            other in vec(vec(0_u8..3, 0..4), 0..4),
        ) {
            let fields = |list: &[Vec<u8>]| frame(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
            prop_assert_eq!(one == other, fields(&one) == fields(&other));
        }
    }
}
