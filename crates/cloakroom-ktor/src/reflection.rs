//! The text of `reflectionSessionSerializer`, the default of Ktor 1 and 2.

use cloakroom_core::{Codec, CodecId, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Unreadable, Unwritable};
use crate::text::{Names, read_reflection, write_reflection};

/// Ktor's reflection text: what Ktor 1 and 2 write by default, and Ktor 3 under
/// `reflectionSessionSerializer()`. Number 16.
///
/// | Kotlin | Rust | text |
/// |---|---|---|
/// | `Int`, `Long` | `i32`, `i64` | `#i7`, `#l7` |
/// | `Float`, `Double` | `f32`, `f64` | `#f1.5` |
/// | `Boolean` | `bool` | `#bot`, `#bof` |
/// | `Char` | `char` (below U+10000) | `#cha` |
/// | `String` | `String` | `#stext` |
/// | `T?` | `Option<T>` | `#n`, or the value |
/// | `List<T>` | `Vec<T>` | `#cl…&…` |
/// | `Set<T>` | a set with [`set`](mod@crate::set) | `#cs…&…` |
/// | `Map<K, V>` | a map | `#m…=…&…` |
/// | enum class | an enum of variants without fields | `#sAdmin` |
/// | class | a struct | `##…=…&…` |
/// | sealed class | an enum whose variants have fields | the same, then `$type=Circle` |
/// | `object` of a sealed class | a variant `Empty {}` | `$type=Empty` |
/// | `BigDecimal`, `BigInteger`, `UUID` | [`BigDecimal`], [`BigInteger`], [`Uuid`] | `#bd`, `#bi`, `#s` |
/// | `Optional<T>` | `Option<T>` with [`optional`](mod@crate::optional) | `#om`, `#op…` |
///
/// Properties are called as serde calls them, and written sorted by name. A newtype struct is what
/// it holds.
///
/// **Writing refuses what Ktor would not read back**, and names the field: an `&` in an element of
/// a collection, collections inside collections (but for inner ones of at most one element),
/// classes inside collections, a `Float` that is an element or may be null, and what has no type
/// in the table. Two things it cannot see. Ktor never comes back from reading a list, set or map
/// that is null, and serde does not tell such a `None` from others: use an empty collection. And an
/// enum with `#[serde(tag = "…")]` or `untagged` looks like a class, which neither Ktor nor this
/// reads as the sealed one: leave the tag to this text.
///
/// **Reading** needs every field to be there, as Ktor does, which knows no defaults here
/// (`#[serde(default)]` and `alias` do not help), and ignores properties that the type does not
/// have. Names are compared without regard to case.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Codec;
/// use cloakroom_ktor::Reflection;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// #[serde(rename_all = "camelCase")]
/// struct Cart {
///     user_id: String,
///     cart: Vec<String>,
/// }
///
/// let cart = Cart { user_id: "id2".to_owned(), cart: vec!["hat".to_owned(), "coat".to_owned()] };
/// let mut text = Vec::new();
/// Reflection::new().encode(&cart, &mut text)?;
/// assert_eq!(text, b"cart=%23cl%23shat%26%23scoat&userId=%23sid2");
/// assert_eq!(Reflection::new().decode::<Cart>(&text).unwrap(), cart);
///
/// let lossy = Cart { cart: vec!["salt & pepper".to_owned()], ..cart };
/// let error = Reflection::new().encode(&lossy, &mut text).unwrap_err();
/// assert_eq!(error.fields().collect::<Vec<_>>(), ["cart"]);
/// # Ok::<(), cloakroom_core::EncodeError>(())
/// ```
///
/// [`BigDecimal`]: crate::BigDecimal
/// [`BigInteger`]: crate::BigInteger
/// [`Uuid`]: crate::Uuid
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reflection {
    names: Names,
}

impl Reflection {
    /// The text, with the last part of a variant's serde name as the simple name of its class.
    ///
    /// ```
    /// # use cloakroom_core::{Codec, CodecId};
    /// # use cloakroom_ktor::Reflection;
    /// assert_eq!(Reflection::new().id(), CodecId::new(16));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The Kotlin class that serde calls `serial` is called `simple`. For one type that has this
    /// text and JSON: there the name is the one in `@SerialName`.
    ///
    /// ```
    /// use cloakroom_core::Codec;
    /// use cloakroom_ktor::{KtorJson, Reflection};
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// enum Shape {
    ///     #[serde(rename = "com.example.Circle")]
    ///     Circle { radius: f64 },
    ///     #[serde(rename = "sq")]
    ///     Square { side: i32 },
    /// }
    ///
    /// let reflection = Reflection::new().simple_name("sq", "Square");
    /// let (mut text, mut json) = (Vec::new(), Vec::new());
    /// reflection.encode(&Shape::Square { side: 3 }, &mut text)?;
    /// KtorJson.encode(&Shape::Square { side: 3 }, &mut json)?;
    /// assert_eq!(text, b"side=%23i3&%24type=Square");
    /// assert_eq!(json, br#"{"type":"sq","side":3}"#);
    ///
    /// text.clear();
    /// reflection.encode(&Shape::Circle { radius: 1.5 }, &mut text)?;
    /// assert_eq!(text, b"radius=%23f1.5&%24type=Circle");
    /// # Ok::<(), cloakroom_core::EncodeError>(())
    /// ```
    #[must_use]
    pub fn simple_name(mut self, serial: &'static str, simple: &'static str) -> Self {
        self.names.add(serial, simple);
        self
    }
}

impl Codec for Reflection {
    fn id(&self) -> CodecId {
        CodecId::new(16)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let text = write_reflection(value, &self.names).map_err(Unwritable::into_error)?;
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let text = str::from_utf8(bytes).map_err(|_| Unreadable::because("not UTF-8"));
        let value = text.and_then(|text| read_reflection(text, &self.names));
        value.map_err(Unreadable::into_error)
    }
}
