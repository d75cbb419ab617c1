//! A line of a Cookie header: every version finds its cookies in it, and decodes or refuses them.

#![no_main]

use cloakroom_core::Transport as _;
use cloakroom_ktor::{Ktor, KtorCookie};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let cookie = KtorCookie::new(ktor)
            .transport("S")
            .expect("the name is good");
        let mut token = Vec::new();
        let mut octets = 0;
        cookie.tokens(line, &mut |value| {
            octets += value.len();
            let before = token.len();
            if cookie.decode(value, &mut token).is_err() {
                assert_eq!(token.len(), before);
            }
        });
        assert!(octets <= line.len() && token.len() <= octets);
        assert!(std::str::from_utf8(&token).is_ok());
    }
});
