//! Single values out of their texts, and what has no form.

use super::lexer::{begins_as_integer, is_number};
use crate::failure::Unreadable;
use crate::marker;

/// Methods of a deserializer that parse the text which `$source` gives.
macro_rules! parsed {
    ($source:ident: $($method:ident => $visit:ident($parse:path)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit($parse(&self.$source()?)?)
        }
    )*};
}

pub(super) use parsed;

pub(super) fn no_form<T>() -> Result<T, Unreadable> {
    Err(Unreadable::because(
        "a type that has no form in kotlinx's JSON",
    ))
}

pub(super) fn integer<N: std::str::FromStr>(text: &str) -> Result<N, Unreadable> {
    let number = Some(text).filter(|text| begins_as_integer(text));
    let number = number.and_then(|text| text.parse().ok());
    number.ok_or_else(|| Unreadable::because("not a whole number of this size"))
}

pub(super) fn double(text: &str) -> Result<f64, Unreadable> {
    let number = Some(text).filter(|text| is_number(text));
    let number = number.and_then(|text| text.parse().ok());
    let finite = number.filter(|number: &f64| number.is_finite());
    finite.ok_or_else(|| Unreadable::because("not a number of this size"))
}

pub(super) fn float(text: &str) -> Result<f32, Unreadable> {
    let number = Some(text).filter(|text| is_number(text));
    let number = number.and_then(|text| text.parse().ok());
    let finite = number.filter(|number: &f32| number.is_finite());
    finite.ok_or_else(|| Unreadable::because("not a number of this size"))
}

pub(super) fn character(text: &str) -> Result<char, Unreadable> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if character.len_utf16() == 1 => Ok(character),
        _ => Err(Unreadable::because("not one character")),
    }
}

pub(super) fn boolean(text: &str) -> Result<bool, Unreadable> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Unreadable::because("neither true nor false")),
    }
}

pub(super) fn check_newtype(name: &str) -> Result<(), Unreadable> {
    if marker::is_unknown_to_kotlinx(name) {
        return Err(Unreadable::because("a type that kotlinx does not know"));
    }
    Ok(())
}
