#![no_main]

use cloakroom_core::Codec;
use cloakroom_fuzz::codec::{Common, Sealed, writes_what_it_reads};
use cloakroom_ktor::KtorJson;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

fuzz_target!(|text: &[u8]| {
    writes_what_it_reads::<Common>(&KtorJson, text);
    writes_what_it_reads::<Sealed>(&KtorJson, text);
    // What is taken for JSON is JSON to another parser.
    if KtorJson.decode::<IgnoredAny>(text).is_ok() {
        assert!(serde_json::from_slice::<IgnoredAny>(text).is_ok());
    }
});
