//! Nodes as Ktor's reflection writes them (`SessionSerializerReflection.kt`), as far as Ktor
//! reads the same value from the text.
//!
//! What it does not give back, and is refused here with the field's name:
//!
//! * an `&` in an element, a key or a value of a collection, and `=` in a key: the reader takes
//!   the collection apart there. So collections inside collections come back only where the inner
//!   one has no more than one element;
//! * a class inside a collection or an `Optional`: an empty `Object` is read;
//! * a `Float` that is not a property of its own, or that may be null: a `Double` is read;
//! * a constant or a UUID inside an `Optional`: a `String` is read.

use serde::Serialize;

use super::collect::collect;
use super::names::{Names, TYPE, check_names};
use super::node::{Node, Object};
use super::place::Place;
use super::query::{encode_component, encode_form, is_same_name};
use crate::failure::Unwritable;
use crate::number::{java_text, parse_real};

/// The text of a session.
pub(crate) fn write_reflection<S: Serialize + ?Sized>(
    session: &S,
    names: &Names,
) -> Result<String, Unwritable> {
    match collect(session)? {
        Node::Object(object) => object_text(&object, names),
        _ => Err(Unwritable::because(
            "a session is a class: a struct, or an enum whose variants have fields",
        )),
    }
}

fn object_text(object: &Object, names: &Names) -> Result<String, Unwritable> {
    check_names(&object.fields)?;
    let mut sorted: Vec<_> = object.fields.iter().collect();
    // Java compares texts by units of UTF-16.
    sorted.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    let mut out = String::new();
    for (name, node) in sorted {
        let text = property_text(name, node, names).map_err(|error| error.in_field(name))?;
        push_pair(name, &text, &mut out);
    }
    if let Some(class) = object.class {
        push_pair(TYPE, names.simple(class), &mut out);
    }
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

fn property_text(name: &str, node: &Node, names: &Names) -> Result<String, Unwritable> {
    if is_same_name(name, TYPE) {
        return Err(Unwritable::because("`$type` is Ktor's own property"));
    }
    value_text(node, Place::Property, names)
}

fn value_text(node: &Node, place: Place, names: &Names) -> Result<String, Unwritable> {
    Ok(match node {
        Node::Float(value) => float_text(*value, place)?,
        Node::NullableFloat(_) => {
            return Err(Unwritable::because(
                "Ktor reads no Float that may be null: use f64 (Double)",
            ));
        }
        Node::Constant(_) | Node::Uuid(_) if place == Place::Erased => {
            return Err(Unwritable::because(
                "inside an Optional Ktor reads a constant or a UUID as a String",
            ));
        }
        Node::List(elements) => collection_text("#cl", elements, place, names)?,
        Node::Set(elements) => collection_text("#cs", elements, place, names)?,
        Node::Map(entries) => map_text(entries, place, names)?,
        Node::Optional(None) => "#om".to_owned(),
        Node::Optional(Some(node)) => format!("#op{}", value_text(node, Place::Erased, names)?),
        Node::Object(_) if !place.holds_objects() => {
            return Err(Unwritable::because(
                "Ktor reads no class inside a list, a set, a map or an Optional",
            ));
        }
        Node::Object(object) => format!("##{}", object_text(object, names)?),
        _ => scalar_text(node)?,
    })
}

/// Ktor reads a double first and then rounds it. Of all floats it takes 7.038531E-26, of either
/// sign, for the one beside it.
fn float_text(value: f32, place: Place) -> Result<String, Unwritable> {
    if place != Place::Property {
        return Err(Unwritable::because(
            "Ktor reads a Float as a Double inside a list, a set, a map or an Optional: \
             use f64 (Double)",
        ));
    }
    let text = java_text(value);
    #[expect(clippy::cast_possible_truncation, reason = "as Ktor does")]
    let back = parse_real::<f64>(&text).map(|double| double as f32);
    if back == Some(value) || value.is_nan() {
        Ok(format!("#f{text}"))
    } else {
        Err(Unwritable::because(
            "Ktor reads this Float as the one beside it: use f64 (Double)",
        ))
    }
}

/// What has one form everywhere.
pub(super) fn scalar_text(node: &Node) -> Result<String, Unwritable> {
    Ok(match node {
        Node::Null => "#n".to_owned(),
        Node::Boolean(true) => "#bot".to_owned(),
        Node::Boolean(false) => "#bof".to_owned(),
        Node::Int(value) => format!("#i{value}"),
        Node::Long(value) => format!("#l{value}"),
        Node::Float(value) | Node::NullableFloat(value) => format!("#f{}", java_text(*value)),
        Node::Double(value) => format!("#f{}", java_text(*value)),
        Node::Char(value) => format!("#ch{value}"),
        Node::String(value) | Node::Uuid(value) => format!("#s{value}"),
        Node::Constant(name) => format!("#s{name}"),
        Node::BigDecimal(value) => format!("#bd{value}"),
        Node::BigInteger(value) => format!("#bi{value}"),
        _ => return Err(Unwritable::because("it has no form at this place")),
    })
}

fn collection_text(
    tag: &str,
    elements: &[Node],
    place: Place,
    names: &Names,
) -> Result<String, Unwritable> {
    let mut joined = String::new();
    for (index, node) in elements.iter().enumerate() {
        let text = value_text(node, place.in_collection(), names)?;
        if text.contains('&') {
            return Err(Unwritable::because(match node {
                Node::List(_) | Node::Set(_) | Node::Map(_) => {
                    "Ktor takes a collection inside a collection apart"
                }
                _ => "an element holds `&`, where Ktor takes the collection apart",
            }));
        }
        if index > 0 {
            joined.push('&');
        }
        encode_component(&text, &mut joined);
    }
    let mut out = tag.to_owned();
    encode_component(&joined, &mut out);
    Ok(out)
}

fn map_text(entries: &[(Node, Node)], place: Place, names: &Names) -> Result<String, Unwritable> {
    let mut joined = String::new();
    for (index, (key, value)) in entries.iter().enumerate() {
        let key = value_text(key, place.in_collection(), names)?;
        let value = value_text(value, place.in_collection(), names)?;
        if key.contains(['&', '=']) || value.contains('&') {
            return Err(Unwritable::because(
                "a key holds `=` or `&`, or a value holds `&`, where Ktor takes the map apart",
            ));
        }
        if index > 0 {
            joined.push('&');
        }
        encode_component(&key, &mut joined);
        joined.push('=');
        encode_component(&value, &mut joined);
    }
    let mut out = "#m".to_owned();
    encode_component(&joined, &mut out);
    Ok(out)
}
