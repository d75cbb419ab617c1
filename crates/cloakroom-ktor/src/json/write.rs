//! JSON as kotlinx writes it.
//!
//! As `Json.encodeToString` without options: no white space; numbers as Java prints them; keys of
//! maps in quotes; a class of a sealed one with its serial name as the first property, `type`.

use std::fmt::Display;

use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    Serializer,
};

use super::key::Key;
use super::scalar::{MAX_DEPTH, TYPE, char_text, push_escaped, push_quoted, real_text};
use crate::failure::Unwritable;
use crate::marker;

/// Appends `value` to `out`.
pub(crate) fn write<S: Serialize + ?Sized>(value: &S, out: &mut Vec<u8>) -> Result<(), Unwritable> {
    value.serialize(Writer {
        out,
        depth: 0,
        class: None,
    })
}

/// Writes one value.
#[derive(Debug)]
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    depth: u8,
    /// Which class of a sealed one the value has to be.
    class: Option<&'static str>,
}

impl<'o> Writer<'o> {
    /// For a value that is no object, and so no class of a sealed one.
    #[inline]
    fn plain(&mut self) -> Result<&mut Vec<u8>, Unwritable> {
        if self.class.is_none() {
            Ok(self.out)
        } else {
            Err(Unwritable::because(
                "a class of a sealed one has properties: put a struct into the variant",
            ))
        }
    }

    #[inline]
    fn object(self) -> Result<Compound<'o>, Unwritable> {
        let class = self.class;
        let mut object = Compound::open(self, b'{', b'}')?;
        object.is_class = class.is_some();
        if let Some(class) = class {
            object.name(TYPE);
            push_quoted(class, object.out);
        }
        Ok(object)
    }

    #[inline]
    fn token(mut self, token: &str) -> Result<(), Unwritable> {
        self.plain()?.extend_from_slice(token.as_bytes());
        Ok(())
    }

    #[inline]
    fn quoted(mut self, text: &str) -> Result<(), Unwritable> {
        push_quoted(text, self.plain()?);
        Ok(())
    }
}

fn tuple<T>() -> Result<T, Unwritable> {
    Err(Unwritable::because(
        "Kotlin has no tuples and no arrays of fixed length here: use a struct or a Vec",
    ))
}

macro_rules! numbers {
    ($($method:ident: $number:ty),*) => {$(
        #[inline]
        fn $method(self, value: $number) -> Result<(), Unwritable> {
            self.token(itoa::Buffer::new().format(value))
        }
    )*};
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Compound<'o>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Compound<'o>;
    type SerializeStruct = Compound<'o>;
    type SerializeStructVariant = Compound<'o>;

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
        self.token(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        self.token(&real_text(value)?)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.token(&real_text(value)?)
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.quoted(char_text(value)?.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.quoted(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        self.quoted(&value.to_string())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unwritable> {
        Err(Unwritable::because(
            "kotlinx writes bytes as signed numbers: use a Vec<i8> (ByteArray) or a String",
        ))
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.token("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.object()?.close()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.object()?.close()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.quoted(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        if marker::is_unknown_to_kotlinx(name) {
            return Err(Unwritable::because(
                "kotlinx has no serializer for BigDecimal, BigInteger and Optional: \
                 use what the Kotlin class's own one writes, such as a String",
            ));
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.plain()?;
        value.serialize(Self {
            class: Some(variant),
            ..self
        })
    }

    fn serialize_seq(mut self, _: Option<usize>) -> Result<Compound<'o>, Unwritable> {
        self.plain()?;
        Compound::open(self, b'[', b']')
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

    fn serialize_map(mut self, _: Option<usize>) -> Result<Compound<'o>, Unwritable> {
        self.plain()?;
        self.object()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'o>, Unwritable> {
        self.object()
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'o>, Unwritable> {
        self.plain()?;
        self.class = Some(variant);
        self.object()
    }
}

/// An array or an object that is being written.
#[derive(Debug)]
struct Compound<'o> {
    out: &'o mut Vec<u8>,
    depth: u8,
    /// What comes before the next part: a comma, but before the first one.
    before: u8,
    is_class: bool,
    end: u8,
}

impl<'o> Compound<'o> {
    #[expect(clippy::needless_pass_by_value, reason = "it gives away its output")]
    #[inline]
    fn open(writer: Writer<'o>, begin: u8, end: u8) -> Result<Self, Unwritable> {
        if writer.depth >= MAX_DEPTH {
            return Err(Unwritable::because(
                "values lie more than 128 deep in each other",
            ));
        }
        Ok(Self {
            out: writer.out,
            depth: writer.depth + 1,
            before: begin,
            is_class: false,
            end,
        })
    }

    /// What comes before the next part: the bracket before the first, a comma before any other.
    #[inline]
    const fn before(&mut self) -> u8 {
        std::mem::replace(&mut self.before, b',')
    }

    #[inline]
    fn name(&mut self, name: &str) {
        let before = self.before();
        self.out.extend_from_slice(&[before, b'"']);
        push_escaped(name, self.out);
        self.out.extend_from_slice(b"\":");
    }

    #[inline]
    fn value(&mut self) -> Writer<'_> {
        Writer {
            out: self.out,
            depth: self.depth,
            class: None,
        }
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        if self.is_class && name == TYPE {
            let why = "`type` says which class of the sealed one it is";
            return Err(Unwritable::because(why).in_field(name));
        }
        self.name(name);
        let written = value.serialize(self.value());
        written.map_err(|error| error.in_field(name))
    }

    #[inline]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the ends of serde's contracts can fail"
    )]
    fn close(self) -> Result<(), Unwritable> {
        if self.before != b',' {
            self.out.push(self.before);
        }
        self.out.push(self.end);
        Ok(())
    }
}

impl SerializeSeq for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let before = self.before();
        self.out.push(before);
        value.serialize(self.value())
    }

    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        let before = self.before();
        self.out.push(before);
        key.serialize(Key(self.out))?;
        self.out.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self.value())
    }

    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

impl SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}

impl SerializeStructVariant for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Unwritable> {
        self.close()
    }
}
