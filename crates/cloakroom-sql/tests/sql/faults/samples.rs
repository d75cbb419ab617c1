//! Records, and calls that must succeed.

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, Subject, Version,
};

use crate::NOW;

pub(super) fn key(number: u8) -> StorageKey {
    StorageKey::hash([number; 32])
}

pub(super) fn ada() -> Subject {
    Subject::new(Scope::new("shop/login"), "ada")
}

/// A session of Ada's that tells this number in each of its bytes, more of them than a page holds.
pub(super) fn record(number: u8) -> Record {
    let (scope, proof) = (ada().scope().clone(), ProofHash::new([1; 32]));
    let mut record = Record::new(scope, proof, NOW, content(number));
    record.subject = Some(ada().shared_name());
    record
}

pub(super) fn content(number: u8) -> Vec<u8> {
    vec![number; 3_000]
}

pub(super) async fn keep(storage: &impl Storage, number: u8) -> Version {
    let (key, record) = (key(number), record(number));
    let created = storage.create(&key, &record, None, NOW).await;
    match created.unwrap() {
        CreateOutcome::Created(version) => version,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn listed(storage: &impl Storage) -> Vec<StorageKey> {
    let listed = storage.list(&ada(), NOW).await.unwrap();
    listed.into_iter().map(|session| session.key).collect()
}
