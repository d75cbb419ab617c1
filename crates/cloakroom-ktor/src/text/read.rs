//! A whole session out of a text.

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::collection::{Reader, properties};
use super::names::Names;
use super::place::{At, Place};
use super::query::{Pairs, is_same_name};
use super::value::{Opened, Sealed, no_form};
use crate::failure::Unreadable;

/// The session that `text` is to Ktor's reflection.
pub(crate) fn read_reflection<S: DeserializeOwned>(
    text: &str,
    names: &Names,
) -> Result<S, Unreadable> {
    S::deserialize(Root {
        pairs: Pairs::parse(text)?,
        at: At::root(Reader::Reflection, names),
    })
}

/// The session that `text` is to Ktor's backward compatible format.
pub(crate) fn read_compatible<S: DeserializeOwned>(text: &str) -> Result<S, Unreadable> {
    S::deserialize(Root {
        pairs: Pairs::parse(text)?,
        at: At::root(Reader::BackwardCompatible, &Names::default()),
    })
}

/// A whole session.
#[derive(Debug)]
struct Root<'t> {
    pairs: Pairs,
    at: At<'t>,
}

impl<'t> Root<'t> {
    fn opened(self) -> Result<Opened<'t>, Unreadable> {
        Ok(Opened {
            pairs: self.pairs,
            at: self.at.inside(Place::Property)?,
        })
    }

    /// One class of a sealed one, as kotlinx says it: `type`, then `value`, and nothing else.
    fn polymorphic(self, variants: &'static [&'static str]) -> Result<Sealed<'t>, Unreadable> {
        let refused = || Unreadable::because("not a class of a sealed one");
        if !self
            .pairs
            .names()
            .all(|name| is_same_name(name, "type") || is_same_name(name, "value"))
        {
            return Err(refused());
        }
        let [(first, said), (second, value)] =
            <[_; 2]>::try_from(self.pairs.distinct()).map_err(|_| refused())?;
        let said = said.strip_prefix("#s").filter(|_| first == "type");
        let value = value.strip_prefix("##").filter(|_| second == "value");
        let variant = variants.iter().find(|variant| said == Some(**variant));
        let (Some(value), Some(variant)) = (value, variant) else {
            return Err(Unreadable::because("no class of the sealed one"));
        };
        Ok(Sealed {
            variant,
            object: Opened {
                pairs: properties(self.at.reader, value)?,
                at: self.at.inside(Place::Property)?,
            },
        })
    }
}

impl<'de> Deserializer<'de> for Root<'_> {
    type Error = Unreadable;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.opened()?.named(name)?.class(fields, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.opened()?.named(name)?.empty(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(if self.at.is_reflection() {
            self.opened()?.sealed(variants)?
        } else {
            self.polymorphic(variants)?
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit seq tuple tuple_struct map identifier ignored_any
    }
}
