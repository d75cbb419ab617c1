//! The cache passes the suite, over a storage and over one that tells of changes, and with copies of
//! all that is there: every call is made after reads that leave some.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use std::time::Duration;

use cloakroom_cache::Cached;
use cloakroom_core::MemoryStorage;
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version,
};
use cloakroom_testkit::TellingStorage;

/// Of the clocks nothing is to be seen: a copy that is served late would be served here.
const STALENESS: Duration = Duration::from_secs(60 * 60);

mod over_a_storage {
    use super::{Cached, MemoryStorage, STALENESS};

    async fn empty() -> Cached<MemoryStorage> {
        Cached::new(MemoryStorage::new(), STALENESS).unwrap()
    }

    cloakroom_testkit::storage_suite!(empty);
}

mod over_one_that_tells {
    use super::{Cached, MemoryStorage, STALENESS, TellingStorage};

    async fn empty() -> Cached<TellingStorage<MemoryStorage>> {
        Cached::new(TellingStorage::new(MemoryStorage::new()), STALENESS).unwrap()
    }

    cloakroom_testkit::storage_suite!(empty);
}

mod with_copies {
    use super::{Cached, MemoryStorage, STALENESS, Warm};

    async fn empty() -> Warm {
        Warm(Cached::new(MemoryStorage::new(), STALENESS).unwrap())
    }

    cloakroom_testkit::storage_suite!(empty);
}

/// A cache that has copies before each call: of the key, and of all of a subject's sessions.
struct Warm(Cached<MemoryStorage>);

impl Warm {
    async fn read_all(&self, subject: &Subject, now: Timestamp) -> Result<(), StorageError> {
        for listed in self.0.list(subject, now).await? {
            let _copied = self.0.read(&listed.key, now).await?;
        }
        Ok(())
    }
}

impl Storage for Warm {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        let _copied = self.0.read(key, now).await?;
        self.0.read(key, now).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.0.read_latest(key, now).await
    }

    fn keeps_copies(&self) -> bool {
        self.0.keeps_copies()
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let _copied = self.0.read(key, now).await?;
        if let Some(subject) = record.subject() {
            self.read_all(&subject, now).await?;
        }
        self.0.create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let _copied = self.0.read(key, now).await?;
        self.0.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let _copied = self.0.read(key, now).await?;
        self.0.touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let _copied = self.0.read(key, now).await?;
        self.0.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.0.remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.0.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.0.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.read_all(subject, now).await?;
        self.0.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.0.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.0.sweep(now, limit).await
    }
}
