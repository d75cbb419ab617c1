//! A storage that remembers what it was asked.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloakroom_core::{Storage, StorageError, SubjectLimit, Timestamp};
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version,
};

use crate::call::Call;

/// A storage that hands everything on to another one and keeps the names of the calls.
///
/// A clone is the same storage and the same list: give one to `stored_in` and keep the other. A
/// call is noted when it is first polled, whatever comes of it.
///
/// # Security
///
/// `Debug` shows the calls, and neither keys nor records.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_core::{MemoryStorage, Storage, Timestamp};
/// use cloakroom_storage::StorageKey;
/// use cloakroom_testkit::{Call, SpyStorage};
///
/// let spy = SpyStorage::new(MemoryStorage::new());
/// let given_to_the_sessions = spy.clone();
/// spy.assert_untouched();
///
/// let key = StorageKey::hash([7; 32]);
/// given_to_the_sessions.read(&key, Timestamp::EPOCH).await.unwrap();
/// assert_eq!(spy.calls(), [Call::Read]);
/// # }
/// ```
pub struct SpyStorage<S> {
    inner: Arc<S>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl<S> SpyStorage<S> {
    /// Listens to what `inner` is asked.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::SpyStorage;
    /// assert!(SpyStorage::new(MemoryStorage::new()).calls().is_empty());
    /// ```
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(inner),
            calls: Arc::default(),
        }
    }

    /// The calls so far, in order.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, SpyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let spy = SpyStorage::new(MemoryStorage::new());
    /// spy.sweep(Timestamp::EPOCH, 10).await.unwrap();
    /// assert_eq!(spy.calls(), [Call::Sweep]);
    /// assert_eq!(spy.calls(), [Call::Sweep]);
    /// # }
    /// ```
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.list().clone()
    }

    /// The calls so far, and forgets them.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, SpyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let spy = SpyStorage::new(MemoryStorage::new());
    /// spy.sweep(Timestamp::EPOCH, 10).await.unwrap();
    /// assert_eq!(spy.take_calls(), [Call::Sweep]);
    /// assert_eq!(spy.take_calls(), []);
    /// # }
    /// ```
    #[expect(
        clippy::must_use_candidate,
        reason = "a test may call it only to forget"
    )]
    pub fn take_calls(&self) -> Vec<Call> {
        mem::take(&mut *self.list())
    }

    /// Asserts that there was no call.
    ///
    /// # Panics
    ///
    /// If there was one, with the calls.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::SpyStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let spy = SpyStorage::new(MemoryStorage::new());
    /// spy.assert_untouched();
    /// spy.sweep(Timestamp::EPOCH, 10).await.unwrap();
    /// spy.take_calls();
    /// spy.assert_untouched();
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_untouched(&self) {
        let calls = self.calls();
        assert!(calls.is_empty(), "the storage was asked: {calls:?}");
    }

    fn note(&self, call: Call) {
        self.list().push(call);
    }

    fn list(&self) -> MutexGuard<'_, Vec<Call>> {
        // A list that calls are only appended to is whole after any panic.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Storage> Storage for SpyStorage<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.note(Call::Read);
        self.inner.read(key, now).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.note(Call::Read);
        self.inner.read_latest(key, now).await
    }

    fn keeps_copies(&self) -> bool {
        self.inner.keeps_copies()
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        self.note(Call::Create);
        self.inner.create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        self.note(Call::Update);
        self.inner.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.note(Call::Touch);
        self.inner.touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.note(Call::Take);
        self.inner.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.note(Call::Remove);
        self.inner.remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.note(Call::BeginSignIn);
        self.inner.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.note(Call::List);
        self.inner.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.note(Call::RemoveAll);
        self.inner.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.note(Call::EndBefore);
        self.inner.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.note(Call::Sweep);
        self.inner.sweep(now, limit).await
    }
}

impl<S> Clone for SpyStorage<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            calls: Arc::clone(&self.calls),
        }
    }
}

impl<S> fmt::Debug for SpyStorage<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpyStorage")
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}
