//! For `#[serde(with = "cloakroom_ktor::set")]`: a Kotlin `Set`.
//!
//! serde writes every collection as a sequence. [`Reflection`](crate::Reflection) has another tag
//! for sets; every other format looks through this. What it is put on iterates in the order in
//! which it is written; a `BTreeSet` gives equal text for equal sets.
//!
//! # Examples
//!
//! ```
//! use std::collections::BTreeSet;
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::Reflection;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Article {
//!     #[serde(with = "cloakroom_ktor::set")]
//!     tags: BTreeSet<String>,
//! }
//!
//! let mut text = Vec::new();
//! let article = Article { tags: BTreeSet::from(["a".to_owned(), "b".to_owned()]) };
//! Reflection::new().encode(&article, &mut text)?;
//! assert_eq!(text, b"tags=%23cs%23sa%26%23sb");
//! # Ok::<(), cloakroom_core::EncodeError>(())
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker;

/// Writes a set.
///
/// # Errors
///
/// The serializer's.
pub fn serialize<T, S>(set: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    serializer.serialize_newtype_struct(marker::SET, set)
}

/// Reads a set, or a list, as Ktor does.
///
/// # Errors
///
/// The deserializer's.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer)
}
