//! `java.math.BigDecimal`: [`BigDecimal`], and a serde helper for another type of such numbers.
//!
//! `#[serde(with = "cloakroom_ktor::big_decimal")]` is for any type that prints itself as a
//! decimal number and parses Java's spelling, such as `rust_decimal::Decimal` (which has no
//! exponents, so that it refuses numbers below 10⁻⁶ and those of a negative scale).
//!
//! # Examples
//!
//! ```
//! use cloakroom_core::Codec;
//! use cloakroom_ktor::Reflection;
//! use serde::Serialize;
//!
//! #[derive(Serialize)]
//! struct Price {
//!     #[serde(with = "cloakroom_ktor::big_decimal")]
//!     amount: f64,
//! }
//!
//! let mut text = Vec::new();
//! Reflection::new().encode(&Price { amount: 19.9 }, &mut text)?;
//! assert_eq!(text, b"amount=%23bd19.9");
//! # Ok::<(), cloakroom_core::EncodeError>(())
//! ```

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::marker;
use crate::spelled::{self, SpellingError};

/// A `java.math.BigDecimal`, as its text. It does not calculate.
///
/// Two are equal if value and scale are, as in Java: `2.0` is not `2.00`. Reading takes every
/// spelling that Java takes, writing has the one of `BigDecimal.toString`.
///
/// ```
/// use cloakroom_ktor::BigDecimal;
///
/// let number: BigDecimal = "0.00000001500".parse()?;
/// assert_eq!(number.as_str(), "1.500E-8");
/// # Ok::<(), cloakroom_ktor::SpellingError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BigDecimal(String);

impl BigDecimal {
    /// Its text.
    ///
    /// ```
    /// # use cloakroom_ktor::BigDecimal;
    /// assert_eq!("1e3".parse::<BigDecimal>().unwrap().as_str(), "1E+3");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `BigDecimal.toString`: plain down to 10⁻⁶ if the scale is not negative, else with an
    /// exponent.
    fn spelled(is_negative: bool, digits: &str, scale: i64) -> String {
        let exponent = i64::try_from(digits.len()).unwrap_or(i64::MAX) - 1 - scale;
        let sign = if is_negative { "-" } else { "" };
        if scale < 0 || exponent < -6 {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{point}{rest}E{exponent:+}");
        }
        // Here it is at most the number of digits and six.
        let scale = usize::try_from(scale).unwrap_or(0);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

impl FromStr for BigDecimal {
    type Err = SpellingError;

    fn from_str(text: &str) -> Result<Self, SpellingError> {
        parse(text).ok_or(SpellingError {
            class: "BigDecimal",
        })
    }
}

fn parse(text: &str) -> Option<BigDecimal> {
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Java's scale is an `int`.
    let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
    i32::try_from(scale).ok()?;
    Some(BigDecimal(match digits.trim_start_matches('0') {
        "" => BigDecimal::spelled(false, "0", scale),
        digits => BigDecimal::spelled(is_negative, digits, scale),
    }))
}

impl Display for BigDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for BigDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(marker::BIG_DECIMAL, &self.0)
    }
}

impl<'de> Deserialize<'de> for BigDecimal {
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
    spelled::serialize::<BigDecimal, S>(marker::BIG_DECIMAL, number, serializer)
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
    spelled::deserialize::<BigDecimal, T, D>(marker::BIG_DECIMAL, deserializer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of `BigDecimal.toString`'s documentation, and those around its borders.
    #[test]
    fn every_spelling_of_java_becomes_its_one() {
        for (text, canonical) in [
            ("123", "123"),
            ("-123", "-123"),
            ("123e1", "1.23E+3"),
            ("123e3", "1.23E+5"),
            ("123e-1", "12.3"),
            ("123e-5", "0.00123"),
            ("123e-10", "1.23E-8"),
            ("-123e-12", "-1.23E-10"),
            ("1000", "1000"),
            ("1E+3", "1E+3"),
            ("0E-10", "0E-10"),
            ("0e5", "0E+5"),
            ("0.000000", "0.000000"),
            ("0.0000000", "0E-7"),
            ("-0.00", "0.00"),
            ("+.5e-3", "0.0005"),
            ("5.", "5"),
            ("007.10", "7.10"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
        ] {
            let number: BigDecimal = text.parse().unwrap();
            assert_eq!(number.as_str(), canonical, "{text}");
        }
    }

    /// Rules: bad-input.
    #[test]
    fn what_is_no_number_is_refused_and_no_exponent_is_written_out() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e99999999999",
            "1.2.3",
            "--1",
            "1 ",
            "NaN",
            "1e+-1",
            "٣",
        ] {
            text.parse::<BigDecimal>().unwrap_err();
        }
        let huge: BigDecimal = "1e2147483647".parse().unwrap();
        assert_eq!(huge.as_str(), "1E+2147483647");
        "1e-2147483648".parse::<BigDecimal>().unwrap_err();
    }

    proptest! {
        #[test]
        fn the_one_spelling_stays(text in "[+-]?[0-9]{1,12}(\\.[0-9]{0,12})?([eE][+-]?[0-9]{1,3})?") {
            let number: BigDecimal = text.parse().unwrap();
            prop_assert_eq!(number.as_str().parse::<BigDecimal>().unwrap(), number);
        }
    }
}
