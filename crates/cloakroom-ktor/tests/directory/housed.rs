//! A storage with the folder that it lives in, which goes with it.

use std::path::Path;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version,
};
use tempfile::TempDir;

/// The storage is dropped first.
pub(crate) struct Housed<S> {
    storage: S,
    _folder: TempDir,
}

impl<S> Housed<S> {
    /// What `open` makes of an empty folder.
    pub(crate) fn new(open: impl FnOnce(&Path) -> S) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            storage: open(folder.path()),
            _folder: folder,
        }
    }
}

impl<S: Storage> Storage for Housed<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.storage.read(key, now).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.storage.read_latest(key, now).await
    }

    fn keeps_copies(&self) -> bool {
        self.storage.keeps_copies()
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        self.storage.create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        self.storage.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.storage.touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.storage.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.storage.remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.storage.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.storage.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.storage.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.storage.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.storage.sweep(now, limit).await
    }
}
