//! Digest, which only Ktor 1 has.

use cloakroom_core::{Freshness, ThreadEntropy};
use cloakroom_ktor::Digest;

use crate::recording::entries;
use crate::steps::{Compared, read, text, write};

#[test]
fn digests_are_written_and_read_as_by_ktor_1() {
    let mut compared = Compared::default();
    for entry in entries("1.6.8", "digest") {
        let digest = Digest::new(
            text(&entry, "salt"),
            text(&entry, "algorithm").parse().unwrap(),
        );
        let (input, output) = (text(&entry, "input"), text(&entry, "output"));
        let written = |content: &str, _: &str| vec![write(&[&digest], &ThreadEntropy, content)];
        assert_eq!(written(input, ""), [output]);
        assert_eq!(
            read(&[&digest], output),
            Some((input.to_owned(), Freshness::Current))
        );
        compared.readings(&entry, "reads", &digest, written);
    }
    compared.print("1.6.8 digest");
    // The hash in upper case, or with an extra digit behind it.
    assert!(!compared.stricter.is_empty());
    for (token, content) in compared.stricter {
        let hash = token.strip_prefix(&format!("{content}/")).unwrap();
        let is_extra = hash.len() % 2 == 1;
        assert!(
            is_extra || hash.contains(|c: char| c.is_ascii_uppercase()),
            "{token:?}"
        );
    }
}
