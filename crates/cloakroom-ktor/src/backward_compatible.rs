//! The text of `KotlinxBackwardCompatibleSessionSerializer`.

use cloakroom_core::{Codec, CodecId, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Unreadable, Unwritable};
use crate::text::{read_compatible, write_compatible};

/// Ktor's `KotlinxBackwardCompatibleSessionSerializer` (2.2 and later): the tags of
/// [`Reflection`](crate::Reflection), with properties as they are declared. Number 17.
///
/// Types are those of the table there, but a set is written as a list, a sealed class is the
/// whole session only (with its `@SerialName`), and there is no `BigDecimal`, `BigInteger` and
/// `Optional`.
///
/// **Ktor's own reader loses much of what its writer writes.** All of it is refused on writing,
/// with the field's name: empty lists, elements with anything beside letters, digits and the marks
/// of an address, classes that are not the last property, collections inside collections. A team
/// that is free to choose moves to JSON; see [`Moving`](crate::Moving).
///
/// **Reading** makes of a text what Ktor makes of it, also where that is not what was written: an
/// empty list of texts is read as one of an empty text, an element with an escape keeps the escape.
/// Missing properties take their `#[serde(default)]`, unknown ones are refused. A nullable
/// property without a default has to be there in Kotlin: [`nullable`](mod@crate::nullable).
///
/// # Examples
///
/// ```
/// use cloakroom_core::Codec;
/// use cloakroom_ktor::BackwardCompatible;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// struct Login {
///     name: String,
///     age: i32,
/// }
///
/// let login = Login { name: "Åsa & Bo".to_owned(), age: 7 };
/// let mut text = Vec::new();
/// BackwardCompatible.encode(&login, &mut text)?;
/// assert_eq!(text, b"name=%23s%C3%85sa+%26+Bo&age=%23i7");
/// assert_eq!(BackwardCompatible.decode::<Login>(&text).unwrap(), login);
/// # Ok::<(), cloakroom_core::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "named as a value: `BackwardCompatible`"
)]
pub struct BackwardCompatible;

impl Codec for BackwardCompatible {
    fn id(&self) -> CodecId {
        CodecId::new(17)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let text = write_compatible(value).map_err(Unwritable::into_error)?;
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let text = str::from_utf8(bytes).map_err(|_| Unreadable::because("not UTF-8"));
        text.and_then(read_compatible)
            .map_err(Unreadable::into_error)
    }
}
