//! What the helpers for numbers and UUIDs share: a text of one spelling, under a marker.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

/// A text is no spelling of a value that Java has.
///
/// ```
/// use cloakroom_ktor::BigDecimal;
///
/// let error = "a dozen".parse::<BigDecimal>().unwrap_err();
/// assert_eq!(error.to_string(), "not a BigDecimal");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SpellingError {
    /// The class, without its package.
    pub class: &'static str,
}

impl Display for SpellingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}", self.class)
    }
}

impl std::error::Error for SpellingError {}

/// Writes `value` under `marker`, spelled as a `Java`.
pub(crate) fn serialize<Java, S>(
    marker: &'static str,
    value: &impl Display,
    serializer: S,
) -> Result<S::Ok, S::Error>
where
    Java: Display + FromStr<Err = SpellingError>,
    S: Serializer,
{
    let java: Result<Java, _> = value.to_string().parse();
    let java = java.map_err(serde::ser::Error::custom)?;
    serializer.serialize_newtype_struct(marker, &java.to_string())
}

/// Reads what is under `marker`, which has to be a `Java`, into a type that takes its spelling.
pub(crate) fn deserialize<'de, Java, T, D>(
    marker: &'static str,
    deserializer: D,
) -> Result<T, D::Error>
where
    Java: Display + FromStr<Err = SpellingError>,
    T: FromStr,
    D: Deserializer<'de>,
{
    let text = deserializer.deserialize_newtype_struct(marker, Text)?;
    let java: Java = text.parse().map_err(Error::custom)?;
    let read = java.to_string().parse();
    read.map_err(|_| Error::custom("the type does not take Java's spelling"))
}

/// A text, inside a newtype or not.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<String, D::Error> {
        String::deserialize(inner)
    }
}
