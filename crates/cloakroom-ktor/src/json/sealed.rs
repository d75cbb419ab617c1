//! An object of a sealed class, which says in `type` of which one it is, wherever that stands.

use serde::de::value::CowStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::lexer::Lexer;
use super::object::Object;
use super::parse::no_form;
use crate::failure::Unreadable;

/// An object of a sealed class, whose `{` was consumed.
#[derive(Debug)]
pub(super) struct Sealed<'l, 'de>(pub(super) &'l mut Lexer<'de>);

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
