//! `hex()`, by which Ktor's documentation gives keys.

use cloakroom_core::{Transformer as _, Warning};
use cloakroom_ktor::{KeyError, MessageAuthentication, NotHex, SigningKey, hex};
use serde_json::Value;

use crate::recording::{VERSIONS, entries};
use crate::steps::text;

#[test]
fn texts_of_keys_are_read_as_by_every_ktor() {
    for version in VERSIONS {
        for entry in entries(version, "hex") {
            let digits = text(&entry, "text");
            let Some(expected) = entry.get("bytes").and_then(Value::as_str) else {
                assert_eq!(hex(digits), Err(NotHex), "{digits:?}");
                assert_eq!(SigningKey::from_hex(digits).unwrap_err(), KeyError::NotHex);
                continue;
            };
            let bytes = hex(digits).unwrap();
            let printed: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(printed, expected, "{digits:?}");
            if bytes.is_empty() {
                assert_eq!(SigningKey::from_hex(digits).unwrap_err(), KeyError::Empty);
                continue;
            }
            let key = SigningKey::from_hex(digits).unwrap();
            let odd = (digits.len() % 2 == 1).then_some(Warning::OddHexKey);
            assert_eq!(
                MessageAuthentication::new(&key).warning(),
                odd,
                "{digits:?}"
            );
        }
    }
}
