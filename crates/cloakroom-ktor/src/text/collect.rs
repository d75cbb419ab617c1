//! serde's data model into [`Node`]s, for both texts.

use std::fmt::Display;

use serde::ser::{Impossible, Serialize, Serializer};

use super::compound::{Elements, Entries, Fields};
use super::node::{MAX_DEPTH, Node, Object};
use crate::failure::Unwritable;
use crate::marker;

/// The value as nodes.
pub(super) fn collect<S: Serialize + ?Sized>(value: &S) -> Result<Node, Unwritable> {
    value.serialize(Collector { depth: 0 })
}

/// Makes the node of one value.
#[derive(Clone, Copy, Debug)]
struct Collector {
    depth: u8,
}

impl Collector {
    /// For what lies in this value.
    fn inner(self) -> Result<Self, Unwritable> {
        if self.depth >= MAX_DEPTH {
            return Err(Unwritable::because(
                "values lie more than 32 deep in each other",
            ));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }

    fn text_of<T: Serialize + ?Sized>(
        self,
        value: &T,
        make: fn(String) -> Node,
    ) -> Result<Node, Unwritable> {
        match value.serialize(self)? {
            Node::String(text) => Ok(make(text)),
            _ => Err(Unwritable::because("a helper for text on something else")),
        }
    }
}

fn narrow() -> Result<Node, Unwritable> {
    Err(Unwritable::because(
        "Ktor writes Byte, Short and unsigned numbers so that it cannot read them: \
         use i32 (Int) or i64 (Long)",
    ))
}

fn tuple<T>() -> Result<T, Unwritable> {
    Err(Unwritable::because(
        "Kotlin has no tuples and no arrays of fixed length here: use a struct or a Vec",
    ))
}

macro_rules! narrow_numbers {
    ($($method:ident: $number:ty),*) => {$(
        fn $method(self, _: $number) -> Result<Node, Unwritable> {
            narrow()
        }
    )*};
}

impl Serializer for Collector {
    type Ok = Node;
    type Error = Unwritable;
    type SerializeSeq = Elements<Self>;
    type SerializeTuple = Impossible<Node, Unwritable>;
    type SerializeTupleStruct = Impossible<Node, Unwritable>;
    type SerializeTupleVariant = Impossible<Node, Unwritable>;
    type SerializeMap = Entries<Self>;
    type SerializeStruct = Fields<Self>;
    type SerializeStructVariant = Fields<Self>;

    narrow_numbers!(
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128
    );

    fn serialize_bool(self, value: bool) -> Result<Node, Unwritable> {
        Ok(Node::Boolean(value))
    }

    fn serialize_i32(self, value: i32) -> Result<Node, Unwritable> {
        Ok(Node::Int(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Node, Unwritable> {
        Ok(Node::Long(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Node, Unwritable> {
        Ok(Node::Float(value))
    }

    fn serialize_f64(self, value: f64) -> Result<Node, Unwritable> {
        Ok(Node::Double(value))
    }

    fn serialize_char(self, value: char) -> Result<Node, Unwritable> {
        if value.len_utf16() == 1 {
            Ok(Node::Char(value))
        } else {
            Err(Unwritable::because(
                "a Kotlin Char is one unit of UTF-16, and this character takes two: use a String",
            ))
        }
    }

    fn serialize_str(self, value: &str) -> Result<Node, Unwritable> {
        Ok(Node::String(value.to_owned()))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Node, Unwritable> {
        Ok(Node::String(value.to_string()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Node, Unwritable> {
        Err(Unwritable::because(
            "Ktor's text has no form for bytes: use a String",
        ))
    }

    fn serialize_none(self) -> Result<Node, Unwritable> {
        Ok(Node::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Unwritable> {
        Ok(match value.serialize(self)? {
            Node::Float(value) => Node::NullableFloat(value),
            node => node,
        })
    }

    fn serialize_unit(self) -> Result<Node, Unwritable> {
        Err(Unwritable::because("Ktor's text has no form for Unit"))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Unwritable> {
        Ok(Node::Object(Object {
            fields: Vec::new(),
            class: None,
        }))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Node, Unwritable> {
        Ok(Node::Constant(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Node, Unwritable> {
        match name {
            marker::BIG_DECIMAL => self.text_of(value, Node::BigDecimal),
            marker::BIG_INTEGER => self.text_of(value, Node::BigInteger),
            marker::UUID => self.text_of(value, Node::Uuid),
            marker::SET => match value.serialize(self)? {
                Node::List(elements) => Ok(Node::Set(elements)),
                _ => Err(Unwritable::because("the helper for sets on no sequence")),
            },
            marker::OPTIONAL => Ok(Node::Optional(match value.serialize(self.inner()?)? {
                Node::Null => None,
                Node::NullableFloat(value) => Some(Box::new(Node::Float(value))),
                node => Some(Box::new(node)),
            })),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Unwritable> {
        match value.serialize(self)? {
            Node::Object(Object {
                fields,
                class: None,
            }) => Ok(Node::Object(Object {
                fields,
                class: Some(variant),
            })),
            _ => Err(Unwritable::because(
                "a class of a sealed one has properties: put a struct into the variant",
            )),
        }
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Elements<Self>, Unwritable> {
        Ok(Elements::new(self.inner()?, len.unwrap_or(0)))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        tuple()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unwritable> {
        tuple()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        tuple()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<Self>, Unwritable> {
        Ok(Entries::new(self.inner()?))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<Self>, Unwritable> {
        Ok(Fields::new(self.inner()?, None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<Self>, Unwritable> {
        Ok(Fields::new(self.inner()?, Some(variant)))
    }
}
