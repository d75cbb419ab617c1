//! Takes a value apart into its top-level fields.
//!
//! A serializer for the top level only: it takes structs and maps, and refuses everything else,
//! which then is one whole. Like the CBOR value that holds each field's content it is not human
//! readable, so that types which look at that are consistent with themselves.

use std::collections::BTreeSet;
use std::fmt;

use ciborium::Value;
use serde::Serialize;
use serde::ser::{self, Impossible, SerializeMap, SerializeStruct, Serializer};

use super::content::Key;

/// A value, taken apart as far as it has fields.
pub(super) enum Apart {
    Fields(Fields),
    Whole(Value),
}

pub(super) struct Fields {
    pub(super) shape: Shape,
    pub(super) fields: Vec<Field>,
}

/// What has the fields.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Shape {
    /// A struct of this name. An internally tagged enum is one as well; its newtype variants have
    /// the names of what they hold, so that two of them are not taken for one struct.
    Struct(&'static str),
    Map,
}

pub(super) struct Field {
    pub(super) key: Value,
    /// The name, if it is a declared field of a struct.
    pub(super) name: Option<&'static str>,
    pub(super) content: Value,
}

/// Takes `value` apart; none if it does not serialize.
///
/// Maps that give a key twice are one whole: their entries cannot be told apart.
pub(super) fn take_apart<S: Serialize>(value: &S) -> Option<Apart> {
    match value.serialize(TopLevel) {
        Ok(fields) if fields.are_distinct() => Some(Apart::Fields(fields)),
        Ok(fields) => Some(Apart::Whole(fields.into_value())),
        // Either it has no fields, or it does not serialize at all; the second try tells.
        Err(NoFields) => Value::serialized(value).ok().map(Apart::Whole),
    }
}

impl Apart {
    /// The value, in one piece.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Fields(fields) => fields.into_value(),
            Self::Whole(value) => value,
        }
    }
}

impl Fields {
    const fn new(shape: Shape) -> Self {
        Self {
            shape,
            fields: Vec::new(),
        }
    }

    fn are_distinct(&self) -> bool {
        let keys: BTreeSet<Key<'_>> = self.fields.iter().map(|field| Key(&field.key)).collect();
        keys.len() == self.fields.len()
    }

    fn into_value(self) -> Value {
        let fields = self.fields.into_iter();
        Value::Map(fields.map(|field| (field.key, field.content)).collect())
    }
}

/// The value has no fields of its own, or does not serialize.
#[derive(Debug)]
struct NoFields;

impl fmt::Display for NoFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no fields")
    }
}

impl std::error::Error for NoFields {}

impl ser::Error for NoFields {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct TopLevel;

type Taken = Result<Fields, NoFields>;

macro_rules! no_fields {
    ($($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self, $(_: $argument),*) -> Taken {
            Err(NoFields)
        })+
    };
}

macro_rules! no_compound {
    ($($method:ident($($argument:ty),*);)+) => {
        $(fn $method(self, $(_: $argument),*) -> Result<Impossible<Fields, NoFields>, NoFields> {
            Err(NoFields)
        })+
    };
}

impl Serializer for TopLevel {
    type Ok = Fields;
    type Error = NoFields;
    type SerializeSeq = Impossible<Fields, NoFields>;
    type SerializeTuple = Impossible<Fields, NoFields>;
    type SerializeTupleStruct = Impossible<Fields, NoFields>;
    type SerializeTupleVariant = Impossible<Fields, NoFields>;
    type SerializeMap = MapFields;
    type SerializeStruct = StructFields;
    type SerializeStructVariant = Impossible<Fields, NoFields>;

    no_fields! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    no_compound! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Taken {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Taken {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Taken {
        Err(NoFields)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MapFields, NoFields> {
        Ok(MapFields {
            fields: Fields::new(Shape::Map),
            key: None,
        })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<StructFields, NoFields> {
        Ok(StructFields(Fields::new(Shape::Struct(name))))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

fn content_of<T: ?Sized + Serialize>(value: &T) -> Result<Value, NoFields> {
    Value::serialized(value).map_err(|_| NoFields)
}

struct StructFields(Fields);

impl SerializeStruct for StructFields {
    type Ok = Fields;
    type Error = NoFields;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NoFields> {
        self.0.fields.push(Field {
            key: name.into(),
            name: Some(name),
            content: content_of(value)?,
        });
        Ok(())
    }

    fn end(self) -> Taken {
        Ok(self.0)
    }
}

struct MapFields {
    fields: Fields,
    /// The key whose value comes next.
    key: Option<Value>,
}

impl SerializeMap for MapFields {
    type Ok = Fields;
    type Error = NoFields;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), NoFields> {
        self.key = Some(content_of(key)?);
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), NoFields> {
        self.fields.fields.push(Field {
            key: self.key.take().ok_or(NoFields)?,
            name: None,
            content: content_of(value)?,
        });
        Ok(())
    }

    fn end(self) -> Taken {
        Ok(self.fields)
    }
}
