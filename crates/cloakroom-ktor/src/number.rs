//! Numbers as Java prints them, and the spellings of them that are read.
//!
//! * Written as `Double.toString` and `Float.toString` of Java 19 and later: of the decimals that
//!   round to the number the shortest, of at least two digits; of several the nearest, with an even
//!   last digit in a tie; in plain notation from 10⁻³ to below 10⁷, else with an exponent.
//! * Read: what any Java prints. Before 19 some numbers had a digit more than they need, which
//!   changes nothing here. Java's parser takes more (`1f`, `0x1p3`, blanks around); nothing writes
//!   these, and they are refused.

use std::fmt::{LowerExp, Write};
use std::str::FromStr;

/// A binary floating-point number: `f32` and `f64`.
pub(crate) trait Real: Copy + FromStr + LowerExp + PartialEq {
    const INFINITY: Self;
    const NEG_INFINITY: Self;
    const NAN: Self;
    /// With fewer digits than this the shortest decimal is never one of two that are equally near.
    const DIGITS_OF_TIES: usize;

    fn is_nan(self) -> bool;
}

impl Real for f32 {
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;
    const NAN: Self = Self::NAN;
    const DIGITS_OF_TIES: usize = 7;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

impl Real for f64 {
    const INFINITY: Self = Self::INFINITY;
    const NEG_INFINITY: Self = Self::NEG_INFINITY;
    const NAN: Self = Self::NAN;
    const DIGITS_OF_TIES: usize = 16;

    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

/// The number as Java prints it.
pub(crate) fn java_text<R: Real>(value: R) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value == R::INFINITY {
        return "Infinity".to_owned();
    }
    if value == R::NEG_INFINITY {
        return "-Infinity".to_owned();
    }
    let scientific = nearest_of_the_shortest(value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = match digits.trim_end_matches('0') {
        "" => "0",
        significant => significant,
    };
    spelled(sign, digits, exponent.parse().unwrap_or(0))
}

/// In the form `d.ddde±n`. Rust's shortest decimal is the nearest of its length too, except that
/// Java counts one digit as two, and takes the even one of two that are equally near.
fn nearest_of_the_shortest<R: Real>(value: R) -> String {
    let shortest = format!("{value:e}");
    let mantissa = shortest.split('e').next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if (2..R::DIGITS_OF_TIES).contains(&digits) {
        return shortest;
    }
    let nearest = format!("{value:.*e}", digits.max(2) - 1);
    match nearest.parse::<R>() {
        Ok(back) if back == value => nearest,
        _ => shortest,
    }
}

/// `digits` with the point behind the first one, times ten to the power `exponent`.
fn spelled(sign: &str, digits: &str, exponent: i32) -> String {
    let mut out = String::with_capacity(digits.len() + 8);
    out.push_str(sign);
    match exponent {
        0..7 => {
            let whole = usize::try_from(exponent).unwrap_or(0) + 1;
            let (before, after) = digits.split_at(whole.min(digits.len()));
            out.push_str(before);
            out.extend(std::iter::repeat_n('0', whole.saturating_sub(digits.len())));
            out.push('.');
            out.push_str(if after.is_empty() { "0" } else { after });
        }
        -3..0 => {
            out.push_str("0.");
            let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
            out.extend(std::iter::repeat_n('0', zeros));
            out.push_str(digits);
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            out.push_str(first);
            out.push('.');
            out.push_str(if rest.is_empty() { "0" } else { rest });
            // Writing to a text cannot fail.
            let _infallible = write!(out, "E{exponent}");
        }
    }
    out
}

/// The number that `text` is, in a spelling that some Java prints.
pub(crate) fn parse_real<R: Real>(text: &str) -> Option<R> {
    match text {
        "NaN" => Some(R::NAN),
        "Infinity" => Some(R::INFINITY),
        "-Infinity" => Some(R::NEG_INFINITY),
        _ => {
            let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
            // Without the check Rust's parser would take `inf`, `nan` and their like.
            text.bytes().all(plain).then(|| text.parse().ok()).flatten()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn doubles_are_printed_as_java_19_prints_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-20.0, "-20.0"),
            (0.01, "0.01"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (9_999_999.999_999_998, "9999999.999999998"),
            (1e7, "1.0E7"),
            (123_456_789.0, "1.23456789E8"),
            (1e23, "1.0E23"),
            (2e23, "2.0E23"),
            (2.0e-3, "0.002"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (5e-324, "4.9E-324"),
            (1e-323, "9.9E-324"),
            (1.5e-323, "1.5E-323"),
            (2e-323, "2.0E-323"),
            (4_503_599_627_370_497.0 / 4.0, "1.1258999068426242E15"),
            (4_503_599_627_370_499.0 / 4.0, "1.1258999068426248E15"),
            (-699_004_952_307_149.0 / 8.0, "-8.737561903839362E13"),
            (9_007_199_254_740_992.0, "9.007199254740992E15"),
            (2.0f64.powi(-44), "5.684341886080802E-14"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(java_text(value), text);
        }
    }

    #[test]
    fn floats_are_printed_as_java_19_prints_them() {
        for (value, text) in [
            (0.1f32, "0.1"),
            (1e7, "1.0E7"),
            (16_777_216.0, "1.6777216E7"),
            (1.4e-45, "1.4E-45"),
            (f32::MAX, "3.4028235E38"),
            (455_948.78, "455948.78"),
            (-0.0, "-0.0"),
        ] {
            assert_eq!(java_text(value), text);
        }
    }

    /// What Java 17 printed, and Java 19 prints.
    #[test]
    fn a_digit_too_many_is_read() {
        for (before_19, since_19) in [
            ("3.6028797018963968E16", "3.602879701896397E16"),
            ("9.629649721936179E-35", "9.62964972193618E-35"),
            ("3.1185004836479997E290", "3.118500483648E290"),
        ] {
            let value: f64 = parse_real(before_19).unwrap();
            assert_eq!(java_text(value), since_19);
        }
    }

    /// Rules: bad-input.
    #[test]
    fn spellings_that_nothing_writes_are_refused() {
        for text in [
            "", "nan", "inf", "infinity", "+NaN", "-NaN", "1f", "1d", "0x1p3", " 1", "1 ", "1_0",
            "--1", "1e", ".", "e5", "١",
        ] {
            assert_eq!(parse_real::<f64>(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_double_is_read_again(bits: u64) {
            let value = f64::from_bits(bits);
            let back: f64 = parse_real(&java_text(value)).unwrap();
            prop_assert!(back.to_bits() == bits || value.is_nan() && back.is_nan());
        }

        #[test]
        fn a_printed_float_is_read_again(bits: u32) {
            let value = f32::from_bits(bits);
            let back: f32 = parse_real(&java_text(value)).unwrap();
            prop_assert!(back.to_bits() == bits || value.is_nan() && back.is_nan());
        }
    }
}
