//! MessageAuthentication.

use cloakroom_core::{Freshness, ThreadEntropy};
use cloakroom_ktor::{MessageAuthentication, SigningKey};

use crate::recording::{VERSIONS, entries};
use crate::steps::{Compared, read, text, write};

#[test]
fn signed_contents_are_written_and_read_as_by_every_ktor() {
    for version in VERSIONS {
        let mut compared = Compared::default();
        for entry in entries(version, "mac") {
            let key = SigningKey::from_hex(text(&entry, "key")).unwrap();
            let key = key.with_algorithm(text(&entry, "algorithm").parse().unwrap());
            let signed = MessageAuthentication::new(&key);
            let (input, output) = (text(&entry, "input"), text(&entry, "output"));
            let written = |content: &str, _: &str| vec![write(&[&signed], &ThreadEntropy, content)];
            assert_eq!(written(input, ""), [output]);
            assert_eq!(
                read(&[&signed], output),
                Some((input.to_owned(), Freshness::Current))
            );
            compared.readings(&entry, "reads", &signed, written);
        }
        compared.print(&format!("{version} mac"));
        // Ktor compares the digits as text: it reads no spelling but its own.
        assert_eq!(compared.stricter, []);
    }
}
