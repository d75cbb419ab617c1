//! `java.math.BigInteger`: [`BigInteger`], and a serde helper for another type of such numbers.
//!
//! `#[serde(with = "cloakroom_ktor::big_integer")]` is for any type that prints and parses itself
//! in decimal digits, such as `num_bigint::BigInt` or `i128`.
//!
//! # Examples
//!
//! ```
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::Reflection;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Account {
//!     #[serde(with = "cloakroom_ktor::big_integer")]
//!     number: i128,
//! }
//!
//! let mut text = Vec::new();
//! Reflection::new().encode(&Account { number: 1 << 100 }, &mut text)?;
//! assert_eq!(text, b"number=%23bi1267650600228229401496703205376");
//! # Ok::<(), cloakroom_core::EncodeError>(())
//! ```

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker;
use crate::spelled::{self, SpellingError};

/// A `java.math.BigInteger`, as its text. It does not calculate.
///
/// Reading takes every spelling that Java takes (`+7`, `-007`), writing has Java's one.
///
/// ```
/// use cloakroom_ktor::BigInteger;
///
/// let number: BigInteger = "-00123456789012345678901234567890".parse()?;
/// assert_eq!(number.as_str(), "-123456789012345678901234567890");
/// # Ok::<(), cloakroom_ktor::SpellingError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BigInteger(String);

impl BigInteger {
    /// Its text.
    ///
    /// ```
    /// # use cloakroom_ktor::BigInteger;
    /// assert_eq!("-0".parse::<BigInteger>().unwrap().as_str(), "0");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BigInteger {
    type Err = SpellingError;

    fn from_str(text: &str) -> Result<Self, SpellingError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SpellingError {
                class: "BigInteger",
            });
        }
        Ok(Self(match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => format!("{sign}{digits}"),
        }))
    }
}

impl Display for BigInteger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BigInteger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(marker::BIG_INTEGER, &self.0)
    }
}

impl<'de> Deserialize<'de> for BigInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

/// Writes the number.
///
/// # Errors
///
/// The serializer's, and if what the number prints is no decimal number.
pub fn serialize<T, S>(number: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Display,
    S: Serializer,
{
    spelled::serialize::<BigInteger, S>(marker::BIG_INTEGER, number, serializer)
}

/// Reads the number.
///
/// # Errors
///
/// The deserializer's, and if the number's type refuses Java's text.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr,
    D: Deserializer<'de>,
{
    spelled::deserialize::<BigInteger, T, D>(marker::BIG_INTEGER, deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_java_becomes_its_one() {
        for (text, canonical) in [("0", "0"), ("+7", "7"), ("-007", "-7"), ("-0", "0")] {
            assert_eq!(text.parse::<BigInteger>().unwrap().as_str(), canonical);
        }
    }

    /// Rules: bad-input.
    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "+", "1.0", "1e5", " 1", "--1", "٣"] {
            text.parse::<BigInteger>().unwrap_err();
        }
    }
}
