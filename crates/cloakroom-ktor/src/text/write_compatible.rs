//! Nodes as Ktor's `SessionsBackwardCompatibleEncoder` writes them, as far as Ktor reads the same
//! value from the text.
//!
//! Much is lost between its encoder and its decoder, in ways that depend on each other. So the
//! text is written first and then taken apart as the decoder does ([`super::collection`]); a field
//! whose text does not come out of that is refused with its name:
//!
//! * an empty list, and elements with anything that has to be escaped, or with `&`;
//! * a key with a space, `=` or `&`, a value with `+` or `&`, keys that differ in case only;
//! * a class that is not the last property (the encoder gives it the last property's name), and
//!   in such a class texts with `&`, `%` or `+`, or white space at the end;
//! * collections inside collections, `null` inside them, sealed classes inside others.

use serde::Serialize;

use super::collect::collect;
use super::collection::{Reader, elements, entries, properties};
use super::names::check_names;
use super::node::{Node, Object};
use super::query::{Pairs, encode_component, encode_form};
use super::write_reflection::scalar_text;
use crate::failure::Unwritable;

/// The text of a session.
pub(crate) fn write_compatible<S: Serialize + ?Sized>(session: &S) -> Result<String, Unwritable> {
    let Node::Object(object) = &collect(session)? else {
        return Err(Unwritable::because(
            "a session is a class: a struct, or an enum whose variants have fields",
        ));
    };
    let text = object_text(object)?;
    let Some(class) = object.class else {
        check(object, &reread(Pairs::parse(&text))?)?;
        return Ok(text);
    };
    let mut out = String::new();
    push_pair("type", &format!("#s{class}"), &mut out);
    push_pair("value", &format!("##{text}"), &mut out);
    check(
        object,
        &reread(properties(Reader::BackwardCompatible, &text))?,
    )?;
    Ok(out)
}

fn object_text(object: &Object) -> Result<String, Unwritable> {
    check_names(&object.fields)?;
    let mut out = String::new();
    for (index, (name, node)) in object.fields.iter().enumerate() {
        let is_last = index + 1 == object.fields.len();
        let text = property_text(node, is_last).map_err(|error| error.in_field(name))?;
        push_pair(name, &text, &mut out);
    }
    Ok(out)
}

fn property_text(node: &Node, is_last: bool) -> Result<String, Unwritable> {
    match node {
        Node::List(elements) | Node::Set(elements) => collection_text("#cl", elements),
        Node::Map(entries) => map_text(entries),
        Node::Object(Object { class: Some(_), .. }) => Err(Unwritable::because(
            "Ktor cannot read a sealed class inside another class from this text",
        )),
        Node::Object(_) if !is_last => Err(Unwritable::because(
            "Ktor writes a class under the name of the last property: declare it last",
        )),
        Node::Object(object) => Ok(format!("##{}", object_text(object)?)),
        _ => element_text(node),
    }
}

fn element_text(node: &Node) -> Result<String, Unwritable> {
    match node {
        Node::BigDecimal(_) | Node::BigInteger(_) | Node::Optional(_) => Err(Unwritable::because(
            "kotlinx has no serializer for BigDecimal, BigInteger and Optional",
        )),
        Node::List(_) | Node::Set(_) | Node::Map(_) | Node::Object(_) => Err(Unwritable::because(
            "Ktor loses a collection or a class inside a collection in this text",
        )),
        _ => scalar_text(node),
    }
}

/// The text inside a collection, where a null is lost.
fn part_text(node: &Node) -> Result<String, Unwritable> {
    match node {
        Node::Null => Err(Unwritable::because(
            "Ktor loses a null inside a collection in this text",
        )),
        _ => element_text(node),
    }
}

fn collection_text(tag: &str, elements: &[Node]) -> Result<String, Unwritable> {
    let mut joined = String::new();
    for (index, node) in elements.iter().enumerate() {
        if index > 0 {
            joined.push('&');
        }
        encode_component(&part_text(node)?, &mut joined);
    }
    let mut out = tag.to_owned();
    encode_component(&joined, &mut out);
    Ok(out)
}

fn map_text(entries: &[(Node, Node)]) -> Result<String, Unwritable> {
    let mut joined = String::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            joined.push('&');
        }
        encode_component(&part_text(key)?, &mut joined);
        joined.push('=');
        encode_component(&part_text(value)?, &mut joined);
    }
    let mut out = "#m".to_owned();
    encode_component(&joined, &mut out);
    Ok(out)
}

fn push_pair(name: &str, text: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    encode_form(name, out);
    out.push('=');
    encode_form(text, out);
}

/// A text that cannot even be taken apart is lost as a whole.
fn reread<T, E>(parts: Result<T, E>) -> Result<T, Unwritable> {
    parts.map_err(|_| Unwritable::because(DECODED_TWICE))
}

const DECODED_TWICE: &str = "Ktor decodes a class inside another one once too often, and loses \
                             `&`, `%`, `+` and white space at the end of its texts";

/// Refuses what the decoder would not find as it was written.
fn check(object: &Object, pairs: &Pairs) -> Result<(), Unwritable> {
    for (name, node) in &object.fields {
        let found = match pairs.value(name) {
            Some(text) => check_property(node, text),
            None => Err(Unwritable::because(DECODED_TWICE)),
        };
        found.map_err(|error| error.in_field(name))?;
    }
    if pairs.names().count() == object.fields.len() {
        Ok(())
    } else {
        Err(Unwritable::because(DECODED_TWICE))
    }
}

fn check_property(node: &Node, text: &str) -> Result<(), Unwritable> {
    match node {
        Node::List(nodes) | Node::Set(nodes) => {
            let body = text.strip_prefix("#cl").unwrap_or_default();
            let found = reread(elements(Reader::BackwardCompatible, body))?;
            let is_found = |(node, text): (&Node, &String)| match node {
                // Of a character it looks at the place behind the tag only.
                Node::Char(value) => text.chars().nth(3) == Some(*value),
                _ => is_written(node, text),
            };
            if nodes.len() == found.len() && nodes.iter().zip(&found).all(is_found) {
                return Ok(());
            }
            Err(Unwritable::because(if nodes.is_empty() {
                "Ktor reads an empty list as one of an empty text"
            } else {
                "Ktor does not decode elements: they come back only with letters, digits \
                 and `:/?#[]@!$'()*,;=-._~+`"
            }))
        }
        Node::Map(nodes) => {
            let body = text.strip_prefix("#m").unwrap_or_default();
            let found = reread(entries(Reader::BackwardCompatible, body))?;
            let is_found = |((key, value), (k, v)): (&(Node, Node), &(String, String))| {
                is_written(key, k) && is_written(value, v)
            };
            if nodes.len() == found.len() && nodes.iter().zip(&found).all(is_found) {
                return Ok(());
            }
            Err(Unwritable::because(
                "Ktor reads other keys or values: none of ` =&` in a key, none of `+&` in a \
                 value, no two keys that differ in case only, at most 1000",
            ))
        }
        Node::Object(object) => {
            let body = text.strip_prefix("##").unwrap_or_default();
            check(
                object,
                &reread(properties(Reader::BackwardCompatible, body))?,
            )
        }
        _ if is_written(node, text) => Ok(()),
        _ => Err(Unwritable::because(DECODED_TWICE)),
    }
}

fn is_written(node: &Node, text: &str) -> bool {
    scalar_text(node).is_ok_and(|written| written == text)
}
