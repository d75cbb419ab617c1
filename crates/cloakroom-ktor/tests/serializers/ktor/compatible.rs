//! `SessionsBackwardCompatibleEncoder.kt`, with the states that it gets into, and
//! `SessionsBackwardCompatibleDecoder.kt`, `ListLikeDecoder.kt`, `MapDecoder.kt`.

use super::http::{
    Parameters, append, decode, encode_url_query_component, first, form_url_encode,
    parse_query_string,
};
use super::reflection::java;
use crate::kotlin::Kotlin;

#[derive(Default)]
struct Encoder {
    parameters: Parameters,
    next_name: String,
    class: Option<Box<Self>>,
    list: Option<Vec<String>>,
    map: Option<Vec<(String, String)>>,
    key: Option<String>,
}

impl Encoder {
    fn result(&self) -> String {
        match &self.class {
            Some(class) => class.result(),
            None => form_url_encode(&self.parameters),
        }
    }

    fn append(&mut self, value: String) {
        let name = self.next_name.clone();
        append(&mut self.parameters, &name, Some(value));
    }

    fn encode(&mut self, value: &Kotlin) {
        match value {
            Kotlin::Class(fields) => {
                self.class = Some(Box::default());
                let class = self.class.as_mut().unwrap();
                for (name, value) in fields {
                    class.next_name = (*name).to_owned();
                    class.encode(value);
                }
                class.end();
            }
            Kotlin::List(elements) | Kotlin::Set(elements) => {
                self.list = Some(Vec::new());
                elements.iter().for_each(|element| self.encode(element));
                self.end();
            }
            Kotlin::Map(entries) => {
                self.map = Some(Vec::new());
                for (key, value) in entries {
                    self.encode(key);
                    self.encode(value);
                }
                self.end();
            }
            Kotlin::Null => self.append("#n".to_owned()),
            _ => self.scalar(primitive(value)),
        }
    }

    fn scalar(&mut self, text: String) {
        if let Some(list) = &mut self.list {
            list.push(text);
        } else if let Some(map) = &mut self.map {
            match self.key.take() {
                Some(key) => match map.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, value)) => *value = text,
                    None => map.push((key, text)),
                },
                None => self.key = Some(text),
            }
        } else {
            self.append(text);
        }
    }

    fn end(&mut self) {
        if let Some(class) = self.class.take() {
            self.append(format!("##{}", class.result()));
        } else if let Some(list) = self.list.take() {
            let list = list.iter().map(|text| encode_url_query_component(text));
            let list = list.collect::<Vec<_>>().join("&");
            self.append(format!("#cl{}", encode_url_query_component(&list)));
        } else if let Some(map) = self.map.take() {
            let pair = |(key, value): &(String, String)| {
                let key = encode_url_query_component(key);
                format!("{key}={}", encode_url_query_component(value))
            };
            let map = map.iter().map(pair).collect::<Vec<_>>().join("&");
            self.append(format!("#m{}", encode_url_query_component(&map)));
        }
    }
}

fn primitive(value: &Kotlin) -> String {
    match value {
        Kotlin::Boolean(value) => format!("#bo{}", if *value { 't' } else { 'f' }),
        Kotlin::Int(value) => format!("#i{value}"),
        Kotlin::Long(value) => format!("#l{value}"),
        Kotlin::Double(value) => format!("#f{}", java(*value)),
        Kotlin::Char(value) => format!("#ch{value}"),
        Kotlin::Text(value) => format!("#s{value}"),
        other => panic!("no scalar: {other:?}"),
    }
}

pub(crate) fn serialize(value: &Kotlin) -> String {
    let mut encoder = Encoder::default();
    encoder.encode(value);
    encoder.result()
}

/// The value of the type that `like` has; `None` where Ktor throws.
pub(crate) fn deserialize(text: &str, like: &Kotlin) -> Option<Kotlin> {
    let Kotlin::Class(fields) = like else {
        panic!("a session is a class");
    };
    let parameters = parse_query_string(text)?;
    let is_field = |name: &String| fields.iter().any(|(field, _)| field == name);
    if !parameters.iter().all(|(name, _)| is_field(name)) {
        return None;
    }
    let property = |(name, like): &(&'static str, Kotlin)| {
        let text = first(&parameters, name)?;
        Some((*name, property(text, like)?))
    };
    Some(Kotlin::Class(
        fields.iter().map(property).collect::<Option<_>>()?,
    ))
}

fn drop(text: &str, units: usize) -> String {
    text.chars().skip(units).collect()
}

fn property(text: &str, like: &Kotlin) -> Option<Kotlin> {
    match like {
        Kotlin::Class(_) => deserialize(&decode(&drop(text, 2), false)?, like),
        Kotlin::List(like) => list(text, like).map(Kotlin::List),
        Kotlin::Set(like) => list(text, like).map(Kotlin::Set),
        Kotlin::Map(like) => {
            let once = parse_query_string(&decode(&drop(text, 2), false)?)?;
            let entries = parse_query_string(&form_url_encode(&once))?;
            if entries.len() != like.len() {
                return None;
            }
            let entry = |((key, values), (like_key, like_value)): (
                &(String, Vec<String>),
                &(Kotlin, Kotlin),
            )| {
                Some((scalar(key, like_key)?, scalar(values.first()?, like_value)?))
            };
            let entries = entries.iter().zip(like).map(entry).collect::<Option<_>>()?;
            Some(Kotlin::Map(entries))
        }
        _ => scalar(text, like),
    }
}

fn list(text: &str, like: &[Kotlin]) -> Option<Vec<Kotlin>> {
    let items = decode(&drop(text, 3), false)?;
    let items: Vec<&str> = items.split('&').collect();
    if items.len() != like.len() {
        return None;
    }
    items
        .iter()
        .zip(like)
        .map(|(item, like)| scalar(item, like))
        .collect()
}

/// Ktor drops the tag without looking at it.
fn scalar(text: &str, like: &Kotlin) -> Option<Kotlin> {
    Some(match like {
        Kotlin::Null if text == "#n" => Kotlin::Null,
        Kotlin::Boolean(_) => Kotlin::Boolean(text == "#bot"),
        Kotlin::Int(_) => Kotlin::Int(drop(text, 2).parse().ok()?),
        Kotlin::Long(_) => Kotlin::Long(drop(text, 2).parse().ok()?),
        Kotlin::Double(_) => Kotlin::Double(match drop(text, 2).as_str() {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            number => number.parse().ok()?,
        }),
        Kotlin::Char(_) => Kotlin::Char(text.chars().nth(3)?),
        Kotlin::Text(_) => Kotlin::Text(drop(text, 2)),
        _ => return None,
    })
}
