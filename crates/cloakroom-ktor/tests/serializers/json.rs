//! JSON as kotlinx has it, beyond what the recordings show.

use std::collections::BTreeMap;
use std::fmt::Debug;

use cloakroom_core::{Codec, DecodeErrorKind};
use cloakroom_ktor::KtorJson;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

fn text<T: Serialize>(value: &T) -> String {
    let mut out = Vec::new();
    KtorJson.encode(value, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn there_and_back<T: Debug + DeserializeOwned + PartialEq + Serialize>(value: &T) -> String {
    let text = text(value);
    assert_eq!(&KtorJson.decode::<T>(text.as_bytes()).unwrap(), value);
    text
}

fn refused<T: Debug + DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        let error = KtorJson.decode::<T>(text.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Content, "{text}");
        assert!(error.position().is_some());
    }
}

/// As kotlinx 1.11 wrote it in Ktor 3.5.2.
#[test]
fn keys_of_maps_are_in_quotes_and_numbers_have_javas_spelling() {
    #[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
    enum Role {
        Admin,
    }
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Maps {
        a: BTreeMap<i32, i64>,
        b: BTreeMap<Role, bool>,
        c: BTreeMap<String, Option<String>>,
        d: BTreeMap<char, f64>,
    }

    let value = Maps {
        a: BTreeMap::from([(1, 2)]),
        b: BTreeMap::from([(Role::Admin, true)]),
        c: BTreeMap::from([
            ("k".to_owned(), None),
            ("z".to_owned(), Some("/\u{7f}\u{1}\u{c}\u{8}".to_owned())),
        ]),
        d: BTreeMap::from([('x', 1e7)]),
    };
    let expected = "{\"a\":{\"1\":2},\"b\":{\"Admin\":true},\
                    \"c\":{\"k\":null,\"z\":\"/\u{7f}\\u0001\\f\\b\"},\"d\":{\"x\":1.0E7}}";
    assert_eq!(there_and_back(&value), expected);
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Side {
    side: i32,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Circle {
        radius: f64,
    },
    Square(Side),
    Nothing {},
    #[serde(rename = "com.example.Red")]
    Red,
}

#[test]
fn a_class_of_a_sealed_one_says_first_which_it_is() {
    let circle = Shape::Circle { radius: 1.5 };
    assert_eq!(there_and_back(&circle), r#"{"type":"Circle","radius":1.5}"#);
    let square = Shape::Square(Side { side: 3 });
    assert_eq!(there_and_back(&square), r#"{"type":"Square","side":3}"#);
    assert_eq!(there_and_back(&Shape::Nothing {}), r#"{"type":"Nothing"}"#);
    assert_eq!(there_and_back(&Shape::Red), r#""com.example.Red""#);
    let list = vec![circle, Shape::Nothing {}];
    assert_eq!(
        there_and_back(&list),
        r#"[{"type":"Circle","radius":1.5},{"type":"Nothing"}]"#
    );
}

#[test]
fn a_class_of_a_sealed_one_is_found_wherever_it_says_which_it_is() {
    let square: Shape = KtorJson
        .decode(br#" { "side" : 3 , "type" : "Square" } "#)
        .unwrap();
    assert_eq!(square, Shape::Square(Side { side: 3 }));
    refused::<Shape>(&[
        "{}",
        r#"{"side":3}"#,
        r#"{"type":"Cube","side":3}"#,
        r#"{"type":"Square","side":3,"type":"Square"}"#,
        r#"{"type":"Square","side":3,"x":1}"#,
        r#"{"type":"Square"}"#,
        r#"{"type":"Nothing","x":1}"#,
        r#"{"type":"com.example.Red"}"#,
        r#"{"type":1,"side":3}"#,
        r#"{"type":"Square","side":3"#,
        r#"{"side":3,"type":"Square",}"#,
        r#"{"side":[}],"type":"Square"}"#,
    ]);
}

#[test]
fn serdes_own_tag_is_the_same_text() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Circle { radius: f64 },
    }

    let circle = Tagged::Circle { radius: 1e-4 };
    assert_eq!(
        there_and_back(&circle),
        r#"{"type":"Circle","radius":1.0E-4}"#
    );
}

#[test]
fn a_field_called_type_in_a_class_of_a_sealed_one_is_refused() {
    #[derive(Serialize)]
    enum Shape {
        Circle { r#type: i32 },
    }

    let mut out = b"before".to_vec();
    let error = KtorJson
        .encode(&Shape::Circle { r#type: 1 }, &mut out)
        .unwrap_err();
    assert_eq!(error.fields().collect::<Vec<_>>(), ["type"]);
    assert_eq!(out, b"before");
}

/// Rules: bad-input.
#[test]
fn what_is_not_json_or_not_of_the_type_is_refused() {
    refused::<Vec<i32>>(&[
        "",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1]]",
        "[01]",
        "[+1]",
        "[1.0]",
        "[1e2]",
        "[2147483648]",
        "[\"x\"]",
        "[\"1 \"]",
        "[null]",
        "[true]",
        "{}",
        "[-]",
        "[\u{a0}1]",
    ]);
    refused::<BTreeMap<String, f64>>(&[
        "{",
        "{}}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1e999}",
        "{\"a\":NaN}",
        "{\"a\":\"NaN\"}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1f}",
        "{\"a\" 1}",
    ]);
    refused::<Option<bool>>(&["nul", "nulll", "True", "\"true\"", "1", "null null"]);
    refused::<char>(&["\"\"", "\"ab\"", "a", "\"🎉\"", "1"]);
    refused::<String>(&["\"a", "\"\u{1}\"", "\"\\ud800\"", "null", "1"]);
}

/// kotlinx reads numbers in quotes; it writes them so as keys.
#[test]
fn numbers_in_quotes_are_read() {
    assert_eq!(KtorJson.decode::<Vec<i32>>(br#"["1", 2]"#).unwrap(), [1, 2]);
    assert_eq!(
        KtorJson.decode::<Vec<f64>>(br#"["1.5E3"]"#).unwrap(),
        [1500.0]
    );
}

/// Rules: secrets.
#[test]
fn errors_say_where_and_never_what() {
    let error = KtorJson
        .decode::<Side>(b"{\n\"side\": \"hunter2\"}")
        .unwrap_err();
    let position = error.position().unwrap();
    assert_eq!((position.line, position.column), (2, 17));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    let error = KtorJson
        .encode(&BTreeMap::from([(vec!["hunter2"], 1)]), &mut Vec::new())
        .unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
