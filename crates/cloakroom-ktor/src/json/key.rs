//! Keys of a JSON map: scalars, in quotes.

use serde::ser::{Impossible, Serialize, Serializer};

use super::scalar::{char_text, push_quoted, real_text};
use crate::failure::Unwritable;

/// Writes one key.
#[derive(Debug)]
pub(super) struct Key<'o>(pub(super) &'o mut Vec<u8>);

impl Key<'_> {
    fn push(self, text: &str) -> Result<(), Unwritable> {
        push_quoted(text, self.0);
        Ok(())
    }
}

fn no_key<T>() -> Result<T, Unwritable> {
    Err(Unwritable::because(
        "a key of a JSON map is a text, a number, a character, a boolean or a constant",
    ))
}

macro_rules! numbers {
    ($($method:ident: $number:ty),*) => {$(
        fn $method(self, value: $number) -> Result<(), Unwritable> {
            self.push(itoa::Buffer::new().format(value))
        }
    )*};
}

impl Serializer for Key<'_> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Impossible<(), Unwritable>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStruct = Impossible<(), Unwritable>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    numbers!(
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64
    );

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.push(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        self.push(&real_text(value)?)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.push(&real_text(value)?)
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.push(char_text(value)?.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.push(value)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.push(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        no_key()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Unwritable> {
        no_key()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        no_key()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unwritable> {
        no_key()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        no_key()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unwritable> {
        no_key()
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, Unwritable> {
        no_key()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        no_key()
    }
}
