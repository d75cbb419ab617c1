//! Values out of JSON, as kotlinx reads them.
//!
//! Inside types that ask what the text is (`#[serde(tag = "type")]`, `untagged`) serde itself reads, by
//! its own rules.

use std::borrow::Cow;

use serde::de::value::CowStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::lexer::{Lexer, is_integer};
use super::object::Object;
use super::parse::{boolean, character, check_newtype, double, float, integer, no_form, parsed};
use super::sealed::Sealed;
use crate::failure::Unreadable;

/// The session that `text` is; an error comes with where it is.
pub(crate) fn read<S: DeserializeOwned>(text: &str) -> Result<S, (Unreadable, (usize, usize))> {
    let mut lexer = Lexer::new(text);
    let value = S::deserialize(&mut lexer);
    let whole = value.and_then(|value| lexer.end().map(|()| value));
    whole.map_err(|error| (error, lexer.position()))
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
