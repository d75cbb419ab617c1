//! JSON as kotlinx has it: what is read is written, and read again as the same value; and what
//! is read is JSON to another parser.

#![no_main]

use std::collections::BTreeMap;

use cloakroom_core::Codec;
use cloakroom_ktor::KtorJson;
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Named { name: String, c: char },
    Boxed { shape: Box<Self> },
    Many { shapes: Vec<Self> },
    Constant,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Session {
    i: i32,
    d: f64,
    f: f32,
    b: bool,
    m: BTreeMap<i64, Option<String>>,
    s: Option<Shape>,
    #[serde(default)]
    n: Option<Box<Self>>,
}

fuzz_target!(|text: &[u8]| {
    if let Ok(session) = KtorJson.decode::<Session>(text) {
        assert!(serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok());
        let mut written = Vec::new();
        KtorJson.encode(&session, &mut written).unwrap();
        assert_eq!(KtorJson.decode::<Session>(&written).unwrap(), session);
    }
});
