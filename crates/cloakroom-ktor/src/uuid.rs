//! `java.util.UUID`: [`Uuid`], and a serde helper for another type of them.
//!
//! In [`Reflection`](crate::Reflection) a UUID is a text without a tag of its own, so a type that
//! serde writes as such a text needs no helper. `#[serde(with = "cloakroom_ktor::uuid")]` makes
//! sure that it is the text of a UUID, on both sides, and refuses it in an `Optional`, where Ktor
//! would read a `String`. It is for any type that prints and parses the usual 36 characters, such
//! as `uuid::Uuid`.
//!
//! # Examples
//!
//! ```
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::Reflection;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Order {
//!     #[serde(with = "cloakroom_ktor::uuid")]
//!     id: String,
//! }
//!
//! let id = "27681d1b-0a59-72a6-25bb-49b8e11b5f22".to_owned();
//! let mut text = Vec::new();
//! Reflection::new().encode(&Order { id }, &mut text)?;
//! assert_eq!(text, b"id=%23s27681d1b-0a59-72a6-25bb-49b8e11b5f22");
//! Reflection::new().encode(&Order { id: "none".to_owned() }, &mut text).unwrap_err();
//! # Ok::<(), cloakroom_core::EncodeError>(())
//! ```

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker;
use crate::spelled::{self, SpellingError};

/// A `java.util.UUID`.
///
/// Reading takes 32 digits in either case with hyphens in their places; Java also takes fewer
/// digits (`1-2-3-4-5`), which nothing writes.
///
/// ```
/// use cloakroom_ktor::Uuid;
///
/// let id: Uuid = "27681D1B-0a59-72a6-25bb-49b8e11b5f22".parse()?;
/// assert_eq!(id.to_string(), "27681d1b-0a59-72a6-25bb-49b8e11b5f22");
/// # Ok::<(), cloakroom_ktor::SpellingError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uuid(u128);

impl Uuid {
    /// The UUID of these bytes, the most significant first.
    ///
    /// ```
    /// # use cloakroom_ktor::Uuid;
    /// let id = Uuid::from_bytes([0x11; 16]);
    /// assert_eq!(id.to_string(), "11111111-1111-1111-1111-111111111111");
    /// ```
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// Its bytes, the most significant first.
    ///
    /// ```
    /// # use cloakroom_ktor::Uuid;
    /// assert_eq!(Uuid::from_bytes([7; 16]).to_bytes(), [7; 16]);
    /// ```
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl FromStr for Uuid {
    type Err = SpellingError;

    fn from_str(text: &str) -> Result<Self, SpellingError> {
        let error = SpellingError { class: "UUID" };
        let is_spelled = text.len() == 36
            && text.bytes().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        let digits = text.replace('-', "");
        let number = u128::from_str_radix(&digits, 16).map_err(|_| error)?;
        if is_spelled {
            Ok(Self(number))
        } else {
            Err(error)
        }
    }
}

impl Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32, digits: u32| self.0 >> shift & ((1 << (4 * digits)) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 8),
            part(80, 4),
            part(64, 4),
            part(48, 4),
            part(0, 12)
        )
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(marker::UUID, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

/// Writes the UUID.
///
/// # Errors
///
/// The serializer's, and if what the value prints is no UUID.
pub fn serialize<T, S>(id: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Display,
    S: Serializer,
{
    spelled::serialize::<Uuid, S>(marker::UUID, id, serializer)
}

/// Reads the UUID.
///
/// # Errors
///
/// The deserializer's, and if the value's type refuses the text.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr,
    D: Deserializer<'de>,
{
    spelled::deserialize::<Uuid, T, D>(marker::UUID, deserializer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rules: bad-input.
    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "1-2-3-4-5",
            "27681d1b0a5972a625bb49b8e11b5f22",
            "{27681d1b-0a59-72a6-25bb-49b8e11b5f22}",
            "27681d1b-0a59-72a6-25bb-49b8e11b5f2",
            "27681d1b-0a59-72a6-25bb-49b8e11b5fgg",
            "+7681d1b-0a59-72a6-25bb-49b8e11b5f22",
            "27681d1b00a59-72a6-25bb-49b8e11b5f22",
        ] {
            text.parse::<Uuid>().unwrap_err();
        }
    }

    proptest! {
        #[test]
        fn a_printed_uuid_is_read_again(bytes: [u8; 16]) {
            let id = Uuid::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<Uuid>().unwrap(), id);
            prop_assert_eq!(id.to_bytes(), bytes);
        }
    }
}
