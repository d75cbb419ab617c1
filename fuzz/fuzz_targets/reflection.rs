//! A text of Ktor's reflection: what is read and can be
//! written is read again as the same value.

#![no_main]

use std::collections::BTreeMap;

use cloakroom_core::Codec;
use cloakroom_ktor::{BigDecimal, Reflection, Uuid};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Named { name: String },
    Boxed { shape: Box<Self> },
    Constant,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Session {
    i: i32,
    l: Vec<Vec<i64>>,
    m: BTreeMap<String, Option<char>>,
    d: Option<BigDecimal>,
    u: Option<Uuid>,
    #[serde(with = "cloakroom_ktor::optional")]
    o: Option<Vec<String>>,
    s: Option<Shape>,
    n: Option<Box<Self>>,
}

fuzz_target!(|text: &[u8]| {
    let codec = Reflection::new();
    if let Ok(session) = codec.decode::<Session>(text) {
        let mut written = Vec::new();
        if codec.encode(&session, &mut written).is_ok() {
            assert_eq!(codec.decode::<Session>(&written).unwrap(), session);
        }
    }
});
