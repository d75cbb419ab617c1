//! Values as Kotlin sees them, of any shape, for the tests of what is lost.

use proptest::prelude::*;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A value of a Kotlin type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kotlin {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Char(char),
    Text(String),
    List(Vec<Self>),
    Set(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Class(Vec<(&'static str, Self)>),
}

struct AsSequence<'k>(&'k [Kotlin]);

impl Serialize for AsSequence<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl Serialize for Kotlin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i32(*value),
            Self::Long(value) => serializer.serialize_i64(*value),
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::Char(value) => serializer.serialize_char(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Set(elements) => {
                cloakroom_ktor::set::serialize(&AsSequence(elements), serializer)
            }
            Self::Map(entries) => serializer.collect_map(entries.iter().map(|(k, v)| (k, v))),
            Self::Class(fields) => {
                let mut class = serializer.serialize_struct("Class", fields.len())?;
                for (name, value) in fields {
                    class.serialize_field(name, value)?;
                }
                class.end()
            }
        }
    }
}

/// Texts of what Ktor's texts are made of, and of what nobody thinks of.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9]{0,4}",
        3 => "[a&=#%+ ~.:\t\u{a0}éA]{0,5}",
        1 => "\\PC{0,4}",
    ]
}

/// Doubles of at most ten digits: no two decimals of so few are equally near to one, which is where
/// Java and Rust choose differently (`number.rs` has tests of that).
pub(crate) fn double() -> impl Strategy<Value = f64> {
    let short = (any::<i32>(), -330..310)
        .prop_map(|(digits, exponent)| format!("{digits}e{exponent}").parse::<f64>().unwrap());
    prop_oneof![4 => short, 1 => prop_oneof![Just(-0.0), Just(0.001), Just(1e7), Just(5e-324)]]
}

fn scalar() -> impl Strategy<Value = Kotlin> {
    prop_oneof![
        any::<bool>().prop_map(Kotlin::Boolean),
        any::<i32>().prop_map(Kotlin::Int),
        any::<i64>().prop_map(Kotlin::Long),
        prop_oneof![8 => double(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)]
            .prop_map(Kotlin::Double),
        prop_oneof![any::<char>(), Just('&'), Just('='), Just('%')]
            .prop_filter("a Kotlin Char", |c| c.len_utf16() == 1)
            .prop_map(Kotlin::Char),
        text().prop_map(Kotlin::Text),
        text().prop_map(Kotlin::Text),
        text().prop_map(Kotlin::Text),
    ]
}

/// No two keys of one map are equal: Kotlin's maps have none.
fn distinct(mut entries: Vec<(Kotlin, Kotlin)>) -> Kotlin {
    let mut seen: Vec<Kotlin> = Vec::new();
    entries.retain(|(key, _)| {
        let is_new = !seen.contains(key);
        seen.push(key.clone());
        is_new
    });
    Kotlin::Map(entries)
}

/// Anything; a null only where Ktor does not need to know the type of what is null.
pub(crate) fn value() -> impl Strategy<Value = Kotlin> {
    scalar().prop_recursive(3, 16, 3, |inner| {
        let element = prop_oneof![8 => inner.clone(), 1 => Just(Kotlin::Null)];
        let elements = proptest::collection::vec(element.clone(), 0..4);
        let entries = proptest::collection::vec((scalar(), element), 0..4);
        prop_oneof![
            elements.clone().prop_map(Kotlin::List),
            elements.prop_map(Kotlin::Set),
            entries.prop_map(distinct),
            class_of(inner),
        ]
    })
}

/// A class with a property that may be null, and some others.
pub(crate) fn class_of(
    inner: impl Strategy<Value = Kotlin> + Clone + 'static,
) -> impl Strategy<Value = Kotlin> {
    let names = prop_oneof![
        Just(["b", "a", "c"]),
        Just(["é", "a_b", "aB"]),
        Just(["z", "userId", "a+b"]),
    ];
    (names, proptest::collection::vec(inner, 0..=3))
        .prop_map(|(names, values)| Kotlin::Class(names.into_iter().zip(values).collect()))
}

/// A session.
pub(crate) fn session() -> impl Strategy<Value = Kotlin> {
    class_of(prop_oneof![6 => value().boxed(), 1 => Just(Kotlin::Null).boxed()].boxed())
}
