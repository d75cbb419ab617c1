//! What Ktor writes is written, identically, and read; what Ktor itself loses is refused.

use std::collections::BTreeMap;

use serde_json::Value;

use super::recording::{VERSIONS, entries};
use super::written::{Written, format_of, is_same_but_for_numbers, read, write};

#[test]
fn what_comes_back_in_ktor_is_written_identically_and_read_back() {
    for version in VERSIONS {
        let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
        for entry in entries(version, "serialize") {
            if entry["round_trip"] != true {
                continue;
            }
            let Written { text, value } = write(&entry);
            let text = text.unwrap_or_else(|error| panic!("{version} {entry}: {error}"));
            let recorded = entry["text"].as_str().unwrap();
            assert!(
                is_same_but_for_numbers(&text, recorded),
                "{version} {entry}\nwritten: {text}"
            );
            for text in [recorded, &text] {
                let back = read(&entry, text);
                assert_eq!(back.as_ref(), Some(&value), "{version} {entry}");
            }
            let count = counts.entry(format_of(&entry).to_owned()).or_default();
            count[usize::from(text != recorded)] += 1;
        }
        for (format, [identical, spelled]) in counts {
            println!(
                "{version} serialize {format}: {identical} written identically and read, \
                 {spelled} with other digits"
            );
        }
    }
}

#[test]
fn what_ktor_loses_is_refused_with_the_field_and_the_reason() {
    for version in VERSIONS {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries(version, "serialize") {
            if entry["round_trip"] == true {
                continue;
            }
            let error = write(&entry).text.unwrap_err();
            let field = error.fields().last().unwrap_or("(whole)");
            let reason = error.reason().unwrap();
            assert!(
                is_declared(field, &entry["value"]),
                "{version} {entry}: {field}"
            );
            assert_says_no_content(&error.to_string(), &entry["value"]);
            *counts
                .entry(format!("{} {reason}", format_of(&entry)))
                .or_default() += 1;
            // What the text is to us is what it is to Ktor; here it only must not panic.
            if let Some(text) = entry["text"].as_str() {
                let _value = read(&entry, text);
            }
        }
        for (reason, count) in counts {
            println!("{version} serialize refused {count}: {reason}");
        }
    }
}

fn is_declared(field: &str, value: &Value) -> bool {
    let Some(object) = value.as_object() else {
        return false;
    };
    object.contains_key(field) || object.values().any(|inner| is_declared(field, inner))
}

/// No text of more than two characters that is a value or a key of a map is in the error.
fn assert_says_no_content(error: &str, value: &Value) {
    let mut contents = Vec::new();
    for map in ["counts", "labels"] {
        let keys = value[map]
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys());
        contents.extend(keys.cloned());
    }
    texts(value, &mut contents);
    for content in contents.iter().filter(|content| content.len() > 2) {
        assert!(!error.contains(content.as_str()), "{error} has {content}");
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text != "NaN" && text != "Infinity" => found.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|inner| texts(inner, found)),
        Value::Object(object) => object.values().for_each(|inner| texts(inner, found)),
        _ => {}
    }
}
