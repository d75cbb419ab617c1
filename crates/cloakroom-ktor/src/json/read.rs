//! Values out of JSON, as kotlinx reads them.
//!
//! * A name that the class does not have is refused, as `Json`'s default has it.
//! * A class of a sealed one says which it is in `type`, wherever that stands.
//! * A name that comes twice is refused; kotlinx takes the last value, and never writes it so.
//! * Inside types that ask what the text is (`#[serde(tag = "type")]`, `untagged`) serde itself
//!   reads, by its own rules.

use std::borrow::Cow;

use serde::de::value::CowStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::lexer::{Lexer, begins_as_integer, is_integer, is_number};
use super::scalar::TYPE;
use crate::failure::Unreadable;
use crate::marker;

/// The session that `text` is; an error comes with where it is.
pub(crate) fn read<S: DeserializeOwned>(text: &str) -> Result<S, (Unreadable, (usize, usize))> {
    let mut lexer = Lexer::new(text);
    let value = S::deserialize(&mut lexer);
    let whole = value.and_then(|value| lexer.end().map(|()| value));
    whole.map_err(|error| (error, lexer.position()))
}

fn no_form<T>() -> Result<T, Unreadable> {
    Err(Unreadable::because(
        "a type that has no form in kotlinx's JSON",
    ))
}

fn integer<N: std::str::FromStr>(text: &str) -> Result<N, Unreadable> {
    let number = Some(text).filter(|text| begins_as_integer(text));
    let number = number.and_then(|text| text.parse().ok());
    number.ok_or_else(|| Unreadable::because("not a whole number of this size"))
}

fn double(text: &str) -> Result<f64, Unreadable> {
    let number = Some(text).filter(|text| is_number(text));
    let number = number.and_then(|text| text.parse().ok());
    let finite = number.filter(|number: &f64| number.is_finite());
    finite.ok_or_else(|| Unreadable::because("not a number of this size"))
}

fn float(text: &str) -> Result<f32, Unreadable> {
    let number = Some(text).filter(|text| is_number(text));
    let number = number.and_then(|text| text.parse().ok());
    let finite = number.filter(|number: &f32| number.is_finite());
    finite.ok_or_else(|| Unreadable::because("not a number of this size"))
}

fn character(text: &str) -> Result<char, Unreadable> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if character.len_utf16() == 1 => Ok(character),
        _ => Err(Unreadable::because("not one character")),
    }
}

fn boolean(text: &str) -> Result<bool, Unreadable> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Unreadable::because("neither true nor false")),
    }
}

fn check_newtype(name: &str) -> Result<(), Unreadable> {
    if marker::is_unknown_to_kotlinx(name) {
        return Err(Unreadable::because("a type that kotlinx does not know"));
    }
    Ok(())
}

macro_rules! integers {
    ($($method:ident => $visit:ident),* $(,)?) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            match self.plain_integer() {
                Some(number) => visitor.$visit(number),
                None => visitor.$visit(integer(&self.number()?)?),
            }
        }
    )*};
}

macro_rules! parsed {
    ($source:ident: $($method:ident => $visit:ident($parse:path)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit($parse(&self.$source()?)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Lexer<'de> {
    type Error = Unreadable;

    integers! {
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
    }

    parsed! {
        number:
        deserialize_f32 => visit_f32(float),
        deserialize_f64 => visit_f64(double),
    }

    parsed! {
        literal: deserialize_bool => visit_bool(boolean),
    }

    parsed! {
        string: deserialize_char => visit_char(character),
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.peek() != Some(b'n') {
            return visitor.visit_some(self);
        }
        match self.literal()? {
            "null" => visitor.visit_none(),
            _ => Err(Unreadable::because("no value")),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.open(b'{')?;
        self.close(b'}')?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        check_newtype(name)?;
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Elements {
            lexer: self,
            is_first: true,
        })?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.open(b'{')?;
        Object::new(self, None, false).read(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.open(b'{')?;
        Object::new(self, Some(fields), false).read(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if self.peek() == Some(b'{') {
            self.open(b'{')?;
            return visitor.visit_enum(Sealed(self));
        }
        let constant: CowStrDeserializer<'_, Unreadable> = self.string()?.into_deserializer();
        visitor.visit_enum(constant)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.peek() {
            Some(b'{') => return self.deserialize_map(visitor),
            Some(b'[') => return self.deserialize_seq(visitor),
            Some(b'"') => return self.deserialize_str(visitor),
            _ => {}
        }
        match self.literal()? {
            "null" => visitor.visit_unit(),
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            text if is_integer(text) && text.starts_with('-') => visitor.visit_i64(integer(text)?),
            text if is_integer(text) => visitor.visit_u64(integer(text)?),
            text => visitor.visit_f64(double(text)?),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn deserialize_i128<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn deserialize_u128<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    forward_to_deserialize_any! { identifier }
}

/// The elements of an array that is open.
#[derive(Debug)]
struct Elements<'l, 'de> {
    lexer: &'l mut Lexer<'de>,
    is_first: bool,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Unreadable;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        if !self.lexer.more(std::mem::take(&mut self.is_first), b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.lexer).map(Some)
    }
}

/// The properties of an object that is open.
#[derive(Debug)]
struct Object<'l, 'de> {
    lexer: &'l mut Lexer<'de>,
    is_first: bool,
    /// The names that the class has; a map has any.
    names: Option<&'static [&'static str]>,
    /// Which of them is likely to be next.
    likely: usize,
    /// Whether a `type` is still to be skipped.
    is_sealed: bool,
}

impl<'l, 'de> Object<'l, 'de> {
    const fn new(
        lexer: &'l mut Lexer<'de>,
        names: Option<&'static [&'static str]>,
        is_sealed: bool,
    ) -> Self {
        Self {
            lexer,
            is_first: true,
            names,
            likely: 0,
            is_sealed,
        }
    }

    fn read<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Unreadable> {
        let value = visitor.visit_map(&mut self)?;
        self.lexer.close(b'}')?;
        Ok(value)
    }

    /// The name that is likely to be next, if it is. Kotlin writes them in their order.
    #[inline]
    fn likely_name(&mut self) -> Option<&'static str> {
        let name = self.names?.get(self.likely)?;
        let is_next = !self.is_sealed && self.lexer.plain_name(name);
        self.likely += usize::from(is_next);
        is_next.then_some(name)
    }

    #[inline]
    fn next_name(&mut self) -> Result<Option<Cow<'de, str>>, Unreadable> {
        while self.lexer.more(std::mem::take(&mut self.is_first), b'}')? {
            if let Some(name) = self.likely_name() {
                return Ok(Some(Cow::Borrowed(name)));
            }
            if let Some(name) = self.other_name()? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Any name; `None` for the `type` of a class, which is skipped.
    #[inline(never)]
    fn other_name(&mut self) -> Result<Option<Cow<'de, str>>, Unreadable> {
        let name = self.lexer.string()?;
        self.lexer.expect(b':')?;
        if self.is_sealed && name == TYPE {
            self.is_sealed = false;
            drop(self.lexer.string()?);
            return Ok(None);
        }
        if !self.has(&name) {
            return Err(Unreadable::because("a property that is not of the class"));
        }
        Ok(Some(name))
    }

    /// Whether the class has a property of this name; then the one behind it is likely to be next.
    fn has(&mut self, name: &str) -> bool {
        let Some(names) = self.names else {
            return true;
        };
        let place = names.iter().position(|known| *known == name);
        self.likely = place.map_or(0, |place| place + 1);
        place.is_some()
    }
}

impl<'de> MapAccess<'de> for &mut Object<'_, 'de> {
    type Error = Unreadable;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let name = self.next_name()?;
        name.map(|name| seed.deserialize(Key(name))).transpose()
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        seed.deserialize(&mut *self.lexer)
    }
}

/// A key of a map, or the name of a property.
#[derive(Debug)]
struct Key<'de>(Cow<'de, str>);

impl<'de> Key<'de> {
    #[expect(clippy::unnecessary_wraps, reason = "as the lexer's own parts")]
    fn text(self) -> Result<Cow<'de, str>, Unreadable> {
        Ok(self.0)
    }
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Unreadable;

    parsed! {
        text:
        deserialize_bool => visit_bool(boolean),
        deserialize_i8 => visit_i8(integer),
        deserialize_i16 => visit_i16(integer),
        deserialize_i32 => visit_i32(integer),
        deserialize_i64 => visit_i64(integer),
        deserialize_u8 => visit_u8(integer),
        deserialize_u16 => visit_u16(integer),
        deserialize_u32 => visit_u32(integer),
        deserialize_u64 => visit_u64(integer),
        deserialize_f32 => visit_f32(float),
        deserialize_f64 => visit_f64(double),
        deserialize_char => visit_char(character),
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        check_newtype(name)?;
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let constant: CowStrDeserializer<'_, Unreadable> = self.0.into_deserializer();
        visitor.visit_enum(constant)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    forward_to_deserialize_any! {
        i128 u128 str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// An object of a sealed class, whose `{` was consumed.
#[derive(Debug)]
struct Sealed<'l, 'de>(&'l mut Lexer<'de>);

impl<'de> EnumAccess<'de> for Sealed<'_, 'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), Unreadable> {
        let class: CowStrDeserializer<'_, Unreadable> = self.0.class()?.into_deserializer();
        Ok((seed.deserialize(class)?, self))
    }
}

impl<'de> VariantAccess<'de> for Sealed<'_, 'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        no_form()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        Object::new(self.0, Some(fields), true).read(visitor)
    }
}

/// The struct in a variant.
impl<'de> Deserializer<'de> for Sealed<'_, 'de> {
    type Error = Unreadable;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        Object::new(self.0, Some(fields), true).read(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let _nothing: serde::de::IgnoredAny =
            self.deserialize_struct(name, &[], serde::de::IgnoredAny)?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit seq tuple tuple_struct map enum identifier ignored_any
    }
}
