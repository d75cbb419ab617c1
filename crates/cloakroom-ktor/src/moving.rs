//! Two texts of one type: the one that is written, and the one that sessions still have.

use cloakroom_core::{Codec, CodecId, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes by `New`, and reads by `New` or else by `Old`.
///
/// For a provider whose Ktor was upgraded: Ktor 3 writes JSON where Ktor 2 wrote its reflection
/// text, nothing in a token says which it is, and Ktor itself reads only one. Its number is that
/// of `New`, which is what it writes.
///
/// A text that both would take is `New`'s. Of Ktor's texts none is another one: JSON begins with
/// `{`, and no name of a property does.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Codec;
/// use cloakroom_ktor::{KtorJson, Moving, Reflection};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// struct Login {
///     name: String,
/// }
///
/// let codec = Moving::new(KtorJson, Reflection::new());
/// let old: Login = codec.decode(b"name=%23sanna").unwrap();
/// let mut text = Vec::new();
/// codec.encode(&old, &mut text)?;
/// assert_eq!(text, br#"{"name":"anna"}"#);
/// assert_eq!(codec.decode::<Login>(&text).unwrap(), old);
/// # Ok::<(), cloakroom_core::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Moving<New, Old> {
    new: New,
    old: Old,
}

impl<New: Codec, Old: Codec> Moving<New, Old> {
    /// Writes by `new`, and reads by `old` what `new` refuses.
    ///
    /// ```
    /// # use cloakroom_core::Codec;
    /// # use cloakroom_ktor::{KtorJson, Moving, Reflection};
    /// assert_eq!(Moving::new(KtorJson, Reflection::new()).id(), KtorJson.id());
    /// ```
    #[must_use]
    pub const fn new(new: New, old: Old) -> Self {
        Self { new, old }
    }
}

impl<New: Codec, Old: Codec> Codec for Moving<New, Old> {
    fn id(&self) -> CodecId {
        self.new.id()
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.new.encode(value, out)
    }

    /// The error is that of `New`.
    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let new = self.new.decode(bytes);
        new.or_else(|error| self.old.decode(bytes).map_err(|_| error))
    }
}
