//! For `#[serde(with = "cloakroom_ktor::nullable")]`: a Kotlin `T?` without a default.
//!
//! serde takes a missing field of an `Option` type for `None`. kotlinx does so only where the
//! property has the default `null`; otherwise it refuses the text, and with this so do we.
//!
//! # Examples
//!
//! ```
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::KtorJson;
//! use serde::Deserialize;
//!
//! #[derive(Debug, Deserialize)]
//! struct Person {
//!     #[serde(with = "cloakroom_ktor::nullable")]
//!     phone: Option<String>,
//! }
//!
//! let person: Person = KtorJson.decode(br#"{"phone":null}"#).unwrap();
//! assert_eq!(person.phone, None);
//! KtorJson.decode::<Person>(b"{}").unwrap_err();
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes the value, or null.
///
/// # Errors
///
/// The serializer's.
pub fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    value.serialize(serializer)
}

/// Reads the value, or null; it has to be there.
///
/// # Errors
///
/// The deserializer's.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer)
}
