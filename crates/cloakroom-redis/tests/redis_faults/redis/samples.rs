//! Storages and records.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloakroom_redis::{RedisStorage, RedisStorageBuilder};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageKey, Stored, Subject,
    SubjectLimit, Timestamp, TouchOutcome, UpdateOutcome,
};

/// The beginning of the year 2100.
pub(super) const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// A prefix that no other storage of this program has.
pub(super) fn prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("faults{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Connects; a busy machine may need more than one short timeout for it.
pub(super) async fn connect(builder: RedisStorageBuilder) -> RedisStorage {
    for _ in 0..10 {
        if let Ok(storage) = builder.clone().connect().await {
            return storage;
        }
    }
    builder.connect().await.expect("the server answers")
}

pub(super) fn key(number: u64) -> StorageKey {
    let mut hash = [7; 32];
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash[..8].copy_from_slice(&spread.to_be_bytes());
    hash[8..16].copy_from_slice(&number.to_be_bytes());
    StorageKey::hash(hash)
}

pub(super) fn scope() -> Scope {
    Scope::new("faults/login")
}

pub(super) fn subject(name: &str) -> Subject {
    Subject::new(scope(), name)
}

pub(super) fn record(content: &[u8]) -> Record {
    Record::new(scope(), ProofHash::new([1; 32]), NOW, content)
}

pub(super) fn signed_in(name: &str, content: &[u8]) -> Record {
    let mut record = record(content);
    record.subject = Some(name.into());
    record
}

/// So long after [`NOW`].
pub(super) fn after(span: Duration) -> Timestamp {
    NOW.saturating_add(span)
}

pub(super) async fn create(
    storage: &RedisStorage,
    number: u64,
    record: &Record,
    limit: Option<SubjectLimit>,
) -> CreateOutcome {
    let outcome = storage.create(&key(number), record, limit, NOW).await;
    outcome.expect("it answers")
}

/// Keeps a record, which must succeed.
pub(super) async fn keep(storage: &RedisStorage, number: u64, record: &Record) {
    let outcome = create(storage, number, record, None).await;
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
}

pub(super) async fn found(storage: &RedisStorage, number: u64) -> Option<Stored> {
    let stored = storage.read(&key(number), NOW).await;
    stored.expect("it answers")
}

/// Replaces the record that lies there.
pub(super) async fn replace(storage: &RedisStorage, number: u64, record: &Record) {
    let version = found(storage, number).await.expect("it is there").version;
    let outcome = storage.update(&key(number), version, record, NOW).await;
    let outcome = outcome.expect("it answers");
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
}

pub(super) async fn touch(storage: &RedisStorage, number: u64, deadline: Timestamp) {
    let outcome = storage.touch(&key(number), deadline, NOW).await;
    assert_eq!(outcome.expect("it answers"), TouchOutcome::Touched);
}

pub(super) async fn remove(storage: &RedisStorage, number: u64) -> RemoveOutcome {
    storage.remove(&key(number)).await.expect("it answers")
}

/// The keys of the sessions of a subject.
pub(super) async fn listed(storage: &RedisStorage, name: &str) -> Vec<StorageKey> {
    let listed = storage.list(&subject(name), NOW).await;
    let listed = listed.expect("it answers").into_iter();
    listed.map(|listed| listed.key).collect()
}

pub(super) async fn remove_all(storage: &RedisStorage, name: &str) -> u64 {
    let removed = storage.remove_all(&subject(name), None, NOW).await;
    removed.expect("it answers")
}
