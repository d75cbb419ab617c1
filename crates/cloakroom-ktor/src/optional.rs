//! For `#[serde(with = "cloakroom_ktor::optional")]`: a `java.util.Optional`.
//!
//! [`Reflection`](crate::Reflection) writes `#om` for an empty one and `#op` before what is in a
//! full one. Ktor knows nothing of the type inside, and does not give back classes, constants,
//! UUIDs and `Float`s there: they are refused. kotlinx has no `Optional`, so the other codecs
//! refuse it.
//!
//! # Examples
//!
//! ```
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::Reflection;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Person {
//!     #[serde(with = "cloakroom_ktor::optional")]
//!     phone: Option<String>,
//!     #[serde(with = "cloakroom_ktor::optional")]
//!     floor: Option<i32>,
//! }
//!
//! let mut text = Vec::new();
//! Reflection::new().encode(&Person { phone: None, floor: Some(3) }, &mut text)?;
//! assert_eq!(text, b"floor=%23op%23i3&phone=%23om");
//! # Ok::<(), cloakroom_core::EncodeError>(())
//! ```

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker;

/// Writes a full or an empty one.
///
/// # Errors
///
/// The serializer's.
pub fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    serializer.serialize_newtype_struct(marker::OPTIONAL, value)
}

/// Reads a full or an empty one.
///
/// # Errors
///
/// The deserializer's.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct Inside<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Inside<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an Optional")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(
            self,
            deserializer: D,
        ) -> Result<Option<T>, D::Error> {
            Option::deserialize(deserializer)
        }
    }

    deserializer.deserialize_newtype_struct(marker::OPTIONAL, Inside(PhantomData))
}
