//! Anything at all as a text: an answer in bounded time and memory, and never a panic.

use std::collections::BTreeMap;
use std::fmt::Debug;

use cloakroom_core::{Codec, DecodeErrorKind};
use cloakroom_ktor::{BackwardCompatible, KtorJson, Moving, Reflection};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A type that nests without end, in every way that a type can.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Tree {
    children: Vec<Vec<String>>,
    names: BTreeMap<String, Vec<Option<String>>>,
    next: Option<Box<Self>>,
    #[serde(with = "cloakroom_ktor::optional")]
    perhaps: Option<Option<String>>,
    node: Option<Node>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Node {
    Leaf,
    Inner { node: Box<Self> },
    List { nodes: Nodes },
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Nodes(Vec<Self>);

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Chain {
    next: Option<Box<Self>>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Lists {
    x: Nodes,
}

/// Every reader on these bytes, which reads what it gave as what it gave.
fn every_reader<T: Debug + DeserializeOwned + PartialEq + Serialize>(bytes: &[u8]) {
    fn one<T: Debug + DeserializeOwned + PartialEq + Serialize>(codec: &impl Codec, bytes: &[u8]) {
        match codec.decode::<T>(bytes) {
            Ok(value) => {
                let mut out = Vec::new();
                if codec.encode(&value, &mut out).is_ok() {
                    assert_eq!(codec.decode::<T>(&out).unwrap(), value);
                }
            }
            Err(error) => assert_eq!(error.kind(), DecodeErrorKind::Content),
        }
    }
    one::<T>(&Reflection::new(), bytes);
    one::<T>(&BackwardCompatible, bytes);
    one::<T>(&KtorJson, bytes);
    one::<T>(&Moving::new(KtorJson, Reflection::new()), bytes);
}

fn refused<T: Debug + DeserializeOwned>(text: &str) {
    Reflection::new().decode::<T>(text.as_bytes()).unwrap_err();
    BackwardCompatible.decode::<T>(text.as_bytes()).unwrap_err();
    KtorJson.decode::<T>(text.as_bytes()).unwrap_err();
}

/// `next=##next=##…`, each level encoded once more than the one around it.
fn chain(depth: usize) -> String {
    let mut text = "next=%23n".to_owned();
    for _ in 0..depth {
        let encoded = text
            .replace('%', "%25")
            .replace('=', "%3D")
            .replace('#', "%23");
        text = format!("next=%23%23{encoded}");
    }
    text
}

/// Rules: bad-input.
#[test]
fn objects_nested_without_end_are_refused_and_overflow_no_stack() {
    Reflection::new()
        .decode::<Chain>(chain(20).as_bytes())
        .unwrap();
    refused::<Chain>(&chain(40));
    // A text that would open itself again and again, were its escapes not used up.
    refused::<Chain>(&"next=%23%23".repeat(100_000));
    refused::<Chain>(&format!("next={}", "##next=".repeat(100_000)));
}

/// Rules: bad-input.
#[test]
fn collections_nested_without_end_are_refused_and_overflow_no_stack() {
    for tag in ["#cl", "#cs", "#m", "#op", "##"] {
        refused::<Lists>(&format!("x={}", tag.repeat(400_000)));
        refused::<Lists>(&format!("x={}", tag.replace('#', "%23").repeat(100_000)));
    }
    let json = format!("{{\"x\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000));
    refused::<Lists>(&json);
    refused::<Lists>(&"{\"type\":\"Inner\",\"node\":".repeat(100_000));
    refused::<Node>(&"{\"node\":".repeat(100_000));
}

#[test]
fn a_value_nested_too_deep_is_not_written() {
    let mut deep = Chain { next: None };
    for _ in 0..40 {
        deep = Chain {
            next: Some(Box::new(deep)),
        };
    }
    let mut out = Vec::new();
    Reflection::new().encode(&deep, &mut out).unwrap_err();
    BackwardCompatible.encode(&deep, &mut out).unwrap_err();
    KtorJson.encode(&deep, &mut out).unwrap();
    for _ in 0..100 {
        deep = Chain {
            next: Some(Box::new(deep)),
        };
    }
    let error = KtorJson.encode(&deep, &mut out).unwrap_err();
    assert_eq!(error.fields().count(), 128);
}

/// Rules: bad-input.
#[test]
fn megabytes_are_read_or_refused() {
    let size = 1 << 20;
    let list = format!("x=%23cl{}", "%26%23sa".repeat(size / 8));
    let read: Of<Vec<String>> = Reflection::new().decode(list.as_bytes()).unwrap();
    assert_eq!(read.x.len(), size / 8);
    for text in [
        "&".repeat(size),
        "=".repeat(size),
        "%".repeat(size),
        "%23".repeat(size / 3),
        " ".repeat(size),
        "a=".repeat(size / 2),
        "a&A&".repeat(size / 4),
        "x=%23m%23sa%3D%23sb%26".repeat(size / 24),
        format!("x=%23m{}", "%23sa%3D%23sb%26".repeat(size / 16)),
        format!("x=%23s{}", "a".repeat(size)),
        format!("x=%23i{}", "1".repeat(size)),
        format!("x=%23f0.{}", "1".repeat(size)),
        "\"".repeat(size),
        "\\".repeat(size),
        format!("{{\"x\":\"{}", "\\u0041".repeat(size / 6)),
        format!("{{\"x\":{}", "1".repeat(size)),
        "{\"x\":".repeat(size / 5),
        "\u{2003}".repeat(size / 3),
    ] {
        every_reader::<Of<f64>>(text.as_bytes());
        every_reader::<Of<BTreeMap<String, String>>>(text.as_bytes());
        every_reader::<Tree>(text.as_bytes());
    }
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Of<T> {
    x: T,
}

/// Rules: bad-input.
#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    for bytes in [
        &b"x=%23s\xff"[..],
        b"{\"x\":\"\xff\"}",
        b"\xc3",
        b"x=%23s%FF",
    ] {
        Reflection::new().decode::<Of<String>>(bytes).unwrap_err();
        BackwardCompatible.decode::<Of<String>>(bytes).unwrap_err();
        KtorJson.decode::<Of<String>>(bytes).unwrap_err();
    }
}

/// A null list throws a `StackOverflowError` in Ktor, an `x` without a value another exception.
///
/// Rules: bad-input.
#[test]
fn what_crashes_ktor_is_refused() {
    for text in [
        "x=%23n",
        "x",
        "x=",
        "x=%23",
        "=%23cl",
        "x=%23cl%23",
        "x=%23clx",
    ] {
        Reflection::new()
            .decode::<Of<Vec<String>>>(text.as_bytes())
            .unwrap_err();
    }
    Reflection::new()
        .decode::<Of<char>>(b"x=%23ch")
        .unwrap_err();
}

/// Rules: secrets.
#[test]
fn errors_of_the_texts_say_no_content() {
    for text in [
        "x=%23shunter2",
        "x=hunter2",
        "hunter2=%23s",
        "x=%23cl%23ihunter2",
    ] {
        let error = Reflection::new()
            .decode::<Of<i32>>(text.as_bytes())
            .unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let lost = Of {
        x: BTreeMap::from([("hunter2&", 1)]),
    };
    for error in [
        Reflection::new()
            .encode(&lost, &mut Vec::new())
            .unwrap_err(),
        BackwardCompatible
            .encode(&lost, &mut Vec::new())
            .unwrap_err(),
    ] {
        let shown = format!("{error} {error:?}");
        assert!(shown.contains('x') && !shown.contains("hunter2"), "{shown}");
    }
}

/// Texts of the parts that texts are made of.
fn parts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("children"),
        Just("names"),
        Just("next"),
        Just("perhaps"),
        Just("node"),
        Just("x"),
        Just("type"),
        Just("value"),
        Just("$type"),
        Just("="),
        Just("&"),
        Just("#"),
        Just("%23"),
        Just("%2523"),
        Just("%26"),
        Just("%3D"),
        Just("#cl"),
        Just("#m"),
        Just("#s"),
        Just("##"),
        Just("#n"),
        Just("#op"),
        Just("#om"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(":"),
        Just(","),
        Just("\""),
        Just("\\"),
        Just("null"),
        Just("1"),
        Just("Leaf"),
        Just("Inner"),
        Just(" "),
        Just("\u{a0}"),
        Just("é"),
        Just("+"),
        Just("%"),
    ];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    /// Rules: bad-input.
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        every_reader::<Tree>(&bytes);
        every_reader::<Node>(&bytes);
    }

    /// Rules: bad-input.
    #[test]
    fn no_text_makes_a_reader_panic(text in parts()) {
        every_reader::<Tree>(text.as_bytes());
        every_reader::<Node>(text.as_bytes());
        every_reader::<Lists>(text.as_bytes());
        every_reader::<Of<String>>(text.as_bytes());
    }
}
