//! `decode_cookie`: a Cookie header, an encoding, and the value or the error.
//!
//! What Ktor refuses we refuse. What Ktor reads we read, or refuse if Ktor itself would have written
//! that text in another way.

use cloakroom_core::Refusal;
use cloakroom_ktor::KtorCookie;

use crate::cookies::{encoding, ktor, last_token, last_value, text};
use crate::recording::{VERSIONS, entries};

#[test]
fn a_cookie_is_read_or_refused_as_recorded() {
    for version in VERSIONS {
        let (mut same, mut refused, mut stricter) = (0, 0, 0);
        for entry in entries(version, "decode_cookie") {
            let encoding = encoding(text(&entry["encoding"]));
            let line = text(&entry["header"]);
            let cookie = KtorCookie::new(ktor(version)).encoding(encoding);
            let cookie = cookie.transport("S").unwrap();
            let read = last_token(&cookie, [line]).unwrap();

            if entry["error"].is_string() {
                assert_eq!(read, Err(Refusal::Malformed), "{version} {entry}");
                refused += 1;
                continue;
            }
            let expected = text(&entry["value"]);
            if read == Ok(expected.as_bytes().to_vec()) {
                same += 1;
                continue;
            }
            assert_eq!(read, Err(Refusal::Malformed), "{version} {entry}");
            let written = encoding.encode(expected, ktor(version)).unwrap();
            let value = last_value(&cookie, [line]).unwrap();
            assert_ne!(written.as_bytes(), value, "{version} {entry}");
            stricter += 1;
        }
        println!("{version} decode_cookie: {same} read, {refused} refused, {stricter} by us alone");
        assert!(same > 0 && refused > 0, "{version}");
    }
}
