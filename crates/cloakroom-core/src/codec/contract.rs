//! What a format must do to be a session's.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{DecodeError, EncodeError};
use super::format::CodecId;

/// Turns values into bytes and back.
///
/// What its caller relies on:
///
/// * `decode` of what `encode` wrote is an equal value, for every value of the types that the
///   application uses.
/// * `encode` only appends. What it appended before an error is cut off by the caller.
/// * `decode` gives a value only if it needed **all** the bytes, and never panics, whatever they
///   are. They are authentic unless the application has allowed content that clients can forge;
///   recursion is bounded all the same.
/// * [`id`](Self::id) never changes: content outlives a release.
/// * Equal values give equal bytes, if the type allows it; a change is found by comparing bytes.
///
/// # Examples
///
/// CBOR as an application's own format:
///
/// ```
/// use cloakroom_core::{Codec, CodecId, DecodeError, DecodeErrorKind, EncodeError};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// #[derive(Debug)]
/// struct Cbor;
///
/// impl Codec for Cbor {
///     fn id(&self) -> CodecId {
///         CodecId::new(128)
///     }
///
///     fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
///         ciborium::into_writer(value, out).map_err(|_| EncodeError::new())
///     }
///
///     fn decode<S: DeserializeOwned>(&self, mut bytes: &[u8]) -> Result<S, DecodeError> {
///         match ciborium::from_reader(&mut bytes) {
///             Ok(value) if bytes.is_empty() => Ok(value),
///             _ => Err(DecodeError::new(DecodeErrorKind::Content)),
///         }
///     }
/// }
///
/// let mut bytes = Vec::new();
/// Cbor.encode(&("scarf", 2), &mut bytes)?;
/// assert_eq!(Cbor.decode::<(String, u8)>(&bytes).unwrap(), ("scarf".to_owned(), 2));
/// # Ok::<(), EncodeError>(())
/// ```
pub trait Codec: Debug + Send + Sync + 'static {
    /// The format's registered number.
    fn id(&self) -> CodecId;

    /// Appends `value` to `out`.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the format has no form for the value, or the type refuses.
    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// The value that `bytes`, all of them, are.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] of the kind [`Content`](super::DecodeErrorKind::Content).
    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError>;
}
