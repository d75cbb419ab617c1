//! What Ktor's own tests say of its serializers: `AutoSerializerTest` and
//! `SessionsBackwardCompatibleFormatTest`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cloakroom_core::Codec;
use cloakroom_ktor::{BackwardCompatible, BigDecimal, BigInteger, Reflection, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The text, after it was read back.
fn there_and_back<T>(codec: &impl Codec, value: &T) -> String
where
    T: Debug + DeserializeOwned + PartialEq + Serialize,
{
    let mut text = Vec::new();
    codec.encode(value, &mut text).unwrap();
    assert_eq!(&codec.decode::<T>(&text).unwrap(), value);
    String::from_utf8(text).unwrap()
}

/// `testSimple`: a text that is not encoded further than it has to be is read.
#[test]
fn a_text_with_plain_tags_is_read() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Simple {
        test: i32,
        list: Vec<String>,
    }

    let text = b"test=#i1&list=#cl%23sa%26%23sb%26%23sc";
    let value: Simple = Reflection::new().decode(text).unwrap();
    let list = ["a", "b", "c"].map(str::to_owned).to_vec();
    assert_eq!(value, Simple { test: 1, list });
    let text = there_and_back(&Reflection::new(), &value);
    assert_eq!(text, "list=%23cl%23sa%26%23sb%26%23sc&test=%23i1");
}

/// `testPrimitive`.
#[test]
fn primitives_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Primitives {
        a: i32,
        b: String,
        c: i64,
        d: bool,
        e: bool,
        f: char,
        g: f32,
        h: f64,
    }

    let value = Primitives {
        a: 1,
        b: "sss".to_owned(),
        c: 2,
        d: true,
        e: false,
        f: 'a',
        g: 1.0,
        h: 1.0,
    };
    let text = there_and_back(&Reflection::new(), &value);
    let expected = "a=%23i1&b=%23ssss&c=%23l2&d=%23bot&e=%23bof&f=%23cha&g=%23f1.0&h=%23f1.0";
    assert_eq!(text, expected);
}

/// `testLists`, `testSets`, `testMaps`.
#[test]
fn collections_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Collections {
        list: Vec<String>,
        #[serde(with = "cloakroom_ktor::set")]
        set: BTreeSet<String>,
        map: BTreeMap<String, String>,
    }

    let value = Collections {
        list: vec!["1".to_owned(), "2".to_owned()],
        set: BTreeSet::from(["3".to_owned(), "4".to_owned()]),
        map: BTreeMap::from([("5".to_owned(), "6".to_owned())]),
    };
    let text = there_and_back(&Reflection::new(), &value);
    let expected = "list=%23cl%23s1%26%23s2&map=%23m%23s5%3D%23s6&set=%23cs%23s3%26%23s4";
    assert_eq!(text, expected);
}

/// `testAdditionalTypes`.
#[test]
fn additional_types_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Additional {
        #[serde(with = "cloakroom_ktor::optional")]
        empty: Option<String>,
        #[serde(with = "cloakroom_ktor::optional")]
        full: Option<String>,
        decimal: BigDecimal,
        integer: BigInteger,
        uuid: Uuid,
    }

    let value = Additional {
        empty: None,
        full: Some("a".to_owned()),
        decimal: "0".parse().unwrap(),
        integer: "10".parse().unwrap(),
        uuid: Uuid::from_bytes(*b"a random sixteen"),
    };
    let text = there_and_back(&Reflection::new(), &value);
    let expected = "decimal=%23bd0&empty=%23om&full=%23op%23sa&integer=%23bi10\
                    &uuid=%23s61207261-6e64-6f6d-2073-69787465656e";
    assert_eq!(text, expected);
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
enum Fruit {
    A,
    B,
}

/// `testEnum`, `testEnumInCollection`.
#[test]
fn constants_come_back_alone_and_in_collections() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Basket {
        one: Fruit,
        list: Vec<Fruit>,
        #[serde(with = "cloakroom_ktor::set")]
        set: BTreeSet<Fruit>,
        map: BTreeMap<Fruit, Fruit>,
    }

    let value = Basket {
        one: Fruit::A,
        list: vec![Fruit::B, Fruit::A],
        set: BTreeSet::from([Fruit::A]),
        map: BTreeMap::from([(Fruit::A, Fruit::B)]),
    };
    let text = there_and_back(&Reflection::new(), &value);
    let expected = "list=%23cl%23sB%26%23sA&map=%23m%23sA%3D%23sB&one=%23sA&set=%23cs%23sA";
    assert_eq!(text, expected);
    Reflection::new()
        .decode::<Basket>(expected.replace("one=%23sA", "one=%23sC").as_bytes())
        .unwrap_err();
}

/// Java compares texts by units of UTF-16: a character of two comes before the last ones of one.
#[test]
fn properties_are_sorted_as_java_sorts_their_names() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Sorted {
        #[serde(rename = "～")]
        one_unit: i32,
        #[serde(rename = "𐐀")]
        two_units: i32,
        b: i32,
        #[serde(rename = "aB")]
        a_b: i32,
        a: i32,
    }
    let value = Sorted {
        one_unit: 1,
        two_units: 2,
        b: 3,
        a_b: 4,
        a: 5,
    };
    let text = there_and_back(&Reflection::new(), &value);
    let expected = "a=%23i5&aB=%23i4&b=%23i3&%F0%90%90%80=%23i2&%EF%BD%9E=%23i1";
    assert_eq!(text, expected);
}

/// `testCompoundClasses`.
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

    let text = there_and_back(
        &Reflection::new(),
        &Whole {
            part: Part { id: 779 },
        },
    );
    assert_eq!(text, "part=%23%23id%3D%2523i779");
}

/// `testSealedSession`, `testSealedSessionObject`, `testSessionWithSealedMember`.
#[test]
fn classes_and_objects_of_a_sealed_class_come_back() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct ById {
        id: i32,
    }
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    enum User {
        Known { name: String },
        ById(ById),
        Guest {},
    }
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Visit {
        user: User,
        also: Option<User>,
    }

    let name = "a".to_owned();
    let by_id = || User::ById(ById { id: 7 });
    for (user, expected) in [
        (User::Known { name }, "name=%23sa&%24type=Known"),
        (by_id(), "id=%23i7&%24type=ById"),
        (User::Guest {}, "%24type=Guest"),
    ] {
        assert_eq!(there_and_back(&Reflection::new(), &user), expected);
    }
    let visit = Visit {
        user: User::Guest {},
        also: Some(by_id()),
    };
    let text = there_and_back(&Reflection::new(), &visit);
    let expected = "also=%23%23id%3D%2523i7%26%2524type%3DById&user=%23%23%2524type%3DGuest";
    assert_eq!(text, expected);
    for refused in [
        "id=%23i7",
        "id=%23i7&%24type=Other",
        "id=%23i7&%24type=Known",
        "x=%23i7&%24type=ById",
    ] {
        Reflection::new()
            .decode::<User>(refused.as_bytes())
            .unwrap_err();
    }
    // A session whose type is one class of the sealed one, which its text says.
    let alone: ById = Reflection::new().decode(b"id=%23i7&%24type=ById").unwrap();
    assert_eq!(alone, ById { id: 7 });
    Reflection::new()
        .decode::<ById>(b"id=%23i7&%24type=Other")
        .unwrap_err();
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Primitives {
    int: i32,
    string: String,
    boolean: bool,
    double: f64,
    float: f32,
    long: i64,
    nullable: Option<String>,
    r#enum: Fruit,
}

fn primitives() -> Primitives {
    Primitives {
        int: 1,
        string: "2".to_owned(),
        boolean: true,
        double: 3.0,
        float: 4.0,
        long: 5,
        nullable: None,
        r#enum: Fruit::A,
    }
}

/// Each text of that test is read by the reflection serializer as well.
fn also_by_reflection<T>(text: &str, value: &T)
where
    T: Debug + DeserializeOwned + PartialEq,
{
    assert_eq!(
        &Reflection::new().decode::<T>(text.as_bytes()).unwrap(),
        value
    );
}

/// `testEncoderPrimitive`.
#[test]
fn the_backward_compatible_text_keeps_the_order_of_declaration() {
    let text = there_and_back(&BackwardCompatible, &primitives());
    let expected = "int=%23i1&string=%23s2&boolean=%23bot&double=%23f3.0&float=%23f4.0&long=%23l5\
                    &nullable=%23n&enum=%23sA";
    assert_eq!(text, expected);
    also_by_reflection(&text, &primitives());
}

/// `testEncoderCollections`.
#[test]
fn the_backward_compatible_text_has_collections_of_scalars() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Collections {
        list_s: Vec<String>,
        list_e: Vec<Fruit>,
        list_i: Vec<i32>,
        map_s: BTreeMap<String, String>,
        map_i: BTreeMap<String, i32>,
    }

    let (one, two) = ("1".to_owned(), "2".to_owned());
    let (key1, key2) = ("key1".to_owned(), "key2".to_owned());
    let value = Collections {
        list_s: vec![one.clone(), two.clone()],
        list_e: vec![Fruit::A, Fruit::B],
        list_i: vec![1, 2],
        map_s: BTreeMap::from([(key1.clone(), one), (key2.clone(), two)]),
        map_i: BTreeMap::from([(key1, 1), (key2, 2)]),
    };
    let text = there_and_back(&BackwardCompatible, &value);
    let expected = "listS=%23cl%23s1%26%23s2&listE=%23cl%23sA%26%23sB&listI=%23cl%23i1%26%23i2\
                    &mapS=%23m%23skey1%3D%23s1%26%23skey2%3D%23s2\
                    &mapI=%23m%23skey1%3D%23i1%26%23skey2%3D%23i2";
    assert_eq!(text, expected);
    also_by_reflection(&text, &value);
}

/// `testNestedClass`.
#[test]
fn the_backward_compatible_text_has_a_class_as_the_last_property() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Nested {
        primitives: Primitives,
    }

    let value = Nested {
        primitives: primitives(),
    };
    let text = there_and_back(&BackwardCompatible, &value);
    let expected = "primitives=%23%23int%3D%2523i1%26string%3D%2523s2%26boolean%3D%2523bot\
                    %26double%3D%2523f3.0%26float%3D%2523f4.0%26long%3D%2523l5\
                    %26nullable%3D%2523n%26enum%3D%2523sA";
    assert_eq!(text, expected);
    also_by_reflection(&text, &value);
}
