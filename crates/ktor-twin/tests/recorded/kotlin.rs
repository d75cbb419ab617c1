//! The twin's sessions as Kotlin prints data classes, which is how the recordings have them.

use serde_json::{Map, Value};

/// The classes of the sessions, in the order of `/read`.
const SEVEN: [&str; 7] = [
    "Simple",
    "TestUserSession",
    "Outer",
    "Inner",
    "Defaults",
    "WithEnum",
    "Drawing",
];

/// The body of `/read`, printed.
pub(crate) fn shown(version: &str, body: &str) -> String {
    let sessions: Vec<Value> = serde_json::from_str(body).unwrap();
    let classes = SEVEN
        .into_iter()
        .filter(|class| version != "1.6.8" || *class != "Defaults");
    let shown: Vec<_> = classes
        .zip(&sessions)
        .map(|(class, session)| match session {
            Value::Object(fields) => object(class, fields),
            other => value("", other),
        })
        .collect();
    assert_eq!(shown.len(), sessions.len(), "{body}");
    format!("[{}]", shown.join(", "))
}

fn object(class: &str, fields: &Map<String, Value>) -> String {
    let fields: Vec<_> = fields
        .iter()
        .filter(|(name, _)| *name != "type")
        .map(|(name, field)| format!("{name}={}", value(name, field)))
        .collect();
    format!("{class}({})", fields.join(", "))
}

/// A value under a field's name, which tells its class.
fn value(name: &str, value_of: &Value) -> String {
    match value_of {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| value(name, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let class = match (name, fields.get("type")) {
                (_, Some(Value::String(class))) => class.as_str(),
                ("inner", _) => "Inner",
                _ => panic!("no class is known for `{name}`"),
            };
            object(class, fields)
        }
        other => other.to_string(),
    }
}
