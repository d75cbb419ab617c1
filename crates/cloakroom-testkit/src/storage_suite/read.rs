//! What `read` gives, under which keys, and until when.

use cloakroom_storage::{
    PreviousProof, ProofHash, Storage, StorageKey, Stored, SubjectNumber, Timestamp,
};

use super::samples::{NOW, earlier, idle, key, later, record, signed_in, with_content};
use super::trial::Trial;

/// A storage keeps all fields of a record and gives them back unchanged.
pub async fn read_gives_back_every_field<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut full = signed_in("ada@example.org ä \u{1f9e5}");
    let mut previous = PreviousProof::new(ProofHash::new([2; 32]), earlier(3));
    previous.until = Some(later(30_001));
    full.previous = Some(previous);
    full.subject_number = Some(SubjectNumber::new(u64::MAX >> 1));
    full.created = earlier(12_345);
    full.absolute_deadline = Some(later(604_800_001));
    full.idle_deadline = Some(later(1_799_999));
    let mut open_ended = record();
    open_ended.previous = Some(PreviousProof::new(ProofHash::new([3; 32]), NOW));
    for (number, record) in [full, open_ended, record()].into_iter().enumerate() {
        let version = storage.keep(&key(number), &record).await;
        let stored = storage.found(&key(number)).await;
        assert!(stored == Stored::new(record.clone(), version), "{record:?}");
    }
}

/// A record that is not there is none, and no error.
pub async fn read_of_an_unknown_key_is_none<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &record()).await;
    assert_eq!(storage.read(&key(2), NOW).await, None);
}

/// A deadline is the first instant at which a record is not alive, to the millisecond.
pub async fn a_record_ends_at_its_deadline_to_the_millisecond<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for (number, (absolute, idle)) in [(1_001, 2_000), (2_000, 1_001), (1_001, 1_001)]
        .into_iter()
        .enumerate()
    {
        let mut record = record();
        record.absolute_deadline = Some(later(absolute));
        record.idle_deadline = Some(later(idle));
        storage.keep(&key(number), &record).await;
        let last = storage.read(&key(number), later(1_000)).await;
        assert!(last.is_some(), "{record:?} has a millisecond left");
        let over = storage.read(&key(number), later(1_001)).await;
        assert!(over.is_none(), "{record:?} is over");
    }
}

/// A record without deadlines never ends.
pub async fn a_record_without_deadlines_never_ends<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &record()).await;
    let stored = storage.read(&key(1), Timestamp::MAX).await;
    assert!(stored.is_some());
}

/// What is alive is judged by the `now` of the call alone: to ask with a later one ends nothing.
pub async fn a_read_with_a_later_now_ends_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &idle(1_000)).await;
    assert_eq!(storage.read(&key(1), later(1_000)).await, None);
    let stored = storage.read(&key(1), later(999)).await;
    assert_eq!(stored.map(|stored| stored.version), Some(version));
}

/// Content is opaque: it may be empty, have every byte value, and 64 KiB.
pub async fn content_of_every_byte_and_64_kib_comes_back<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let large: Vec<u8> = every_byte.iter().copied().cycle().take(64 * 1024).collect();
    for (number, content) in [&[][..], &every_byte, &large].into_iter().enumerate() {
        let kept = with_content(record(), content);
        let version = storage.keep(&key(number), &kept).await;
        let created = storage.found(&key(number)).await;
        assert!(*created.record.content == *content, "as created");
        let reversed: Vec<u8> = content.iter().rev().copied().collect();
        let updated = with_content(record(), &reversed);
        storage.replace(&key(number), version, &updated).await;
        let stored = storage.found(&key(number)).await;
        assert!(*stored.record.content == *reversed, "as updated");
    }
}

/// A key that is a text is never equal to one that is a hash.
pub async fn a_text_and_a_hash_of_the_same_bytes_are_two_keys<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let (hash, text) = (StorageKey::hash([b'a'; 32]), text_key(&"a".repeat(32)));
    storage.keep(&hash, &with_content(record(), b"hash")).await;
    assert_eq!(storage.read(&text, NOW).await, None);
    storage.keep(&text, &with_content(record(), b"text")).await;
    assert_eq!(&*storage.found(&hash).await.record.content, b"hash");
    assert_eq!(&*storage.found(&text).await.record.content, b"text");
}

/// A key is a hash or a text of at most 256 bytes; two keys that differ are two keys.
pub async fn keys_differ_by_every_byte<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let long = "x".repeat(StorageKey::MAX_TEXT - 1);
    let texts = [
        "id",
        "ID",
        "id ",
        " id",
        "id%",
        "i_",
        "../id",
        "id/",
        "'id",
        "\u{e4}",
        "a\u{308}",
        &format!("{long}y"),
        &format!("{long}z"),
        &long,
    ];
    let mut last = [0; 32];
    last[31] = 1;
    let mut keys: Vec<_> = texts.iter().map(|text| text_key(text)).collect();
    keys.extend([StorageKey::hash([0; 32]), StorageKey::hash(last)]);
    for (number, key) in keys.iter().enumerate() {
        let kept = with_content(record(), &number.to_le_bytes());
        storage.keep(key, &kept).await;
    }
    for (number, key) in keys.iter().enumerate() {
        let stored = storage.found(key).await;
        assert_eq!(*stored.record.content, number.to_le_bytes(), "{number}");
    }
}

fn text_key(text: &str) -> StorageKey {
    #[expect(clippy::unwrap_used, reason = "the texts here are short enough")]
    StorageKey::text(text).unwrap()
}
