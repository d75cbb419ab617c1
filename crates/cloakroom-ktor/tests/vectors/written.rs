//! The codec of each recorded format, and what comes of one entry under it.

use std::fmt::Debug;

use cloakroom_core::{Codec, EncodeError};
use cloakroom_ktor::{BackwardCompatible, KtorJson, Reflection};
use serde_json::Value;

use super::types::{
    Big, Collections, Defaults, Drawing, JsonDefaults, Outer, Recorded, Scalars, Shape, Simple,
    TestUserSession, WithEnum,
};

/// The format of an entry; 1.6.8 has only one.
pub(crate) fn format_of(entry: &Value) -> &str {
    entry["format"].as_str().unwrap_or("reflection")
}

/// What one codec makes of a value.
pub(crate) struct Written {
    pub(crate) text: Result<String, EncodeError>,
    /// The value, to compare: numbers by their bits, so that NaN is equal to itself.
    pub(crate) value: String,
}

/// Writes the value of an entry.
pub(crate) fn write(entry: &Value) -> Written {
    for_type(entry, Write)
}

/// What reading a text as the entry's type gives: the value, to compare.
pub(crate) fn read(entry: &Value, text: &str) -> Option<String> {
    for_type(entry, Read(text))
}

trait Action {
    type Output;

    fn run<T: Recorded>(self, codec: &impl Codec, entry: &Value) -> Self::Output;
}

struct Write;

impl Action for Write {
    type Output = Written;

    fn run<T: Recorded>(self, codec: &impl Codec, entry: &Value) -> Written {
        let value = T::from_recording(&entry["value"]);
        let mut out = b"before".to_vec();
        let written = codec.encode(&value, &mut out);
        let text = String::from_utf8(out).unwrap();
        let text = text.strip_prefix("before").unwrap().to_owned();
        assert!(written.is_ok() || text.is_empty(), "left behind: {text}");
        Written {
            text: written.map(|()| text),
            value: shown(&value),
        }
    }
}

struct Read<'t>(&'t str);

impl Action for Read<'_> {
    type Output = Option<String>;

    fn run<T: Recorded>(self, codec: &impl Codec, _: &Value) -> Option<String> {
        codec
            .decode::<T>(self.0.as_bytes())
            .ok()
            .as_ref()
            .map(shown)
    }
}

/// `Debug` prints different numbers differently, and NaN as itself.
fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

fn for_type<A: Action>(entry: &Value, action: A) -> A::Output {
    let reflection = Reflection::new().simple_name("sq", "Square");
    match format_of(entry) {
        "reflection" => for_codec(&reflection, entry, action),
        "backward_compatible" => for_codec(&BackwardCompatible, entry, action),
        "json" if entry["type"] == "Defaults" => action.run::<JsonDefaults>(&KtorJson, entry),
        "json" => for_codec(&KtorJson, entry, action),
        other => panic!("no format {other}"),
    }
}

fn for_codec<A: Action>(codec: &impl Codec, entry: &Value, action: A) -> A::Output {
    match entry["type"].as_str().unwrap() {
        "Big" => action.run::<Big>(codec, entry),
        "Collections" => action.run::<Collections>(codec, entry),
        "Defaults" => action.run::<Defaults>(codec, entry),
        "Drawing" => action.run::<Drawing>(codec, entry),
        "Outer" => action.run::<Outer>(codec, entry),
        "Scalars" => action.run::<Scalars>(codec, entry),
        "Shape" => action.run::<Shape>(codec, entry),
        "Simple" => action.run::<Simple>(codec, entry),
        "TestUserSession" => action.run::<TestUserSession>(codec, entry),
        "WithEnum" => action.run::<WithEnum>(codec, entry),
        other => panic!("no type {other}"),
    }
}

/// Whether two texts differ in how numbers are spelled at most, which depends on the JDK.
pub(crate) fn is_same_but_for_numbers(one: &str, other: &str) -> bool {
    let (one, other) = (tokens(one), tokens(other));
    let same = |(a, b): (&&str, &&str)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) if a.is_finite() && b.is_finite() => a.to_bits() == b.to_bits(),
        _ => a == b,
    };
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

/// The text in runs of what numbers are made of and runs of all else.
fn tokens(text: &str) -> Vec<&str> {
    let is_number = |c: char| c.is_ascii_digit() || ".E+-".contains(c);
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_number(c) != is_number(first));
        let (token, behind) = rest.split_at(end.unwrap_or(rest.len()));
        tokens.push(token);
        rest = behind;
    }
    tokens
}

#[test]
fn only_the_spelling_of_numbers_is_looked_through() {
    assert!(is_same_but_for_numbers(
        "d=%23f2.0E-3&s=x",
        "d=%23f0.002&s=x"
    ));
    assert!(!is_same_but_for_numbers("d=%23f2.0E-3", "d=%23f0.003"));
    assert!(!is_same_but_for_numbers("d=%23f1&s=x", "d=%23f1.0&s=y"));
    assert!(!is_same_but_for_numbers("a1", "a1b"));
}
