//! Our tokens as text, for transports of other systems, which carry nothing else.

use crate::buffer::Buffer;
use crate::refusal::Refusal;
use crate::transform::{Context, Freshness, Protection, Transformer};
use crate::transport::text::{decode_into, encode_into};

/// base64url without padding, as in our own cookies.
#[derive(Debug)]
pub(crate) struct AsText;

impl Transformer for AsText {
    fn protection(&self) -> Protection {
        Protection::None
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        let mut text = Vec::new();
        encode_into(&mut text, buffer.as_slice());
        buffer.replace(text);
    }

    fn read(&self, _: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        let mut bytes = Vec::new();
        decode_into(&mut bytes, buffer.as_slice()).map_err(|_| Refusal::Malformed)?;
        buffer.replace(bytes);
        Ok(Freshness::Current)
    }
}
