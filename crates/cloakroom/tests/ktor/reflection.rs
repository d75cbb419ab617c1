//! `AutoSerializerTest`: what Ktor 1 and 2 write by default, through every kind of property.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;

use cloakroom::Codec as _;
use cloakroom::ktor::{BigDecimal, BigInteger, Reflection, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Writes, reads back what was written, and gives the text.
fn round_trip<T: Debug + DeserializeOwned + PartialEq + Serialize>(value: &T) -> String {
    let mut text = Vec::new();
    Reflection::new().encode(value, &mut text).unwrap();
    assert_eq!(&Reflection::new().decode::<T>(&text).unwrap(), value);
    String::from_utf8(text).unwrap()
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct TestData {
    test: i32,
    list: Vec<String>,
}

#[test]
fn a_text_that_was_not_escaped_is_read_and_written_escaped() {
    let text = b"test=#i1&list=#cl%23sa%26%23sb%26%23sc";
    let data: TestData = Reflection::new().decode(text).unwrap();
    let list = ["a", "b", "c"].map(str::to_owned).to_vec();
    assert_eq!(data, TestData { test: 1, list });
    assert_eq!(
        round_trip(&data),
        "list=%23cl%23sa%26%23sb%26%23sc&test=%23i1"
    );
}

#[test]
fn every_primitive_comes_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Primitives {
        int: i32,
        string: String,
        long: i64,
        yes: bool,
        no: bool,
        char: char,
        float: f32,
        double: f64,
    }
    let text = round_trip(&Primitives {
        int: 1,
        string: "sss".to_owned(),
        long: 2,
        yes: true,
        no: false,
        char: 'a',
        float: 1.0,
        double: 1.0,
    });
    assert_eq!(
        text,
        "char=%23cha&double=%23f1.0&float=%23f1.0&int=%23i1&long=%23l2&no=%23bof&\
         string=%23ssss&yes=%23bot"
    );
}

#[test]
fn lists_of_every_kind_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Lists {
        array: VecDeque<i32>,
        linked: LinkedList<i32>,
        list: Vec<i32>,
        none: Vec<i32>,
    }
    let text = round_trip(&Lists {
        array: [1, 2].into(),
        linked: [3].into(),
        list: vec![4, 5],
        none: vec![],
    });
    assert_eq!(
        text,
        "array=%23cl%23i1%26%23i2&linked=%23cl%23i3&list=%23cl%23i4%26%23i5&none=%23cl"
    );
}

#[test]
fn sets_of_every_kind_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Sets {
        #[serde(with = "cloakroom::ktor::set")]
        hash: HashSet<i32>,
        #[serde(with = "cloakroom::ktor::set")]
        tree: BTreeSet<i32>,
    }
    let text = round_trip(&Sets {
        hash: [1].into(),
        tree: [3, 2].into(),
    });
    assert_eq!(text, "hash=%23cs%23i1&tree=%23cs%23i2%26%23i3");
}

#[test]
fn maps_of_every_kind_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Maps {
        hash: HashMap<String, i32>,
        tree: BTreeMap<String, i32>,
    }
    let of = |name: &str, value| (name.to_owned(), value);
    let text = round_trip(&Maps {
        hash: [of("a", 1)].into(),
        tree: [of("c", 3), of("b", 2)].into(),
    });
    assert_eq!(
        text,
        "hash=%23m%23sa%3D%23i1&tree=%23m%23sb%3D%23i2%26%23sc%3D%23i3"
    );
}

#[test]
fn optionals_big_numbers_and_uuids_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Additional {
        decimal: BigDecimal,
        #[serde(with = "cloakroom::ktor::optional")]
        empty: Option<String>,
        #[serde(with = "cloakroom::ktor::optional")]
        full: Option<String>,
        integer: BigInteger,
        uuid: Uuid,
    }
    let text = round_trip(&Additional {
        decimal: "0".parse().unwrap(),
        empty: None,
        full: Some("a".to_owned()),
        integer: "10".parse().unwrap(),
        uuid: "a0b1c2d3-0000-4000-8000-0123456789ab".parse().unwrap(),
    });
    assert_eq!(
        text,
        "decimal=%23bd0&empty=%23om&full=%23op%23sa&integer=%23bi10&\
         uuid=%23sa0b1c2d3-0000-4000-8000-0123456789ab"
    );
}

#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
enum Color {
    #[serde(rename = "RED")]
    Red,
    #[serde(rename = "BLUE")]
    Blue,
}

#[test]
fn an_enum_comes_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Painted {
        color: Color,
    }
    assert_eq!(
        round_trip(&Painted { color: Color::Blue }),
        "color=%23sBLUE"
    );
}

#[test]
fn enums_in_collections_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Palette {
        list: Vec<Color>,
        map: BTreeMap<Color, Color>,
        #[serde(with = "cloakroom::ktor::set")]
        set: BTreeSet<Color>,
    }
    let text = round_trip(&Palette {
        list: vec![Color::Red, Color::Blue],
        map: [(Color::Red, Color::Blue)].into(),
        set: [Color::Red].into(),
    });
    assert_eq!(
        text,
        "list=%23cl%23sRED%26%23sBLUE&map=%23m%23sRED%3D%23sBLUE&set=%23cs%23sRED"
    );
}

#[test]
fn a_class_in_a_class_comes_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Part {
        id: i32,
    }
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Whole {
        part: Part,
    }
    let whole = Whole {
        part: Part { id: 779 },
    };
    assert_eq!(round_trip(&whole), "part=%23%23id%3D%2523i779");
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Sealed {
    Circle { radius: i32 },
    Nothing {},
}

#[test]
fn a_sealed_class_comes_back() {
    assert_eq!(
        round_trip(&Sealed::Circle { radius: 3 }),
        "radius=%23i3&%24type=Circle"
    );
}

#[test]
fn an_object_of_a_sealed_class_comes_back() {
    assert_eq!(round_trip(&Sealed::Nothing {}), "%24type=Nothing");
}

#[test]
fn a_member_of_a_sealed_class_comes_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Drawing {
        shape: Sealed,
    }
    let drawing = Drawing {
        shape: Sealed::Circle { radius: 3 },
    };
    assert_eq!(
        round_trip(&drawing),
        "shape=%23%23radius%3D%2523i3%26%2524type%3DCircle"
    );
}
