//! Values of an application's type: reading what was written gives them back, and a second
//! decoder, which knows nothing of the type, reads the same.

use std::collections::{BTreeMap, BTreeSet};

use cloakroom_core::Codec;
use cloakroom_ktor::{
    BackwardCompatible, BigDecimal, BigInteger, KtorJson, Moving, Reflection, Uuid,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kotlin::{double, text};
use crate::ktor::http::{decode, first, parse_query_string};
use crate::ktor::reflection::java;

#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
enum Role {
    Admin,
    #[serde(rename = "user")]
    User,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Point {
    x: f64,
    label: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Dot(Point),
    Line { from: Point, to: Point },
    Nothing {},
}

/// What every one of the three texts may have to hold.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Common {
    int: i32,
    long: i64,
    float: f32,
    double: f64,
    truth: bool,
    letter: char,
    words: String,
    maybe: Option<i64>,
    role: Role,
    numbers: Vec<i32>,
    names: Vec<String>,
    counts: BTreeMap<String, i64>,
    last: Point,
}

/// What reflection alone has a form for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Rich {
    common: Common,
    shape: Shape,
    other: Option<Shape>,
    #[serde(with = "cloakroom_ktor::set")]
    roles: BTreeSet<Role>,
    decimals: Vec<BigDecimal>,
    integer: BigInteger,
    #[serde(with = "cloakroom_ktor::set")]
    ids: BTreeSet<Uuid>,
    #[serde(with = "cloakroom_ktor::optional")]
    perhaps: Option<Vec<String>>,
    by_letter: BTreeMap<char, Option<String>>,
}

fn finite() -> impl Strategy<Value = f64> {
    double().prop_filter("JSON has no form for others", |value| value.is_finite())
}

fn point() -> impl Strategy<Value = Point> {
    (finite(), text()).prop_map(|(x, label)| Point { x, label })
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        point().prop_map(Shape::Dot),
        (point(), point()).prop_map(|(from, to)| Shape::Line { from, to }),
        Just(Shape::Nothing {}),
    ]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Admin), Just(Role::User)]
}

fn letter() -> impl Strategy<Value = char> {
    any::<char>().prop_filter("a Kotlin Char", |letter| letter.len_utf16() == 1)
}

prop_compose! {
    fn common()(
        (int, long, float, double) in (any::<i32>(), any::<i64>(), any::<f32>(), finite()),
        (truth, letter, words, maybe) in (any::<bool>(), letter(), text(), any::<Option<i64>>()),
        role in role(),
        numbers in proptest::collection::vec(any::<i32>(), 0..4),
        names in proptest::collection::vec(text(), 0..4),
        counts in proptest::collection::btree_map(text(), any::<i64>(), 0..4),
        last in point(),
    ) -> Common {
        let float = if float.is_finite() { float } else { 0.1 };
        Common {
            int, long, float, double, truth, letter, words, maybe, role, numbers, names, counts,
            last,
        }
    }
}

prop_compose! {
    fn rich()(
        common in common(),
        shape in shape(),
        other in proptest::option::of(shape()),
        roles in proptest::collection::btree_set(role(), 0..3),
        decimals in proptest::collection::vec("-?[0-9]{1,9}(\\.[0-9]{1,9})?(E-?[0-9])?", 0..3),
        integer in "-?[1-9][0-9]{0,30}",
        ids in proptest::collection::btree_set(any::<[u8; 16]>(), 0..3),
        perhaps in proptest::option::of(proptest::collection::vec("[a-z#=é%]{0,4}", 0..3)),
        by_letter in proptest::collection::btree_map(letter(), proptest::option::of(text()), 0..3),
    ) -> Rich {
        Rich {
            common, shape, other, roles,
            decimals: decimals.iter().map(|text| text.parse().unwrap()).collect(),
            integer: integer.parse().unwrap(),
            ids: ids.into_iter().map(Uuid::from_bytes).collect(),
            perhaps, by_letter,
        }
    }
}

/// Ktor's reflection text by its description alone: tags to JSON, with objects, lists and maps
/// (as lists of pairs) by recursion. `None` for what has no such text.
fn tree(text: &str) -> Option<Value> {
    let tag = |tag| text.strip_prefix(tag);
    let inner = |body| {
        let decoded = decode(body, false)?;
        let parts = decoded.split('&').filter(|part| !part.is_empty());
        parts
            .map(|part| decode(part, false))
            .collect::<Option<Vec<_>>>()
    };
    if text == "#n" || text == "#om" {
        return Some(Value::Null);
    }
    if let Some(body) = tag("#cl").or_else(|| tag("#cs")) {
        return inner(body)?.iter().map(|part| tree(part)).collect();
    }
    if let Some(body) = tag("#m") {
        let decoded = decode(body, false)?;
        let entries = decoded.split('&').filter(|part| !part.is_empty());
        return entries
            .map(|entry| {
                let (key, value) = entry.split_once('=')?;
                Some(json!([
                    tree(&decode(key, false)?)?,
                    tree(&decode(value, false)?)?
                ]))
            })
            .collect();
    }
    if let Some(body) = tag("##") {
        return object(body);
    }
    if let Some(body) = tag("#op") {
        return tree(body);
    }
    let scalar = tag("#bo")
        .or_else(|| tag("#bd"))
        .or_else(|| tag("#bi"))
        .or_else(|| tag("#ch"));
    let scalar = scalar.or_else(|| ["#i", "#l", "#f", "#s"].into_iter().find_map(tag))?;
    Some(scalar.into())
}

fn object(text: &str) -> Option<Value> {
    let pairs = parse_query_string(text)?;
    let mut fields = serde_json::Map::new();
    for (name, _) in &pairs {
        let text = first(&pairs, name)?;
        let value = if name == "$type" {
            Some(text.into())
        } else {
            tree(text)
        };
        fields.insert(name.clone(), value?);
    }
    Some(fields.into())
}

fn point_tree(point: &Point) -> Value {
    json!({"x": java(point.x), "label": point.label})
}

fn shape_tree(shape: &Shape) -> Value {
    match shape {
        Shape::Dot(point) => {
            json!({"x": java(point.x), "label": point.label, "$type": "Dot"})
        }
        Shape::Line { from, to } => {
            json!({"from": point_tree(from), "to": point_tree(to), "$type": "Line"})
        }
        Shape::Nothing {} => json!({"$type": "Nothing"}),
    }
}

fn role_name(role: &Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::User => "user",
    }
}

fn common_tree(common: &Common) -> Value {
    let numbers: Vec<_> = common.numbers.iter().map(ToString::to_string).collect();
    let counts: Vec<_> = common
        .counts
        .iter()
        .map(|(k, v)| json!([k, v.to_string()]))
        .collect();
    // A float's digits are fewer than a double's; its own parser is checked elsewhere.
    json!({
        "int": common.int.to_string(), "long": common.long.to_string(),
        "float": float_text(common.float), "double": java(common.double),
        "truth": if common.truth { "t" } else { "f" }, "letter": common.letter.to_string(),
        "words": common.words, "maybe": common.maybe.map(|maybe| maybe.to_string()),
        "role": role_name(&common.role), "numbers": numbers, "names": common.names,
        "counts": counts, "last": point_tree(&common.last),
    })
}

fn float_text(value: f32) -> String {
    let mut out = Vec::new();
    KtorJson.encode(&value, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rich_tree(rich: &Rich) -> Value {
    let texts = |texts: Vec<String>| Value::from(texts);
    let by_letter: Vec<_> = rich
        .by_letter
        .iter()
        .map(|(k, v)| json!([k.to_string(), v]))
        .collect();
    json!({
        "common": common_tree(&rich.common), "shape": shape_tree(&rich.shape),
        "other": rich.other.as_ref().map(shape_tree),
        "roles": rich.roles.iter().map(role_name).collect::<Vec<_>>(),
        "decimals": texts(rich.decimals.iter().map(ToString::to_string).collect()),
        "integer": rich.integer.to_string(),
        "ids": texts(rich.ids.iter().map(ToString::to_string).collect()),
        "perhaps": rich.perhaps, "by_letter": by_letter,
    })
}

proptest! {
    #[test]
    fn reflection_gives_back_what_it_wrote(rich in rich()) {
        let mut out = Vec::new();
        if Reflection::new().encode(&rich, &mut out).is_ok() {
            let back: Rich = Reflection::new().decode(&out).unwrap();
            prop_assert_eq!(&back, &rich);
            let text = String::from_utf8(out).unwrap();
            prop_assert!(text.is_ascii());
            prop_assert_eq!(object(&text), Some(rich_tree(&rich)));
        }
    }

    #[test]
    fn backward_compatible_gives_back_what_it_wrote(common in common()) {
        let mut out = Vec::new();
        if BackwardCompatible.encode(&common, &mut out).is_ok() {
            prop_assert_eq!(&BackwardCompatible.decode::<Common>(&out).unwrap(), &common);
            // Reflection reads it too, unless it reads some float as the one beside it.
            let back: Common = Reflection::new().decode(&out).unwrap();
            prop_assert_eq!(Common { float: common.float, ..back }, common);
        }
    }

    #[test]
    fn json_gives_back_what_it_wrote_and_is_json(common in common(), shape in shape()) {
        let value = (common, shape);
        let mut out = Vec::new();
        KtorJson.encode(&value.0, &mut out).unwrap();
        prop_assert_eq!(&KtorJson.decode::<Common>(&out).unwrap(), &value.0);
        prop_assert_eq!(&serde_json::from_slice::<Common>(&out).unwrap(), &value.0);
        out.clear();
        KtorJson.encode(&value.1, &mut out).unwrap();
        prop_assert_eq!(&KtorJson.decode::<Shape>(&out).unwrap(), &value.1);
        let tree: Value = serde_json::from_slice(&out).unwrap();
        prop_assert!(["Dot", "Line", "Nothing"].contains(&tree["type"].as_str().unwrap()));
    }

    #[test]
    fn a_moved_codec_reads_both_texts_and_writes_the_new_one(common in common()) {
        let moving = Moving::new(KtorJson, Reflection::new());
        let (mut old, mut new, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        if Reflection::new().encode(&common, &mut old).is_err() {
            return Ok(());
        }
        KtorJson.encode(&common, &mut new).unwrap();
        moving.encode(&common, &mut moved).unwrap();
        prop_assert_eq!(&moved, &new);
        prop_assert_eq!(&moving.decode::<Common>(&old).unwrap(), &common);
        prop_assert_eq!(&moving.decode::<Common>(&new).unwrap(), &common);
        KtorJson.decode::<Common>(&old).unwrap_err();
        Reflection::new().decode::<Common>(&new).unwrap_err();
    }
}
