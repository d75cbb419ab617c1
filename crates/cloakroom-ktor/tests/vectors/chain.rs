//! Encrypt, and MessageAuthentication over what it made.

use cloakroom_core::{Freshness, Transformer};
use cloakroom_ktor::{Encrypt, EncryptionKey, MessageAuthentication, SigningKey};
use serde_json::Value;

use crate::recording::{VERSIONS, entries};
use crate::steps::{Iv, read, text, write};

#[test]
fn chains_are_written_and_read_as_by_every_ktor() {
    for version in VERSIONS {
        for entry in entries(version, "chain") {
            let encryption = EncryptionKey::from_hex(text(&entry, "encrypt_key")).unwrap();
            let signing = SigningKey::from_hex(text(&entry, "sign_key")).unwrap();
            let encrypt = match version {
                "3.5.2" => Encrypt::ktor3(&encryption, &signing),
                _ => Encrypt::ktor1_2(&encryption, &signing),
            };
            let key = SigningKey::from_hex(text(&entry, "mac_key")).unwrap();
            let signed = MessageAuthentication::new(&key);

            let (input, output) = (text(&entry, "input"), text(&entry, "output"));
            let iv = Iv::of(text(&entry, "iv"));
            let order = entry.get("order").and_then(Value::as_array).unwrap();
            let steps: Vec<&dyn Transformer> = order
                .iter()
                .map(|step| match step.as_str() {
                    Some("encrypt") => &encrypt as &dyn Transformer,
                    Some("mac") => &signed,
                    other => panic!("an unknown step: {other:?}"),
                })
                .collect();
            assert_eq!(write(&steps, &iv, input), output);
            let back = entry.get("back").and_then(Value::as_str).unwrap();
            let expected = Some((back.to_owned(), Freshness::Current));
            assert_eq!(read(&steps, output), expected);
            // The order is part of the chain.
            let reversed: Vec<_> = steps.into_iter().rev().collect();
            assert_eq!(read(&reversed, output), None);
        }
    }
}
