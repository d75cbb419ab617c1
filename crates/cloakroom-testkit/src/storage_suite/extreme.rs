//! Contents of a mebibyte, and every byte value in keys and names.

use cloakroom_storage::{Storage, StorageKey, Subject, UpdateOutcome, Version};

use super::samples::{NOW, key, record, scope, signed_in, subject, with_content};
use super::trial::Trial;

/// Content of 1 MiB is created, replaced, answered on a conflict and read, byte for byte.
pub async fn content_of_1_mib_comes_back<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    // No short period: a part that is lost or swapped shows.
    let content: Vec<u8> = (0..1024 * 1024_u32)
        .map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let kept = with_content(record(), &content);
    let version = storage.keep(&key(1), &kept).await;
    let stored = storage.found(&key(1)).await.record.content;
    assert!(*stored == *content, "as created: {} bytes", stored.len());
    let reversed: Vec<u8> = content.iter().rev().copied().collect();
    let next = with_content(record(), &reversed);
    storage.replace(&key(1), version, &next).await;
    let stored = storage.found(&key(1)).await;
    assert!(*stored.record.content == *reversed, "as updated");
    let wrong = Version::new(version.get().wrapping_add(1 << 40));
    let outcome = storage.update(&key(1), wrong, &kept, NOW).await;
    assert!(outcome == UpdateOutcome::Conflict(Box::new(stored)));
}

/// Keys that are hashes differ by every byte value, at the first place and at the last.
pub async fn hashes_of_every_byte_value_are_different_keys<S: Storage>(make: impl AsyncFn() -> S) {
    let mut keys = Vec::new();
    for byte in 0..=u8::MAX {
        let (mut first, mut last) = ([7; 32], [9; 32]);
        first[0] = byte;
        last[31] = byte;
        keys.extend([first, last].map(StorageKey::hash));
    }
    keys.push(StorageKey::hash([0; 32]));
    assert_all_differ(make, keys).await;
}

/// Keys that are texts differ by every character of one byte and by those of two.
pub async fn texts_of_every_byte_value_are_different_keys<S: Storage>(make: impl AsyncFn() -> S) {
    let characters = (0..0x800_u32).filter(|code| *code < 0x100 || code % 0x40 == 0x3F);
    let texts = characters
        .filter_map(char::from_u32)
        .map(|character| format!("a{character}b"))
        .chain(["a".to_owned()]);
    #[expect(clippy::unwrap_used, reason = "the texts here are short enough")]
    let keys = texts.map(|text| StorageKey::text(&text).unwrap()).collect();
    assert_all_differ(make, keys).await;
}

/// Names of subjects differ by every character of ASCII, NUL too, and by others.
pub async fn subjects_differ_by_every_character<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let ascii = (0..0x80_u8).map(|byte| format!("a{}b", char::from(byte)));
    let others = [
        "a",
        "ab",
        "a\u{e4}b",
        "aa\u{308}b",
        "a\u{1f9e5}b",
        "ab ",
        " ab",
        "a{b}c",
    ];
    let mut names: Vec<String> = ascii.collect();
    names.extend(others.map(str::to_owned));
    names.push("x".repeat(200));
    names.push(format!("{}y", "x".repeat(200)));
    storage
        .each(names.clone(), |storage, number, name| async move {
            storage.keep(&key(number), &signed_in(&name)).await;
        })
        .await;
    storage
        .each(names, |storage, number, name| async move {
            let keys = storage.keys(&subject(&name)).await;
            assert_eq!(keys, [key(number)], "{name:?}");
        })
        .await;
}

/// No character joins a scope and a name so that they are another scope's and another name's.
pub async fn scope_and_name_are_not_joined<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut pairs = Vec::new();
    for joint in ["/", ":", "|", ",", " ", "-", "_", ".", "\n", "}{", "\u{1f}"] {
        pairs.push((format!("a{joint}b"), "c".to_owned()));
        pairs.push(("a".to_owned(), format!("b{joint}c")));
    }
    let of = |(scope, name): &(String, String)| {
        Subject::new(cloakroom_storage::Scope::new(scope.as_str()), name.as_str())
    };
    for (number, pair) in pairs.iter().enumerate() {
        let mut kept = record();
        kept.scope = of(pair).scope().clone();
        kept.subject = Some(pair.1.as_str().into());
        storage.keep(&key(number), &kept).await;
    }
    for (number, pair) in pairs.iter().enumerate() {
        assert_eq!(storage.keys(&of(pair)).await, [key(number)], "{pair:?}");
    }
    assert_eq!(storage.keys(&Subject::new(scope(), "c")).await, []);
}

/// Each of these keys keeps its own record, and loses no other one when it is removed.
async fn assert_all_differ<S: Storage>(make: impl AsyncFn() -> S, keys: Vec<StorageKey>) {
    let storage = Trial::of(make).await;
    storage
        .each(keys.clone(), |storage, number, key| async move {
            let kept = with_content(record(), &number.to_le_bytes());
            storage.keep(&key, &kept).await;
        })
        .await;
    storage
        .each(keys, |storage, number, key| async move {
            let stored = storage.found(&key).await;
            assert_eq!(*stored.record.content, number.to_le_bytes(), "{number}");
            storage.end(&key).await;
        })
        .await;
}
