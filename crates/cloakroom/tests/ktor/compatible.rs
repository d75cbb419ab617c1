//! `SessionsBackwardCompatibleFormatTest`, and `SessionTest`: testCustomSerializer.

use std::collections::BTreeMap;
use std::fmt::Debug;

use axum::Router;
use axum::routing::get;
use cloakroom::ktor::{BackwardCompatible, Ktor, KtorSession as _, Reflection};
use cloakroom::{
    Codec, CodecId, DecodeError, DecodeErrorKind, EncodeError, LayerExt as _, Schema, Session,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::house::House;

/// The text between the versions, which it and the older reader read alike.
fn written<T: Debug + DeserializeOwned + PartialEq + Serialize>(value: &T) -> String {
    let mut text = Vec::new();
    BackwardCompatible.encode(value, &mut text).unwrap();
    assert_eq!(&BackwardCompatible.decode::<T>(&text).unwrap(), value);
    assert_eq!(&Reflection::new().decode::<T>(&text).unwrap(), value);
    String::from_utf8(text).unwrap()
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Letter {
    A,
    B,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Primitives {
    int: i32,
    string: String,
    boolean: bool,
    double: f64,
    float: f32,
    long: i64,
    nullable: Option<i32>,
    r#enum: Letter,
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
        r#enum: Letter::A,
    }
}

#[test]
fn primitives_are_written_as_they_are_declared() {
    assert_eq!(
        written(&primitives()),
        "int=%23i1&string=%23s2&boolean=%23bot&double=%23f3.0&float=%23f4.0&long=%23l5&\
         nullable=%23n&enum=%23sA"
    );
}

#[test]
fn collections_are_written_as_in_ktors_own_test() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Collections {
        list_s: Vec<String>,
        list_e: Vec<Letter>,
        list_i: Vec<i32>,
        map_s: BTreeMap<String, String>,
        map_i: BTreeMap<String, i32>,
    }
    let texts = |one: &str, two: &str| vec![one.to_owned(), two.to_owned()];
    let keys = || texts("key1", "key2").into_iter();
    let text = written(&Collections {
        list_s: texts("1", "2"),
        list_e: vec![Letter::A, Letter::B],
        list_i: vec![1, 2],
        map_s: keys().zip(texts("1", "2")).collect(),
        map_i: keys().zip([1, 2]).collect(),
    });
    assert_eq!(
        text,
        "listS=%23cl%23s1%26%23s2&listE=%23cl%23sA%26%23sB&listI=%23cl%23i1%26%23i2&\
         mapS=%23m%23skey1%3D%23s1%26%23skey2%3D%23s2&\
         mapI=%23m%23skey1%3D%23i1%26%23skey2%3D%23i2"
    );
}

#[test]
fn a_class_in_a_class_is_written_as_in_ktors_own_test() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Nested {
        primitives: Primitives,
    }
    let nested = Nested {
        primitives: primitives(),
    };
    assert_eq!(
        written(&nested),
        "primitives=%23%23int%3D%2523i1%26string%3D%2523s2%26boolean%3D%2523bot%26\
         double%3D%2523f3.0%26float%3D%2523f4.0%26long%3D%2523l5%26nullable%3D%2523n%26\
         enum%3D%2523sA"
    );
}

/// A serializer of the application's own, for types that are one text to serde.
#[derive(Clone, Copy, Debug)]
struct AsItIs;

impl Codec for AsItIs {
    fn id(&self) -> CodecId {
        CodecId::new(200)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Ok(serde_json::Value::String(text)) = serde_json::to_value(value) else {
            return Err(EncodeError::new().because("it is no text"));
        };
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let refused = || DecodeError::new(DecodeErrorKind::Content);
        let text = str::from_utf8(bytes).map_err(|_| refused())?;
        serde_json::from_value(text.into()).map_err(|_| refused())
    }
}

/// Not a type that any serializer of Ktor's knows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
struct Lines(Vec<Vec<String>>);

impl From<String> for Lines {
    fn from(text: String) -> Self {
        let line = |line: &str| line.split(',').map(str::to_owned).collect();
        Self(text.split(';').map(line).collect())
    }
}

impl From<Lines> for String {
    fn from(Lines(lines): Lines) -> Self {
        let lines: Vec<_> = lines.iter().map(|line| line.join(",")).collect();
        lines.join(";")
    }
}

/// KTOR-7442.
#[tokio::test]
async fn a_serializer_may_be_the_applications_own() {
    let house = House::new();
    let sessions = house.builder().cookie::<Lines>("lines", |c| {
        c.ktor(Ktor::V3)
            .schema(Schema::new(AsItIs))
            .forgeable_by_clients()
    });
    let set = async |lines: Session<Lines>| {
        lines.set("a;b,c,d".to_owned().into()).unwrap();
    };
    let see = async |lines: Session<Lines>| String::from(Lines::clone(&lines.get().unwrap()));
    let app = Router::new()
        .route("/set", get(set))
        .route("/see", get(see));
    let app = app.layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    let set = browser.get("/set").await.set_cookies().concat();
    assert!(set.starts_with("lines=a%3Bb%2Cc%2Cd; "), "{set}");
    assert_eq!(browser.get("/see").await.body, "a;b,c,d");
}
