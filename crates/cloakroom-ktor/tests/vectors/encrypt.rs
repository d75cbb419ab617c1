//! Encrypt, in the format of each version.

use cloakroom_core::{Freshness, Transformer};
use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
use serde_json::Value;

use crate::recording::entries;
use crate::steps::{Compared, Iv, read, text, write};

/// The keys of an entry.
fn keys(entry: &Value) -> (EncryptionKey, SigningKey) {
    let encryption = EncryptionKey::from_hex(text(entry, "encrypt_key")).unwrap();
    let signing = SigningKey::from_hex(text(entry, "sign_key")).unwrap();
    (
        encryption,
        signing.with_algorithm(text(entry, "sign_algorithm").parse().unwrap()),
    )
}

/// What each step writes for a content, with the iv that a token has.
fn written(steps: &[&Encrypt], content: &str, token: &str) -> Vec<String> {
    let digits = token.get(..32).unwrap_or_default();
    if digits.bytes().filter(u8::is_ascii_hexdigit).count() != 32 {
        return Vec::new();
    }
    let iv = Iv::of(digits);
    steps
        .iter()
        .map(|step| write(&[*step], &iv, content))
        .collect()
}

/// Compares writing, reading and all recorded readings in `field`; `others` are formats that the
/// step reads besides its own.
fn compare(
    compared: &mut Compared,
    entry: &Value,
    field: &str,
    step: &Encrypt,
    others: &[&Encrypt],
) {
    let (input, output) = (text(entry, "input"), text(entry, "output"));
    assert_eq!(write(&[step], &Iv::of(text(entry, "iv")), input), output);
    assert_eq!(
        read(&[step], output),
        Some((input.to_owned(), Freshness::Current))
    );

    let steps: Vec<_> = [step].into_iter().chain(others.iter().copied()).collect();
    compared.readings(entry, field, step, |content, token| {
        written(&steps, content, token)
    });
}

#[test]
fn encrypted_contents_are_written_and_read_as_by_ktor_1_and_2() {
    for version in ["1.6.8", "2.3.13"] {
        let mut sum = Compared::default();
        for entry in entries(version, "encrypt") {
            let (encryption, signing) = keys(&entry);
            let old = Encrypt::ktor1_2(&encryption, &signing);
            compare(&mut sum, &entry, "reads", &old, &[]);
            // What Ktor 2 made of tokens of 3.
            if entry.get("reads_of_3").is_some() {
                compare(&mut sum, &entry, "reads_of_3", &old, &[]);
            }

            let (output, input) = (text(&entry, "output"), text(&entry, "input"));
            let new = Encrypt::ktor3(&encryption, &signing);
            assert_eq!(read(&[&new], output), None);
            let both = new.backward_compatible_read();
            assert_eq!(
                read(&[&both], output),
                Some((input.to_owned(), Freshness::Outdated))
            );
        }
        sum.print(&format!("{version} encrypt"));
        assert_eq!(sum.stricter, []);
    }
}

#[test]
fn encrypted_contents_are_written_and_read_as_by_ktor_3() {
    let (mut strict, mut both) = (Compared::default(), Compared::default());
    for entry in entries("3.5.2", "encrypt") {
        let (encryption, signing) = keys(&entry);
        let new = Encrypt::ktor3(&encryption, &signing);
        let old = Encrypt::ktor1_2(&encryption, &signing);
        compare(&mut strict, &entry, "reads", &new, &[]);

        let (input, old_output) = (text(&entry, "input"), text(&entry, "old_output"));
        assert_eq!(
            write(&[&old], &Iv::of(text(&entry, "iv")), input),
            old_output
        );
        assert_eq!(read(&[&new], old_output), None);
        assert_eq!(read(&[&old], text(&entry, "output")), None);

        let reading_both = new.backward_compatible_read();
        compare(
            &mut both,
            &entry,
            "reads_backward_compatible",
            &reading_both,
            &[&old],
        );
        let outdated = Some((input.to_owned(), Freshness::Outdated));
        assert_eq!(read(&[&reading_both], old_output), outdated);
    }
    strict.print("3.5.2 encrypt");
    both.print("3.5.2 encrypt, backward compatible");
    // A changed iv that makes the first block no UTF-8: Ktor puts replacement characters there.
    for (token, content) in strict.stricter.iter().chain(&both.stricter) {
        assert!(content.contains('\u{fffd}'), "{token:?}");
    }
}

#[test]
fn with_a_derived_iv_nothing_that_ktor_3_wrote_is_read_and_ktor_3_reads_all() {
    let mut count = 0;
    for entry in entries("3.5.2", "encrypt") {
        let (encryption, signing) = keys(&entry);
        let ktor = Encrypt::ktor3(&encryption, &signing);
        let ours = Encrypt::ktor3(&encryption, &signing).derived_iv();
        for reading in entry.get("reads").and_then(Value::as_array).unwrap() {
            assert_eq!(read(&[&ours], text(reading, "input")), None);
            count += 1;
        }
        let input = text(&entry, "input");
        let token = write(
            &[&ours as &dyn Transformer],
            &Iv::of(text(&entry, "iv")),
            input,
        );
        let current = Some((input.to_owned(), Freshness::Current));
        assert_eq!(read(&[&ours], &token), current);
        assert_eq!(read(&[&ktor], &token), current);
    }
    println!("3.5.2 encrypt: {count} readings refused with a derived iv");
}
