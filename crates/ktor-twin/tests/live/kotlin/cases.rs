//! The values that sessions take in the tests, and the queries that make them.

use serde_json::{Value, json};

use super::provider::Provider;

/// A session, and what it is changed to.
#[derive(Debug)]
pub(crate) struct Case {
    /// The path that sets it.
    pub(crate) set: String,
    pub(crate) value: Value,
    /// The path that changes it.
    pub(crate) change: String,
    pub(crate) changed: Value,
}

/// Texts that some step between a value and the wire may trip over.
const TEXTS: [&str; 13] = [
    "",
    " ",
    " leading, trailing ",
    " \"&=#;+%",
    "a b&c=d",
    "%25%zz%",
    "#s#i1&a=%23#n",
    "\\\"{}[]:,/'<>`!|^~",
    "ü€😀e\u{301}",
    "\u{0}\t\n\r\u{1b}\u{7f}",
    "\u{85}\u{2028}\u{feff}\u{fffd}\u{ffff}",
    "null",
    "$type=Circle",
];

/// As many as a cookie holds, encrypted.
const LONG: usize = 1_100;

const NUMBERS: [i32; 5] = [0, -1, 41, i32::MAX, i32::MIN];

const RADII: [f64; 12] = [
    0.0,
    -0.0,
    0.1,
    -1e-3,
    2e-3,
    1e7,
    2e23,
    9_007_199_254_740_993.0,
    1.234_567_890_123_456_7e-5,
    8e307,
    2.225_073_858_507_201_4e-308,
    5e-324,
];

/// The session of the recordings.
pub(crate) fn recorded(provider: Provider) -> Case {
    let (value, changed) = match provider {
        Provider::Plain => (
            json!({ "name": "a b&c=d", "age": 3 }),
            json!({ "name": "a b&c=d", "age": 4 }),
        ),
        Provider::Id => (
            json!({ "userId": "u1", "cart": ["x", "y"] }),
            json!({ "userId": "u1", "cart": ["x", "y", "z"] }),
        ),
        Provider::Mac => (
            json!({ "inner": { "id": 1, "label": "l" }, "title": "t" }),
            json!({ "inner": { "id": 1, "label": "l" }, "title": "t2" }),
        ),
        Provider::Enc => (
            json!({ "id": 9, "label": "ü" }),
            json!({ "id": 9, "label": "l2" }),
        ),
        Provider::Every => (
            json!({ "a": 5, "b": "x", "c": null }),
            json!({ "a": 6, "b": "x", "c": null }),
        ),
        Provider::Session => (
            json!({ "role": "Admin", "roles": ["User"] }),
            json!({ "role": "User", "roles": ["User", "Admin"] }),
        ),
        Provider::Drawing => (
            json!({ "shape": { "type": "Circle", "radius": 1.5 } }),
            json!({ "shape": { "type": "Circle", "radius": 3.0 } }),
        ),
    };
    Case {
        set: provider.route().to_owned(),
        value,
        change: provider.change_route().to_owned(),
        changed,
    }
}

/// The recording's session and hostile ones, as reflection text or as JSON.
pub(crate) fn all(provider: Provider, is_by_reflection: bool) -> Vec<Case> {
    let mut cases = vec![recorded(provider)];
    match provider {
        Provider::Session => cases.extend(role_lists().map(|(role, roles)| session(role, &roles))),
        Provider::Drawing => {
            cases.extend(RADII.map(circle));
            cases.extend(NUMBERS.map(square));
        }
        _ => {
            let texts = TEXTS.into_iter().map(str::to_owned);
            let texts = texts.chain(["x".repeat(LONG)]);
            let numbers = NUMBERS.into_iter().cycle();
            cases.extend(texts.zip(numbers).map(|(text, number)| match provider {
                Provider::Plain => plain(&text, number),
                Provider::Id => id(&text, is_by_reflection),
                Provider::Mac => mac(&text, number),
                Provider::Enc => enc(&text, number),
                _ => every(&text, number),
            }));
        }
    }
    cases
}

fn plain(name: &str, age: i32) -> Case {
    case(
        Provider::Plain,
        &[("name", name), ("age", &age.to_string())],
        json!({ "name": name, "age": age }),
        &[],
        json!({ "name": name, "age": age.wrapping_add(1) }),
    )
}

/// Reflection text loses an `&` in a list: see `lost`.
fn id(text: &str, is_by_reflection: bool) -> Case {
    let item = if is_by_reflection {
        text.replace('&', "")
    } else {
        text.to_owned()
    };
    case(
        Provider::Id,
        &[("userId", text), ("cart", &item), ("cart", "")],
        json!({ "userId": text, "cart": [item, ""] }),
        &[("item", &item)],
        json!({ "userId": text, "cart": [item, "", item] }),
    )
}

fn mac(text: &str, id: i32) -> Case {
    let inner = json!({ "id": id, "label": text });
    let title = format!("{text}{text}");
    case(
        Provider::Mac,
        &[("id", &id.to_string()), ("label", text), ("title", text)],
        json!({ "inner": inner, "title": text }),
        &[("title", &title)],
        json!({ "inner": inner, "title": title }),
    )
}

fn enc(label: &str, id: i32) -> Case {
    let turned: String = label.chars().rev().collect();
    case(
        Provider::Enc,
        &[("id", &id.to_string()), ("label", label)],
        json!({ "id": id, "label": label }),
        &[("label", &turned)],
        json!({ "id": id, "label": turned }),
    )
}

fn every(text: &str, a: i32) -> Case {
    case(
        Provider::Every,
        &[("a", &a.to_string()), ("b", text), ("c", text)],
        json!({ "a": a, "b": text, "c": text }),
        &[],
        json!({ "a": a.wrapping_add(1), "b": text, "c": text }),
    )
}

fn role_lists() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let long = ["User", "Admin", "Admin"].repeat(20);
    [
        ("Admin", Vec::new()),
        ("User", vec!["Admin"]),
        ("User", vec!["User", "User"]),
        ("Admin", long),
    ]
    .into_iter()
}

fn session(role: &str, roles: &[&str]) -> Case {
    let other = if role == "Admin" { "User" } else { "Admin" };
    let mut query = vec![("role", role)];
    query.extend(roles.iter().map(|role| ("roles", *role)));
    let more: Vec<_> = roles.iter().copied().chain([role]).collect();
    case(
        Provider::Session,
        &query,
        json!({ "role": role, "roles": roles }),
        &[],
        json!({ "role": other, "roles": more }),
    )
}

fn circle(radius: f64) -> Case {
    case(
        Provider::Drawing,
        &[("radius", &format!("{radius:e}"))],
        json!({ "shape": { "type": "Circle", "radius": radius } }),
        &[],
        json!({ "shape": { "type": "Circle", "radius": radius * 2.0 } }),
    )
}

fn square(side: i32) -> Case {
    case(
        Provider::Drawing,
        &[("shape", "Square"), ("side", &side.to_string())],
        json!({ "shape": { "type": "Square", "side": side } }),
        &[],
        json!({ "shape": { "type": "Square", "side": side.wrapping_add(1) } }),
    )
}

fn case(
    provider: Provider,
    set: &[(&str, &str)],
    value: Value,
    change: &[(&str, &str)],
    changed: Value,
) -> Case {
    Case {
        set: path(provider.route(), set),
        value,
        change: path(provider.change_route(), change),
        changed,
    }
}

/// A route with a query, every octet but ASCII letters and digits percent-encoded.
pub(crate) fn path(route: &str, query: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let separator = if pairs.is_empty() { "" } else { "?" };
    format!("{route}{separator}{}", pairs.join("&"))
}

fn encoded(text: &str) -> String {
    let octets = text.bytes().map(|octet| match octet {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(octet).to_string(),
        other => format!("%{other:02X}"),
    });
    octets.collect()
}
