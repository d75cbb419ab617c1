//! The public face: each call of the contract is one call of the store, without waiting.

use std::fmt;
use std::sync::Arc;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version,
};
use cloakroom_time::Timestamp;

use super::entry::Class;
use super::store::Store;

/// A storage in this process's memory, shared by its clones.
///
/// For one process: tests, small applications, and whatever may log everyone out when it restarts.
///
/// * **What it may lose**: everything when the process ends, nothing before, but for records
///   without a subject that are evicted when there are too many.
/// * **Bounds**: [`MemoryStorageBuilder`](crate::MemoryStorageBuilder) has the limits. What has
///   ended lies until [`sweep`](Storage::sweep) removes it or its place is needed; call `sweep` from
///   time to time, or the limits are what is used.
/// * **A floor** ([`end_before`](Storage::end_before)) counts as the time at which it ended the
///   records below it, wherever `sweep` asks how long ago that was.
/// * **No call waits** but for short locks; none fails.
///
/// # Security
///
/// `Debug` shows numbers only. Contents are not wiped from memory when a record is removed.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{MemoryStorage, Storage, Timestamp};
/// use cloakroom_storage::{ProofHash, Record, Scope, StorageKey};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let storage = MemoryStorage::new();
/// let key = StorageKey::hash([1; 32]);
/// let now = Timestamp::from_secs(100);
/// let record = Record::new(Scope::new("shop/cart"), ProofHash::new([2; 32]), now, vec![3]);
///
/// storage.create(&key, &record, None, now).await?;
/// let stored = storage.read(&key, now).await?.unwrap();
/// assert_eq!(stored.record, record);
/// # Ok::<(), cloakroom_core::StorageError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct MemoryStorage(Arc<Store>);

impl MemoryStorage {
    pub(super) fn of(store: Store) -> Self {
        Self(Arc::new(store))
    }

    /// How many records lie here: those that have ended and were not swept yet, too.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// assert_eq!(MemoryStorage::new().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        let places = &self.0.places;
        places.used(Class::WithSubject) + places.used(Class::WithoutSubject)
    }

    /// Whether no record lies here.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// assert!(MemoryStorage::new().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = &self.0.places;
        f.debug_struct("MemoryStorage")
            .field("with_subject", &places.used(Class::WithSubject))
            .field("max_with_subject", &places.max(Class::WithSubject))
            .field("without_subject", &places.used(Class::WithoutSubject))
            .field("max_without_subject", &places.max(Class::WithoutSubject))
            .finish_non_exhaustive()
    }
}

impl Storage for MemoryStorage {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        Ok(self.0.read(key, now))
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        Ok(self.0.create(key, record, limit, now))
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        Ok(self.0.update(key, version, record, now))
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        Ok(self.0.touch(key, idle_deadline, now))
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        Ok(self.0.take(key, version, now))
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        Ok(self.0.remove(key))
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        _now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        Ok(self.0.begin_sign_in(subject))
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        Ok(self.0.list(subject, now))
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        Ok(self.0.remove_all(subject, except, now))
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.0.end_before(scope, time);
        Ok(())
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        Ok(self.0.sweep(now, limit))
    }
}
