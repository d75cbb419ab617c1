//! The header of a record's content: codec (one octet), version (two, big-endian), then the
//! codec's bytes.
//!
//! A token by value carries both in its envelope and has no such header.

use super::error::{DecodeError, DecodeErrorKind};
use super::format::{CodecId, Format};

/// How many octets the header has.
pub(crate) const HEADER_LEN: usize = 3;

/// The header of content in this format.
pub(crate) const fn header(format: Format) -> [u8; HEADER_LEN] {
    let [high, low] = format.version.to_be_bytes();
    [format.codec.get(), high, low]
}

/// The format that the content of a record says it has, and the codec's bytes.
pub(crate) fn read_header(content: &[u8]) -> Result<(Format, &[u8]), DecodeError> {
    match content {
        [codec, high, low, bytes @ ..] => Ok((
            Format::new(CodecId::new(*codec), u16::from_be_bytes([*high, *low])),
            bytes,
        )),
        _ => Err(DecodeError::new(DecodeErrorKind::Header)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_header_is_three_octets_with_the_version_big_endian() {
        assert_eq!(header(Format::new(CodecId::JSON, 0x0203)), [1, 2, 3]);
    }

    /// Rules: bad-input.
    #[test]
    fn content_shorter_than_a_header_is_refused() {
        for short in [&[][..], &[1], &[1, 0]] {
            let error = read_header(short).unwrap_err();
            assert_eq!(error.kind(), DecodeErrorKind::Header);
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(codec: u8, version: u16, bytes: Vec<u8>) {
            let format = Format::new(CodecId::new(codec), version);
            let mut content = header(format).to_vec();
            content.extend_from_slice(&bytes);
            prop_assert_eq!(read_header(&content).unwrap(), (format, &bytes[..]));
        }
    }
}
