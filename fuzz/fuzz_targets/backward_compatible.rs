//! A text of Ktor's backward compatible format: what is read and can be written is read again as
//! the same value.

#![no_main]

use std::collections::BTreeMap;

use cloakroom_core::Codec;
use cloakroom_ktor::BackwardCompatible;
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Session {
    i: i32,
    l: Vec<String>,
    c: Vec<char>,
    m: BTreeMap<String, String>,
    #[serde(default)]
    n: Option<Box<Self>>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Sealed {
    Known { session: Session },
    Guest {},
}

fn one<T: PartialEq + std::fmt::Debug + Serialize + serde::de::DeserializeOwned>(text: &[u8]) {
    if let Ok(session) = BackwardCompatible.decode::<T>(text) {
        let mut written = Vec::new();
        if BackwardCompatible.encode(&session, &mut written).is_ok() {
            assert_eq!(BackwardCompatible.decode::<T>(&written).unwrap(), session);
        }
    }
}

fuzz_target!(|text: &[u8]| {
    one::<Session>(text);
    one::<Sealed>(text);
});
