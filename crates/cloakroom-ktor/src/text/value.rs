//! Values and objects out of a text, as serde asks for them.
//!
//! What Ktor refuses is refused, and of what it takes the spellings that it never writes:
//!
//! * a tag of another type. One is taken: `#i` for an `i64` property, as a class has it whose
//!   `Int` became a `Long`;
//! * more than one character behind `#ch`, more than a letter behind `#bo` and `#n`, and a bare
//!   `#` for null;
//! * numbers in spellings that no Java prints.
//!
//! Taken as Ktor takes them: names in any case, sets for lists and lists for sets.

use std::borrow::Cow;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::collection::{elements, entries, properties};
use super::names::TYPE;
use super::place::{At, Place};
use super::query::{Pairs, is_same_name};
use crate::failure::Unreadable;
use crate::marker;
use crate::number::parse_real;

/// One value, tag and all.
#[derive(Debug)]
struct Value<'t> {
    text: Cow<'t, str>,
    at: At<'t>,
}

impl<'t> Value<'t> {
    fn body(&self, tag: &str) -> Result<&str, Unreadable> {
        let body = self.text.strip_prefix(tag);
        body.ok_or_else(|| Unreadable::because("a value of another type"))
    }

    fn string(&self) -> Result<&str, Unreadable> {
        // What Ktor's reader of lists makes of an empty list.
        let is_empty_list = !self.at.is_reflection() && self.at.place == Place::Element;
        if is_empty_list && self.text.is_empty() {
            return Ok("");
        }
        self.body("#s")
    }

    fn character(&self) -> Result<char, Unreadable> {
        let mut characters = self.body("#ch")?.chars();
        if !self.at.is_reflection() && self.at.place == Place::Element {
            // Ktor looks at the place behind the tag only, where an escape begins with `%`.
            let first = characters.next().filter(|first| first.len_utf16() == 1);
            return first.ok_or_else(|| Unreadable::because("no character"));
        }
        match (characters.next(), characters.next()) {
            (Some(character), None) if character.len_utf16() == 1 => Ok(character),
            _ => Err(Unreadable::because("not one character")),
        }
    }

    fn parsed<N: std::str::FromStr>(&self, tag: &str) -> Result<N, Unreadable> {
        let number = self.body(tag)?.parse();
        number.map_err(|_| Unreadable::because("not a number of this size"))
    }

    fn int(&self) -> Result<i32, Unreadable> {
        self.parsed("#i")
    }

    fn long(&self) -> Result<i64, Unreadable> {
        if self.at.place == Place::Property && self.text.starts_with("#i") {
            return self.int().map(i64::from);
        }
        self.parsed("#l")
    }

    fn double(&self) -> Result<f64, Unreadable> {
        parse_real(self.body("#f")?).ok_or_else(|| Unreadable::because("not a number"))
    }

    /// Reflection reads a double and rounds it, and only a property that is never null.
    fn float(&self) -> Result<f32, Unreadable> {
        if !self.at.is_reflection() {
            let float = parse_real(self.body("#f")?);
            return float.ok_or_else(|| Unreadable::because("not a number"));
        }
        if self.at.place != Place::Property {
            return Err(Unreadable::because("a Float where Ktor reads a Double"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "as Ktor does")]
        self.double().map(|double| double as f32)
    }

    fn open(&self) -> Result<Opened<'t>, Unreadable> {
        if !self.at.place.holds_objects() {
            return Err(Unreadable::because("a class inside a collection"));
        }
        Ok(Opened {
            pairs: properties(self.at.reader, self.body("##")?)?,
            at: self.at.inside(Place::Property)?,
        })
    }

    /// The place of elements; the backward compatible reader knows collections of scalars only.
    fn inside_collection(&self) -> Result<At<'t>, Unreadable> {
        if !self.at.is_reflection() && !self.at.place.holds_objects() {
            return Err(Unreadable::because("a collection inside a collection"));
        }
        self.at.inside(self.at.place.in_collection())
    }

    fn optional(&self) -> Result<Optional<'t>, Unreadable> {
        if !self.at.is_reflection() {
            return Err(Unreadable::because("kotlinx knows no Optional"));
        }
        if self.text == "#om" {
            return Ok(Optional(None));
        }
        let text = self.body("#op")?;
        if text == "#n" {
            return Err(Unreadable::because("an Optional of null"));
        }
        Ok(Optional(Some(Value {
            text: Cow::Owned(text.to_owned()),
            at: self.at.inside(Place::Erased)?,
        })))
    }

    fn big(&self, tag: &str) -> Result<&str, Unreadable> {
        if self.at.is_reflection() {
            self.body(tag)
        } else {
            Err(Unreadable::because("kotlinx knows no big numbers"))
        }
    }

    /// The name of a constant, or a UUID: what reflection makes of a text where it knows the type.
    fn coerced(&self) -> Result<&str, Unreadable> {
        if self.at.place == Place::Erased {
            return Err(Unreadable::because("a text where Ktor reads a text"));
        }
        self.body("#s")
    }
}

impl<'de> IntoDeserializer<'de, Unreadable> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! scalars {
    ($($method:ident => $visit:ident($read:path)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit($read(&self)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Unreadable;

    scalars! {
        deserialize_i32 => visit_i32(Self::int),
        deserialize_i64 => visit_i64(Self::long),
        deserialize_f32 => visit_f32(Self::float),
        deserialize_f64 => visit_f64(Self::double),
        deserialize_char => visit_char(Self::character),
        deserialize_str => visit_str(Self::string),
        deserialize_string => visit_str(Self::string),
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.body("#bo")? {
            "t" => visitor.visit_bool(true),
            "f" => visitor.visit_bool(false),
            _ => Err(Unreadable::because("neither true nor false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.text == "#n" {
            return visitor.visit_none();
        }
        let at = self.at.in_option();
        visitor.visit_some(Self { at, ..self })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let text: StrDeserializer<'_, Unreadable> = match name {
            marker::BIG_DECIMAL => self.big("#bd")?.into_deserializer(),
            marker::BIG_INTEGER => self.big("#bi")?.into_deserializer(),
            marker::UUID => self.coerced()?.into_deserializer(),
            marker::OPTIONAL => return visitor.visit_newtype_struct(self.optional()?),
            _ => return visitor.visit_newtype_struct(self),
        };
        visitor.visit_newtype_struct(text)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let at = self.inside_collection()?;
        let body = self.body("#cl").or_else(|_| self.body("#cs"))?;
        let elements = elements(at.reader, body)?;
        visitor.visit_seq(SeqDeserializer::new(elements.into_iter().map(|text| {
            Value {
                text: Cow::Owned(text),
                at,
            }
        })))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let at = self.inside_collection()?;
        let entries = entries(at.reader, self.body("#m")?)?;
        let value = |text| Value {
            text: Cow::Owned(text),
            at,
        };
        let entries = entries.into_iter().map(|(k, v)| (value(k), value(v)));
        visitor.visit_map(MapDeserializer::new(entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.open()?.named(name)?.class(fields, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.open()?.named(name)?.empty(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if self.at.is_reflection() && self.text.starts_with("##") {
            return visitor.visit_enum(self.open()?.sealed(variants)?);
        }
        let constant: StrDeserializer<'_, Unreadable> = self.coerced()?.into_deserializer();
        visitor.visit_enum(constant)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 bytes byte_buf unit tuple tuple_struct identifier
        ignored_any
    }
}

/// What a type asks for that has no form here.
pub(super) fn no_form<T>() -> Result<T, Unreadable> {
    Err(Unreadable::because("a type that has no form in this text"))
}

/// An `Optional`, full or empty.
#[derive(Debug)]
struct Optional<'t>(Option<Value<'t>>);

impl<'de> Deserializer<'de> for Optional<'_> {
    type Error = Unreadable;

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Some(value) => visitor.visit_some(value),
            None => visitor.visit_none(),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        no_form()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The properties of an object whose class is known, or does not matter.
#[derive(Debug)]
pub(super) struct Opened<'t> {
    pub(super) pairs: Pairs,
    pub(super) at: At<'t>,
}

impl<'t> Opened<'t> {
    /// Refuses an object that says it is of another class.
    pub(super) fn named(self, name: &str) -> Result<Self, Unreadable> {
        let said = self.pairs.value(TYPE).filter(|_| self.at.is_reflection());
        match said {
            Some(said) if said != self.at.names.simple(name) => {
                Err(Unreadable::because("an object of another class"))
            }
            _ => Ok(self),
        }
    }

    /// A class with these properties.
    pub(super) fn class<'de, V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if !self.at.is_reflection() {
            self.check_known(fields)?;
        }
        let mut found = Vec::with_capacity(fields.len());
        for name in fields {
            match (self.pairs.value(name), self.pairs.spelling(name)) {
                (Some(text), _) => found.push((
                    *name,
                    Value {
                        text: Cow::Borrowed(text),
                        at: self.at,
                    },
                )),
                (None, None) if !self.at.is_reflection() => {}
                _ => return Err(Unreadable::because("a property is missing")),
            }
        }
        visitor.visit_map(MapDeserializer::new(found.into_iter()))
    }

    /// A class without properties.
    pub(super) fn empty<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if !self.at.is_reflection() {
            self.check_known(&[])?;
        }
        visitor.visit_unit()
    }

    /// kotlinx refuses a name that it does not know, or knows in other case.
    fn check_known(&self, fields: &[&str]) -> Result<(), Unreadable> {
        let is_known = |name: &str| fields.iter().any(|field| is_same_name(field, name));
        let spelled = |field: &&str| {
            let spelling = self.pairs.spelling(field);
            spelling.is_none_or(|spelling| spelling == *field)
        };
        if self.pairs.names().all(is_known) && fields.iter().all(spelled) {
            Ok(())
        } else {
            Err(Unreadable::because("a property that is not of the class"))
        }
    }

    /// One class of a sealed one, as reflection says it.
    pub(super) fn sealed(
        self,
        variants: &'static [&'static str],
    ) -> Result<Sealed<'t>, Unreadable> {
        let said = self.pairs.value(TYPE);
        let names = self.at.names;
        let is_said = |variant: &&&str| said == Some(names.simple(variant));
        match variants.iter().find(is_said) {
            Some(variant) => Ok(Sealed {
                variant,
                object: self,
            }),
            None => Err(Unreadable::because("no class of the sealed one")),
        }
    }
}

/// The content of a variant that holds a struct.
impl<'de> Deserializer<'de> for Opened<'_> {
    type Error = Unreadable;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.class(fields, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.empty(visitor)
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

/// An object of a sealed class.
#[derive(Debug)]
pub(super) struct Sealed<'t> {
    pub(super) variant: &'static str,
    pub(super) object: Opened<'t>,
}

impl<'de, 't> EnumAccess<'de> for Sealed<'t> {
    type Error = Unreadable;
    type Variant = Opened<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Opened<'t>), Unreadable> {
        let name: StrDeserializer<'_, Unreadable> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, self.object))
    }
}

impl<'de> VariantAccess<'de> for Opened<'_> {
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
        self.class(fields, visitor)
    }
}
