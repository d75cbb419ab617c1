//! The text of `KotlinxSessionSerializer(Json)`, the default of Ktor 3.

use cloakroom_core::{Codec, CodecId, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Unreadable, Unwritable};
use crate::json::{read, write};

/// How much room a value is given where the buffer has none yet: few are larger.
const USUAL: usize = 1024;

/// JSON as kotlinx.serialization writes it: what Ktor 3 writes by default. Number 18.
///
/// It differs from [`Json`](cloakroom_core::Json) in this:
///
/// * Numbers have Java's spelling (`1.0E7`). `NaN` and the infinities are refused, and so is a
///   `char` above U+FFFF, which is no Kotlin `Char`.
/// * An enum whose variants have fields is a sealed class: `{"type":"Circle","radius":1.5}`, with
///   `type` anywhere on reading. The variant is called as kotlinx calls the class: by its
///   `@SerialName`, or by its full name (`#[serde(rename = "com.example.Circle")]`).
///   `#[serde(tag = "type")]` writes the same; reading is then serde's, which takes unknown
///   properties.
/// * A property that the type does not have is refused, as `Json` refuses it in Kotlin.
/// * Tuples, bytes, and the helpers for `BigDecimal`, `BigInteger` and `Optional` have no form.
///
/// Kotlin does not write a property that has its default value. Say so in the type:
/// `#[serde(default, skip_serializing_if = "…")]`. A nullable property without a default has to
/// be there: [`nullable`](mod@crate::nullable).
///
/// Refused although kotlinx reads it, which never writes it: a name that comes twice, and what
/// RFC 8259 does not allow, such as leading zeros and half of a surrogate pair.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Codec;
/// use cloakroom_ktor::KtorJson;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// enum Shape {
///     Circle { radius: f64 },
///     #[serde(rename = "sq")]
///     Square { side: i32 },
/// }
///
/// let mut text = Vec::new();
/// KtorJson.encode(&Shape::Circle { radius: 1e7 }, &mut text)?;
/// assert_eq!(text, br#"{"type":"Circle","radius":1.0E7}"#);
/// let square: Shape = KtorJson.decode(br#"{"side":3,"type":"sq"}"#).unwrap();
/// assert_eq!(square, Shape::Square { side: 3 });
/// # Ok::<(), cloakroom_core::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "named as a value: `KtorJson`")]
pub struct KtorJson;

impl Codec for KtorJson {
    fn id(&self) -> CodecId {
        CodecId::new(18)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let before = out.len();
        if out.capacity() == before {
            out.reserve(USUAL);
        }
        write(value, out).map_err(|error: Unwritable| {
            out.truncate(before);
            error.into_error()
        })
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let text = str::from_utf8(bytes);
        let text = text.map_err(|_| Unreadable::because("not UTF-8").into_error())?;
        read(text).map_err(|(error, (line, column))| error.into_error().at(line, column))
    }
}
