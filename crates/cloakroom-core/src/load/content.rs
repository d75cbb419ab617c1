//! From the content of a record to the value, and back.

use crate::codec::header::read_header;
use crate::codec::{DecodeError, Decoded, Versioned};
use crate::form::Form;
use crate::provider::Typed;
use crate::refusal::Refusal;

/// The value in the content of a record of the provider's own form. One that an older reader read
/// is written anew with the next change; until then the record stays as it is.
pub(crate) fn decode_record<S>(typed: &Typed<S>, content: &[u8]) -> Result<S, Refusal> {
    decode(typed, &typed.provider.form, &typed.codec, content)
}

/// The value in the content of a record of the other form.
pub(crate) fn decode_record_elsewhere<S>(typed: &Typed<S>, content: &[u8]) -> Result<S, Refusal> {
    let (Some(other), Some(codec)) = (&typed.provider.other, &typed.other_codec) else {
        return Err(Refusal::Content);
    };
    decode(typed, &other.form, codec, content)
}

/// The content of a record of the provider's own form for a value; `None` if it cannot be encoded or is
/// not valid.
pub(crate) fn encode_record<S>(typed: &Typed<S>, value: &S) -> Option<Vec<u8>> {
    encode(typed, &typed.provider.form, &typed.codec, value)
}

/// The same of the other form.
pub(crate) fn encode_record_elsewhere<S>(typed: &Typed<S>, value: &S) -> Option<Vec<u8>> {
    let form = &typed.provider.other.as_ref()?.form;
    encode(typed, form, typed.other_codec.as_ref()?, value)
}

fn encode<S>(typed: &Typed<S>, form: &Form, codec: &Versioned<S>, value: &S) -> Option<Vec<u8>> {
    if !typed.is_valid(value) {
        return None;
    }
    let header = form.header(codec.format());
    let mut content = header.map_or_else(Vec::new, Vec::from);
    codec.encode(value, &mut content).ok()?;
    Some(content)
}

fn decode<S>(
    typed: &Typed<S>,
    form: &Form,
    codec: &Versioned<S>,
    content: &[u8],
) -> Result<S, Refusal> {
    let decoded = decode_as(form, codec, content);
    let value = decoded.map_err(|_| Refusal::Content)?.value;
    if !typed.is_valid(&value) {
        return Err(Refusal::Invalid);
    }
    Ok(value)
}

fn decode_as<S>(
    form: &Form,
    codec: &Versioned<S>,
    content: &[u8],
) -> Result<Decoded<S>, DecodeError> {
    if form.bare {
        return codec.decode(codec.format(), content);
    }
    let (format, bytes) = read_header(content)?;
    codec.decode(format, bytes)
}
