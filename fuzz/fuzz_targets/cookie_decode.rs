//! A cookie's value in every encoding: read or refused, and what is read can be written and read.

#![no_main]

use cloakroom_ktor::{CookieEncoding, Ktor};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    for encoding in [
        CookieEncoding::Raw,
        CookieEncoding::DQuotes,
        CookieEncoding::Uri,
        CookieEncoding::Base64,
    ] {
        let Ok(text) = encoding.decode(value) else {
            continue;
        };
        let text = String::from_utf8(text).expect("what is read is text");
        for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
            if let Ok(written) = encoding.encode(&text, ktor) {
                assert!(!written.contains([';', '\r', '\n', '\0']));
                assert_eq!(
                    encoding.decode(written.as_bytes()),
                    Ok(text.clone().into_bytes())
                );
            }
        }
    }
});
