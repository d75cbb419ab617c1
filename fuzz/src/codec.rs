//! Properties of the codecs that read and write Ktor's texts.

use std::collections::BTreeMap;
use std::fmt::Debug;

use cloakroom_core::Codec;
use cloakroom_ktor::{BigDecimal, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What every text has a form for, and nests without end.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Common {
    i: i32,
    d: f64,
    f: f32,
    b: bool,
    c: Vec<char>,
    l: Vec<String>,
    m: BTreeMap<String, i64>,
    s: Option<Sealed>,
    #[serde(default)]
    n: Option<Box<Self>>,
}

/// A sealed class, and constants.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub enum Sealed {
    Named { name: String },
    Boxed { boxed: Box<Self> },
    Empty {},
    Constant,
}

/// What reflection alone has a form for.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub struct Rich {
    l: Vec<Vec<i64>>,
    m: BTreeMap<char, Option<BigDecimal>>,
    u: Option<Uuid>,
    #[serde(with = "cloakroom_ktor::optional")]
    o: Option<Vec<String>>,
    s: Sealed,
}

/// What is read, and can be written, is read again as the same value.
pub fn writes_what_it_reads<T>(codec: &impl Codec, text: &[u8])
where
    T: Debug + DeserializeOwned + PartialEq + Serialize,
{
    let Ok(session) = codec.decode::<T>(text) else {
        return;
    };
    let mut written = Vec::new();
    if codec.encode(&session, &mut written).is_err() {
        assert!(written.is_empty());
        return;
    }
    // Debug prints NaN as itself.
    let back: T = codec.decode(&written).expect("what was written is read");
    assert_eq!(format!("{back:?}"), format!("{session:?}"));
}
