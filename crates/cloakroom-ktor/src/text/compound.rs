//! Lists, maps and classes while they are collected, each part by a serializer `C`.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, Serializer,
};

use super::node::{Node, Object};
use crate::failure::Unwritable;

/// A list.
#[derive(Debug)]
pub(super) struct Elements<C> {
    inner: C,
    elements: Vec<Node>,
}

impl<C> Elements<C> {
    /// Reserves no more than a type can lie about without harm.
    pub(super) fn new(inner: C, len: usize) -> Self {
        Self {
            inner,
            elements: Vec::with_capacity(len.min(1024)),
        }
    }
}

impl<C> SerializeSeq for Elements<C>
where
    C: Serializer<Ok = Node, Error = Unwritable> + Copy,
{
    type Ok = Node;
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.elements.push(value.serialize(self.inner)?);
        Ok(())
    }

    fn end(self) -> Result<Node, Unwritable> {
        Ok(Node::List(self.elements))
    }
}

/// A map.
#[derive(Debug)]
pub(super) struct Entries<C> {
    inner: C,
    key: Option<Node>,
    entries: Vec<(Node, Node)>,
}

impl<C> Entries<C> {
    pub(super) const fn new(inner: C) -> Self {
        Self {
            inner,
            key: None,
            entries: Vec::new(),
        }
    }
}

impl<C> SerializeMap for Entries<C>
where
    C: Serializer<Ok = Node, Error = Unwritable> + Copy,
{
    type Ok = Node;
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.key = Some(key.serialize(self.inner)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let key = self.key.take();
        let key = key.ok_or_else(|| Unwritable::because("a value of a map without a key"))?;
        self.entries.push((key, value.serialize(self.inner)?));
        Ok(())
    }

    fn end(self) -> Result<Node, Unwritable> {
        Ok(Node::Map(self.entries))
    }
}

/// A class.
#[derive(Debug)]
pub(super) struct Fields<C> {
    inner: C,
    object: Object,
}

impl<C> Fields<C> {
    pub(super) const fn new(inner: C, class: Option<&'static str>) -> Self {
        Self {
            inner,
            object: Object {
                fields: Vec::new(),
                class,
            },
        }
    }
}

impl<C> Fields<C>
where
    C: Serializer<Ok = Node, Error = Unwritable> + Copy,
{
    fn add<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        let node = value.serialize(self.inner);
        let node = node.map_err(|error| error.in_field(name))?;
        self.object.fields.push((name, node));
        Ok(())
    }

    fn skip(name: &'static str) -> Result<(), Unwritable> {
        let why = "it is left out, and Ktor writes every property into this text: \
                   no `skip_serializing` here";
        Err(Unwritable::because(why).in_field(name))
    }
}

macro_rules! fields {
    ($($contract:ident),*) => {$(
        impl<C> $contract for Fields<C>
        where
            C: Serializer<Ok = Node, Error = Unwritable> + Copy,
        {
            type Ok = Node;
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Unwritable> {
                self.add(name, value)
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), Unwritable> {
                Self::skip(name)
            }

            fn end(self) -> Result<Node, Unwritable> {
                Ok(Node::Object(self.object))
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);
