//! The serde helpers, at the places where they are and are not understood.

use cloakroom_core::{Codec, EncodeError, Json};
use cloakroom_ktor::{BackwardCompatible, BigDecimal, KtorJson, Reflection, Uuid};
use serde::{Deserialize, Serialize};

fn written(codec: &impl Codec, value: &impl Serialize) -> Result<String, EncodeError> {
    let mut out = Vec::new();
    codec.encode(value, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// The reason for which `codec` refuses `value`, whose field `field` it names.
fn refusal(codec: &impl Codec, value: &impl Serialize, field: &str) -> &'static str {
    let error = written(codec, value).unwrap_err();
    assert_eq!(error.fields().collect::<Vec<_>>().join("."), field);
    error.reason().unwrap()
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Of<T> {
    x: T,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Optional<T>
where
    T: serde::de::DeserializeOwned + Serialize,
{
    #[serde(with = "cloakroom_ktor::optional", bound = "")]
    x: Option<T>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
enum Role {
    Admin,
}

/// What Ktor 3.5.2 does not give back from an `Optional`, for want of its type.
#[test]
fn an_optional_holds_only_what_needs_no_type() {
    let reflection = Reflection::new();
    assert_eq!(
        written(&reflection, &Optional { x: Some(3) }).unwrap(),
        "x=%23op%23i3"
    );
    let list = Optional {
        x: Some(
            vec!["a", "b"]
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        ),
    };
    assert_eq!(
        written(&reflection, &list).unwrap(),
        "x=%23op%23cl%23sa%26%23sb"
    );
    for reason in [
        refusal(
            &reflection,
            &Optional {
                x: Some(Role::Admin),
            },
            "x",
        ),
        refusal(
            &reflection,
            &Optional {
                x: Some(vec![Role::Admin]),
            },
            "x",
        ),
        refusal(
            &reflection,
            &Optional {
                x: Some(Uuid::from_bytes([1; 16])),
            },
            "x",
        ),
    ] {
        assert!(reason.contains("String"), "{reason}");
    }
    refusal(
        &reflection,
        &Optional {
            x: Some(Of { x: 1 }),
        },
        "x",
    );
    refusal(&reflection, &Optional { x: Some(1.5f32) }, "x");
}

/// Rules: bad-input.
#[test]
fn an_optional_that_ktor_would_not_write_is_refused() {
    let reflection = Reflection::new();
    for text in ["x=%23op%23n", "x=%23op", "x=%23n", "x=%23sA"] {
        reflection
            .decode::<Optional<String>>(text.as_bytes())
            .unwrap_err();
    }
    reflection
        .decode::<Optional<Role>>(b"x=%23op%23sAdmin")
        .unwrap_err();
    reflection
        .decode::<Optional<Uuid>>(b"x=%23op%23s01010101-0101-0101-0101-010101010101")
        .unwrap_err();
}

#[test]
fn what_kotlinx_has_no_serializer_for_is_refused_by_its_codecs() {
    let decimal: BigDecimal = "1.5".parse().unwrap();
    let optional = Optional { x: Some(1) };
    for reason in [
        refusal(&KtorJson, &Of { x: decimal.clone() }, "x"),
        refusal(&BackwardCompatible, &Of { x: decimal.clone() }, "x"),
        refusal(&KtorJson, &optional, "x"),
        refusal(&BackwardCompatible, &optional, "x"),
    ] {
        assert!(reason.contains("kotlinx"), "{reason}");
    }
    KtorJson
        .decode::<Of<BigDecimal>>(br#"{"x":"1.5"}"#)
        .unwrap_err();
    BackwardCompatible
        .decode::<Of<BigDecimal>>(b"x=%23bd1.5")
        .unwrap_err();
    KtorJson.decode::<Optional<i32>>(br#"{"x":1}"#).unwrap_err();
    BackwardCompatible
        .decode::<Optional<i32>>(b"x=%23op%23i1")
        .unwrap_err();
}

#[test]
fn other_formats_look_through_the_helpers() {
    let id = Of {
        x: Uuid::from_bytes([0xab; 16]),
    };
    let text = "abababab-abab-abab-abab-abababababab";
    assert_eq!(
        written(&KtorJson, &id).unwrap(),
        format!(r#"{{"x":"{text}"}}"#)
    );
    assert_eq!(
        written(&BackwardCompatible, &id).unwrap(),
        format!("x=%23s{text}")
    );
    assert_eq!(written(&Json, &id).unwrap(), format!(r#"{{"x":"{text}"}}"#));
    let json = format!(r#"{{"x":"{text}"}}"#);
    assert_eq!(Json.decode::<Of<Uuid>>(json.as_bytes()).unwrap(), id);
    assert_eq!(KtorJson.decode::<Of<Uuid>>(json.as_bytes()).unwrap(), id);
    let decimal = Of {
        x: "1.50".parse::<BigDecimal>().unwrap(),
    };
    let json = written(&Json, &decimal).unwrap();
    assert_eq!(json, r#"{"x":"1.50"}"#);
    assert_eq!(
        Json.decode::<Of<BigDecimal>>(json.as_bytes()).unwrap(),
        decimal
    );
    let optional = written(&Json, &Optional { x: Some(1) }).unwrap();
    assert_eq!(
        Json.decode::<Optional<i32>>(optional.as_bytes()).unwrap(),
        Optional { x: Some(1) }
    );
}

#[test]
fn a_helper_on_a_value_that_java_cannot_spell_is_refused() {
    #[derive(Serialize)]
    struct Wrong {
        #[serde(with = "cloakroom_ktor::big_decimal")]
        price: f64,
    }

    refusal(&Reflection::new(), &Wrong { price: f64::NAN }, "price");
    assert_eq!(
        written(&Reflection::new(), &Wrong { price: 2e-9 }).unwrap(),
        "price=%23bd2E-9"
    );
}

/// Ktor writes these as objects, and cannot read them.
#[test]
fn types_without_a_form_are_refused_with_the_field_and_what_helps() {
    for codec_reason in [
        refusal(&Reflection::new(), &Of { x: 1u8 }, "x"),
        refusal(&Reflection::new(), &Of { x: 1i16 }, "x"),
        refusal(&Reflection::new(), &Of { x: Of { x: 1u64 } }, "x.x"),
        refusal(&BackwardCompatible, &Of { x: 1i128 }, "x"),
    ] {
        assert!(codec_reason.contains("i32"), "{codec_reason}");
    }
    assert!(refusal(&Reflection::new(), &Of { x: (1, 2) }, "x").contains("struct"));
    assert!(refusal(&KtorJson, &Of { x: [1, 2] }, "x").contains("Vec"));
    refusal(&Reflection::new(), &Of { x: () }, "x");
    assert!(refusal(&Reflection::new(), &Of { x: Some(1f32) }, "x").contains("f64"));
    assert!(refusal(&Reflection::new(), &Of { x: vec![1f32] }, "x").contains("f64"));
    assert!(refusal(&KtorJson, &Of { x: '🎉' }, "x").contains("String"));
    assert!(refusal(&Reflection::new(), &Of { x: '🎉' }, "x").contains("String"));
    assert!(
        refusal(
            &Reflection::new(),
            &Of {
                x: vec![Of { x: 1 }]
            },
            "x"
        )
        .contains("class")
    );
    let whole = written(&Reflection::new(), &vec![1]).unwrap_err();
    assert_eq!(whole.fields().count(), 0);
    written(&BackwardCompatible, &"text").unwrap_err();
}

/// Ktor reads a double and rounds it. Of all floats this is the one that it takes for another.
#[test]
fn the_float_that_ktor_reads_as_another_one_is_refused() {
    for odd in [7.038_531e-26_f32, -7.038_531e-26] {
        let x = Of { x: odd };
        assert!(refusal(&Reflection::new(), &x, "x").contains("f64"));
        let text = written(&BackwardCompatible, &x).unwrap();
        assert_eq!(
            BackwardCompatible
                .decode::<Of<f32>>(text.as_bytes())
                .unwrap(),
            x
        );
    }
}

#[test]
fn a_field_that_is_left_out_is_refused_where_ktor_writes_it() {
    #[derive(Serialize)]
    struct Sparse {
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<String>,
    }

    let sparse = Sparse { c: None };
    assert!(refusal(&Reflection::new(), &sparse, "c").contains("skip_serializing"));
    refusal(&BackwardCompatible, &sparse, "c");
    assert_eq!(written(&KtorJson, &sparse).unwrap(), "{}");
}

#[test]
fn a_number_that_became_longer_is_read() {
    assert_eq!(
        Reflection::new().decode::<Of<i64>>(b"x=%23i5").unwrap(),
        Of { x: 5 }
    );
    Reflection::new().decode::<Of<i32>>(b"x=%23l5").unwrap_err();
    Reflection::new()
        .decode::<Of<Option<i64>>>(b"x=%23i5")
        .unwrap_err();
    Reflection::new()
        .decode::<Of<Vec<i64>>>(b"x=%23cl%23i5")
        .unwrap_err();
}

#[test]
fn sets_are_read_as_lists_and_lists_as_sets() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Set {
        #[serde(with = "cloakroom_ktor::set")]
        x: std::collections::BTreeSet<i32>,
    }

    for text in [&b"x=%23cl%23i1%26%23i2"[..], b"x=%23cs%23i1%26%23i2"] {
        let set: Set = Reflection::new().decode(text).unwrap();
        assert!(set.x.iter().eq(&[1, 2]));
        assert_eq!(
            Reflection::new().decode::<Of<Vec<i32>>>(text).unwrap().x,
            [1, 2]
        );
    }
}
