//! The types of the recordings, as an application writes them in Rust. Each says how its value is
//! written in a recording.

use std::fmt::Debug;

use cloakroom_ktor::{BigDecimal, BigInteger, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A type that the recordings have values of.
pub(crate) trait Recorded: Debug + DeserializeOwned + Serialize {
    /// The value that a recording gives in JSON.
    fn from_recording(value: &Value) -> Self;
}

fn of<T: DeserializeOwned>(value: &Value, name: &str) -> T {
    serde_json::from_value(value[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn parsed<T: std::str::FromStr<Err: Debug>>(value: &Value, name: &str) -> T {
    value[name].as_str().unwrap().parse().unwrap()
}

/// A number; the ones that JSON does not have are given as text.
fn real(value: &Value, name: &str) -> f64 {
    match &value[name] {
        Value::String(text) => text.parse().unwrap(),
        // Not by `as_f64`, which may be off by the last bit.
        number => number.to_string().parse().unwrap(),
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Simple {
    name: String,
    age: i32,
}

impl Recorded for Simple {
    fn from_recording(value: &Value) -> Self {
        Self {
            name: of(value, "name"),
            age: of(value, "age"),
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Scalars {
    i: i32,
    l: i64,
    f: f32,
    d: f64,
    b: bool,
    c: char,
    s: String,
    #[serde(with = "cloakroom_ktor::nullable")]
    n: Option<String>,
}

impl Recorded for Scalars {
    fn from_recording(value: &Value) -> Self {
        let float = match &value["f"] {
            Value::String(text) => text.parse().unwrap(),
            number => number.to_string().parse().unwrap(),
        };
        Self {
            i: of(value, "i"),
            l: of(value, "l"),
            f: float,
            d: real(value, "d"),
            b: of(value, "b"),
            c: of(value, "c"),
            s: of(value, "s"),
            n: of(value, "n"),
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Role {
    Admin,
    User,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct WithEnum {
    role: Role,
    roles: Vec<Role>,
}

impl Recorded for WithEnum {
    fn from_recording(value: &Value) -> Self {
        Self {
            role: of(value, "role"),
            roles: of(value, "roles"),
        }
    }
}

/// Sets and maps in the order in which the recording has them, as Kotlin's keep theirs.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Collections {
    ints: Vec<i32>,
    names: Vec<String>,
    #[serde(with = "cloakroom_ktor::set")]
    tags: Vec<String>,
    counts: Ordered<i32>,
    labels: Ordered<String>,
}

impl Recorded for Collections {
    fn from_recording(value: &Value) -> Self {
        Self {
            ints: of(value, "ints"),
            names: of(value, "names"),
            tags: of(value, "tags"),
            counts: of(value, "counts"),
            labels: of(value, "labels"),
        }
    }
}

/// A map that keeps its order.
#[derive(Debug)]
pub(crate) struct Ordered<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(Entries(std::marker::PhantomData))
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Inner {
    id: i32,
    label: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Outer {
    inner: Inner,
    title: String,
}

impl Recorded for Outer {
    fn from_recording(value: &Value) -> Self {
        Self {
            inner: Inner {
                id: of(&value["inner"], "id"),
                label: of(&value["inner"], "label"),
            },
            title: of(value, "title"),
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Big {
    dec: BigDecimal,
    int: BigInteger,
    id: Uuid,
    #[serde(with = "cloakroom_ktor::optional")]
    some: Option<String>,
    #[serde(with = "cloakroom_ktor::optional")]
    none: Option<String>,
}

impl Recorded for Big {
    fn from_recording(value: &Value) -> Self {
        Self {
            dec: parsed(value, "dec"),
            int: parsed(value, "int"),
            id: parsed(value, "id"),
            some: of(value, "some"),
            none: of(value, "none"),
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestUserSession {
    user_id: String,
    cart: Vec<String>,
}

impl Recorded for TestUserSession {
    fn from_recording(value: &Value) -> Self {
        Self {
            user_id: of(value, "userId"),
            cart: of(value, "cart"),
        }
    }
}

const fn one() -> i32 {
    1
}

fn x() -> String {
    "x".to_owned()
}

/// As the texts of pairs have it: every property, and defaults for reading.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Defaults {
    #[serde(default = "one")]
    a: i32,
    #[serde(default = "x")]
    b: String,
    #[serde(default)]
    c: Option<String>,
}

impl Recorded for Defaults {
    fn from_recording(value: &Value) -> Self {
        Self {
            a: of(value, "a"),
            b: of(value, "b"),
            c: of(value, "c"),
        }
    }
}

/// As JSON has it: no property with its default.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename = "Defaults")]
pub(crate) struct JsonDefaults {
    #[serde(default = "one", skip_serializing_if = "is_one")]
    a: i32,
    #[serde(default = "x", skip_serializing_if = "is_x")]
    b: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_one(a: &i32) -> bool {
    *a == 1
}

fn is_x(b: &str) -> bool {
    b == "x"
}

impl Recorded for JsonDefaults {
    fn from_recording(value: &Value) -> Self {
        Self {
            a: of(value, "a"),
            b: of(value, "b"),
            c: of(value, "c"),
        }
    }
}

/// `Square` has the serial name `sq`; in 1.6.8 it has none.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Shape {
    Circle {
        radius: f64,
    },
    #[serde(rename = "sq")]
    Square {
        side: i32,
    },
}

impl Recorded for Shape {
    fn from_recording(value: &Value) -> Self {
        match value["type"].as_str().unwrap() {
            "Circle" => Self::Circle {
                radius: real(value, "radius"),
            },
            "Square" => Self::Square {
                side: of(value, "side"),
            },
            other => panic!("no shape: {other}"),
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Drawing {
    shape: Shape,
}

impl Recorded for Drawing {
    fn from_recording(value: &Value) -> Self {
        Self {
            shape: Shape::from_recording(&value["shape"]),
        }
    }
}
