//! What a storage tells of changes, and who makes them.

use std::time::Duration;

use cloakroom_sql::NotifyingPostgresStorage;
use cloakroom_storage::{
    Change, CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageKey,
    TouchOutcome, UpdateOutcome, Watch,
};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::NOW;

/// How long it is waited for a change: the machine may have much else to do.
const PATIENCE: Duration = Duration::from_secs(12);

/// What is told, in order.
pub(super) struct Told {
    changes: UnboundedReceiver<Change>,
    watching: JoinHandle<()>,
}

impl Told {
    /// By this storage, from when it listens, which it says itself.
    pub(super) async fn by(storage: &NotifyingPostgresStorage) -> Self {
        let (sender, changes) = mpsc::unbounded_channel();
        let watching = storage.watch(move |change| {
            sender.send(change).ok();
        });
        let watching = tokio::spawn(watching);
        let mut told = Self { changes, watching };
        assert_eq!(told.next().await, Change::Anything);
        told
    }

    pub(super) async fn next(&mut self) -> Change {
        timeout(PATIENCE, self.changes.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// The next change must be one of this record.
    pub(super) async fn is_told_of(&mut self, number: u8) {
        assert_eq!(self.next().await, Change::Record(key(number)));
    }

    /// Waits until it is told that anything may have changed.
    pub(super) async fn is_told_of_anything(&mut self) {
        while self.next().await != Change::Anything {}
    }

    /// Nothing was told that has not been taken.
    pub(super) fn is_told_of_nothing_more(&mut self) {
        assert!(self.changes.is_empty(), "{:?}", self.changes.try_recv());
    }

    /// Ends it, as it ends where nobody waits for it any more.
    pub(super) async fn stop(self) {
        self.watching.abort();
        assert!(self.watching.await.unwrap_err().is_cancelled());
    }
}

pub(super) const fn key(number: u8) -> StorageKey {
    StorageKey::hash([number; 32])
}

pub(super) fn scope() -> Scope {
    Scope::new("shop/login")
}

pub(super) fn record() -> Record {
    let mut record = Record::new(scope(), ProofHash::new([1; 32]), NOW, vec![1]);
    record.subject = Some("ada".into());
    record.idle_deadline = Some(NOW.saturating_add(Duration::from_secs(60)));
    record
}

pub(super) async fn keep(storage: &impl Storage, key: &StorageKey) {
    let made = storage.create(key, &record(), None, NOW).await.unwrap();
    assert!(matches!(made, CreateOutcome::Created(_)), "{made:?}");
}

pub(super) async fn replace(storage: &impl Storage, key: &StorageKey) {
    let version = storage.read(key, NOW).await.unwrap().unwrap().version;
    let outcome = storage.update(key, version, &record(), NOW).await.unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
}

pub(super) async fn touch(storage: &impl Storage, key: &StorageKey) {
    let deadline = NOW.saturating_add(Duration::from_secs(90));
    let touched = storage.touch(key, deadline, NOW).await.unwrap();
    assert_eq!(touched, TouchOutcome::Touched);
}

pub(super) async fn remove(storage: &impl Storage, key: &StorageKey) {
    let removed = storage.remove(key).await.unwrap();
    assert_eq!(removed, RemoveOutcome::Removed);
}
