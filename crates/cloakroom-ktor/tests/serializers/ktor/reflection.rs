//! `SessionSerializerReflection.kt`.

use super::http::{
    decode, encode_url_parameter, encode_url_query_component, first, parse_query_string,
};
use crate::kotlin::Kotlin;

pub(crate) fn serialize(value: &Kotlin) -> String {
    let Kotlin::Class(fields) = value else {
        panic!("a session is a class");
    };
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
    let pair = |(name, value): &&(&str, Kotlin)| {
        format!(
            "{}={}",
            encode_url_parameter(name),
            encode_url_parameter(&serialize_value(value))
        )
    };
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn serialize_value(value: &Kotlin) -> String {
    let join = |elements: &[Kotlin]| {
        let element = |value| encode_url_query_component(&serialize_value(value));
        encode_url_query_component(&elements.iter().map(element).collect::<Vec<_>>().join("&"))
    };
    match value {
        Kotlin::Null => "#n".to_owned(),
        Kotlin::Boolean(value) => format!("#bo{}", if *value { 't' } else { 'f' }),
        Kotlin::Int(value) => format!("#i{value}"),
        Kotlin::Long(value) => format!("#l{value}"),
        Kotlin::Double(value) => format!("#f{}", java(*value)),
        Kotlin::Char(value) => format!("#ch{value}"),
        Kotlin::Text(value) => format!("#s{value}"),
        Kotlin::List(elements) => format!("#cl{}", join(elements)),
        Kotlin::Set(elements) => format!("#cs{}", join(elements)),
        Kotlin::Map(entries) => {
            let entry = |(key, value): &(Kotlin, Kotlin)| {
                let key = encode_url_query_component(&serialize_value(key));
                format!(
                    "{key}={}",
                    encode_url_query_component(&serialize_value(value))
                )
            };
            let entries = entries.iter().map(entry).collect::<Vec<_>>().join("&");
            format!("#m{}", encode_url_query_component(&entries))
        }
        Kotlin::Class(_) => format!("##{}", serialize(value)),
    }
}

/// `Double.toString`, by another way than ours: from the digits of Rust's plain notation.
pub(crate) fn java(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let mut text = format!("{value:e}");
    if !text.contains('.') {
        let two = format!("{value:.1e}");
        let exact = two.parse::<f64>() == Ok(value);
        text = if exact { two } else { text.replace('e', ".0e") };
    }
    text.replace('e', "E")
}

/// The value of the type that `like` has; `None` where Ktor throws.
pub(crate) fn deserialize(text: &str, like: &Kotlin) -> Option<Kotlin> {
    let Kotlin::Class(fields) = like else {
        panic!("a session is a class");
    };
    let bundle = parse_query_string(text)?;
    let property = |(name, like): &(&'static str, Kotlin)| {
        let value = first(&bundle, name)?;
        if let Kotlin::Class(_) = like {
            return Some((*name, deserialize(value.strip_prefix("##")?, like)?));
        }
        Some((*name, coerce(deserialize_value(value)?, like)?))
    };
    Some(Kotlin::Class(
        fields.iter().map(property).collect::<Option<_>>()?,
    ))
}

/// What a value is without its type. A class inside a collection becomes a bare object, for which
/// there is no word here: it is lost.
fn deserialize_value(text: &str) -> Option<Kotlin> {
    let rest = text.strip_prefix('#')?;
    let tag = rest.chars().next()?;
    let body = &rest[tag.len_utf8()..];
    Some(match tag {
        'n' => Kotlin::Null,
        'i' => Kotlin::Int(body.parse().ok()?),
        'l' => Kotlin::Long(body.parse().ok()?),
        'f' => Kotlin::Double(match body {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => body.parse().ok()?,
        }),
        's' => Kotlin::Text(body.to_owned()),
        'b' if body.starts_with("ot") => Kotlin::Boolean(true),
        'b' if body.starts_with("of") => Kotlin::Boolean(false),
        'c' if body.starts_with('h') => Kotlin::Char(body.chars().nth(1)?),
        'c' if body.starts_with('l') => Kotlin::List(collection(&body[1..])?),
        'c' if body.starts_with('s') => Kotlin::Set(collection(&body[1..])?),
        'm' => Kotlin::Map(map(body)?),
        _ => return None,
    })
}

fn collection(text: &str) -> Option<Vec<Kotlin>> {
    let decoded = decode(text, false)?;
    let elements = decoded.split('&').filter(|element| !element.is_empty());
    elements
        .map(|element| deserialize_value(&decode(element, false)?))
        .collect()
}

fn map(text: &str) -> Option<Vec<(Kotlin, Kotlin)>> {
    let decoded = decode(text, false)?;
    let mut entries: Vec<(Kotlin, Kotlin)> = Vec::new();
    for entry in decoded.split('&').filter(|entry| !entry.is_empty()) {
        let (key, value) = entry.split_once('=').unwrap_or((entry, entry));
        let key = deserialize_value(&decode(key, false)?)?;
        let value = deserialize_value(&decode(value, false)?)?;
        match entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => entries.push((key, value)),
        }
    }
    Some(entries)
}

/// Ktor looks at the types of collections only; other values are lost if they are of another one.
fn coerce(value: Kotlin, like: &Kotlin) -> Option<Kotlin> {
    match (&value, like) {
        (Kotlin::List(elements), Kotlin::List(like)) => coerced(elements, like).map(Kotlin::List),
        (Kotlin::Set(elements), Kotlin::Set(like)) => coerced(elements, like).map(Kotlin::Set),
        (Kotlin::Map(entries), Kotlin::Map(like)) => {
            let alike = |((key, value), (like_key, like_value)): (&(Kotlin, Kotlin), &(_, _))| {
                Some((
                    coerce(key.clone(), like_key)?,
                    coerce(value.clone(), like_value)?,
                ))
            };
            let entries = entries.iter().zip(like).map(alike).collect::<Option<_>>()?;
            Some(Kotlin::Map(entries))
        }
        (Kotlin::List(_) | Kotlin::Set(_) | Kotlin::Map(_), _) => None,
        _ => Some(value),
    }
}

fn coerced(elements: &[Kotlin], like: &[Kotlin]) -> Option<Vec<Kotlin>> {
    if elements.len() != like.len() {
        return None;
    }
    let alike = elements.iter().zip(like);
    alike
        .map(|(element, like)| coerce(element.clone(), like))
        .collect()
}
