//! An object: the properties of a class, or the keys and values of a map.
//!
//! * A name that the class does not have is refused, as `Json`'s default has it.
//! * A name that comes twice is refused; kotlinx takes the last value, and never writes it so.

use std::borrow::Cow;

use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::lexer::Lexer;
use super::parse::{boolean, character, check_newtype, double, float, integer, parsed};
use super::scalar::TYPE;
use crate::failure::Unreadable;

/// The properties of an object that is open.
#[derive(Debug)]
pub(super) struct Object<'l, 'de> {
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
    pub(super) const fn new(
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

    pub(super) fn read<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Unreadable> {
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
