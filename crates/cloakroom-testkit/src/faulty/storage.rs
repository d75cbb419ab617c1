//! The storage itself.

use std::fmt;
use std::sync::Arc;

use cloakroom_core::{Storage, StorageError, StorageErrorKind, SubjectLimit, Timestamp};
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version,
};

use super::faults::{Fault, Faults, When};
use super::pause::{Paused, pause};
use crate::call::Call;

/// A storage that hands everything on to another one, except where a test has set a fault.
///
/// A clone is the same storage with the same faults: give one to `stored_in` and keep the other.
///
/// A call that fails before its effect says [`Unavailable`](StorageErrorKind::Unavailable), one
/// that fails after it [`TimedOut`](StorageErrorKind::TimedOut), as real ones do.
///
/// # Security
///
/// `Debug` shows neither keys nor records.
///
/// # Examples
///
/// Two calls that cross, without a sleep:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_core::{MemoryStorage, Storage, Timestamp};
/// use cloakroom_storage::{RemoveOutcome, StorageKey};
/// use cloakroom_testkit::{Call, FaultyStorage};
///
/// let storage = FaultyStorage::new(MemoryStorage::new());
/// let key = StorageKey::hash([7; 32]);
///
/// let paused = storage.pause_next(Call::Read);
/// let slow = tokio::spawn({
///     let (storage, key) = (storage.clone(), key.clone());
///     async move { storage.read(&key, Timestamp::EPOCH).await }
/// });
/// paused.reached().await;
/// // The read stands still; this comes first.
/// assert_eq!(storage.remove(&key).await.unwrap(), RemoveOutcome::Absent);
/// paused.resume();
/// assert_eq!(slow.await.unwrap().unwrap(), None);
/// # }
/// ```
pub struct FaultyStorage<S> {
    inner: Arc<S>,
    faults: Arc<Faults>,
}

impl<S> FaultyStorage<S> {
    /// A storage without faults, on top of `inner`.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::FaultyStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// assert_eq!(storage.sweep(Timestamp::EPOCH, 10).await.unwrap(), 0);
    /// # }
    /// ```
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(inner),
            faults: Arc::new(Faults::new()),
        }
    }

    /// The next such call fails.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, StorageErrorKind, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage, When};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.fail_next(Call::Sweep, When::BeforeEffect);
    /// let error = storage.sweep(Timestamp::EPOCH, 10).await.unwrap_err();
    /// assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    /// assert_eq!(storage.sweep(Timestamp::EPOCH, 10).await.unwrap(), 0);
    /// # }
    /// ```
    pub fn fail_next(&self, call: Call, when: When) {
        self.faults.add(call, Fault::Fail(when));
    }

    /// Every such call fails before its effect, but those that meet another fault.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.fail_always(Call::Sweep);
    /// storage.sweep(Timestamp::EPOCH, 10).await.unwrap_err();
    /// storage.sweep(Timestamp::EPOCH, 10).await.unwrap_err();
    /// # }
    /// ```
    pub fn fail_always(&self, call: Call) {
        self.faults.add_always(call);
    }

    /// The next such call goes through: what is set after it is for the one after it.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage, When};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.pass_next(Call::Sweep);
    /// storage.fail_next(Call::Sweep, When::BeforeEffect);
    /// assert_eq!(storage.sweep(Timestamp::EPOCH, 10).await.unwrap(), 0);
    /// storage.sweep(Timestamp::EPOCH, 10).await.unwrap_err();
    /// # }
    /// ```
    pub fn pass_next(&self, call: Call) {
        self.faults.add(call, Fault::None);
    }

    /// The next such call hangs: for ever, or until [`release`](Self::release).
    ///
    /// To see what a timeout does, let the test run in tokio's paused time (`start_paused = true`).
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage, When};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.hang_next(Call::Sweep, When::BeforeEffect);
    /// let sweep = storage.sweep(Timestamp::EPOCH, 10);
    /// tokio::time::timeout(Duration::from_secs(3_600), sweep).await.unwrap_err();
    /// # }
    /// ```
    pub fn hang_next(&self, call: Call, when: When) {
        self.faults.add(call, Fault::Hang(when));
    }

    /// The next such call stops before its effect, until the test lets it go on.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// let paused = storage.pause_next(Call::Sweep);
    /// let sweeping = storage.clone();
    /// let sweep = tokio::spawn(async move { sweeping.sweep(Timestamp::EPOCH, 10).await });
    /// paused.reached().await;
    /// assert!(!sweep.is_finished());
    /// paused.resume();
    /// assert_eq!(sweep.await.unwrap().unwrap(), 0);
    /// # }
    /// ```
    pub fn pause_next(&self, call: Call) -> Paused {
        let (paused, gate) = pause();
        self.faults.add(call, Fault::Pause(gate));
        paused
    }

    /// Lets go the calls that hang now: they go on, and answer.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage, When};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.hang_next(Call::Sweep, When::AfterEffect);
    /// let releasing = async {
    ///     tokio::task::yield_now().await;
    ///     storage.release();
    /// };
    /// let (swept, ()) = tokio::join!(storage.sweep(Timestamp::EPOCH, 10), releasing);
    /// assert_eq!(swept.unwrap(), 0);
    /// # }
    /// ```
    pub fn release(&self) {
        self.faults.release();
    }

    /// Forgets all faults that no call has met, and lets go the calls that hang. A call that is
    /// paused waits for its [`Paused`].
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.fail_always(Call::Sweep);
    /// storage.heal();
    /// assert_eq!(storage.sweep(Timestamp::EPOCH, 10).await.unwrap(), 0);
    /// # }
    /// ```
    pub fn heal(&self) {
        self.faults.forget();
        self.faults.release();
    }

    /// Does `step`, or what the fault for `call` makes of it.
    async fn meet<T: Send>(
        &self,
        call: Call,
        step: impl Future<Output = Result<T, StorageError>> + Send,
    ) -> Result<T, StorageError> {
        match self.faults.take(call) {
            Fault::None => step.await,
            Fault::Fail(When::BeforeEffect) => {
                Err(StorageError::new(StorageErrorKind::Unavailable))
            }
            Fault::Fail(When::AfterEffect) => {
                let _unknown = step.await?;
                Err(StorageError::new(StorageErrorKind::TimedOut))
            }
            Fault::Hang(When::BeforeEffect) => {
                self.faults.hang().await;
                step.await
            }
            Fault::Hang(When::AfterEffect) => {
                let answer = step.await;
                self.faults.hang().await;
                answer
            }
            Fault::Pause(gate) => {
                gate.pass().await;
                step.await
            }
        }
    }
}

impl<S: Storage> Storage for FaultyStorage<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.meet(Call::Read, self.inner.read(key, now)).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.meet(Call::Read, self.inner.read_latest(key, now))
            .await
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
        self.meet(Call::Create, self.inner.create(key, record, limit, now))
            .await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        self.meet(Call::Update, self.inner.update(key, version, record, now))
            .await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.meet(Call::Touch, self.inner.touch(key, idle_deadline, now))
            .await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.meet(Call::Take, self.inner.take(key, version, now))
            .await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.meet(Call::Remove, self.inner.remove(key)).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.meet(Call::BeginSignIn, self.inner.begin_sign_in(subject, now))
            .await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.meet(Call::List, self.inner.list(subject, now)).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.meet(Call::RemoveAll, self.inner.remove_all(subject, except, now))
            .await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.meet(Call::EndBefore, self.inner.end_before(scope, time))
            .await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.meet(Call::Sweep, self.inner.sweep(now, limit)).await
    }
}

impl<S> Clone for FaultyStorage<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            faults: Arc::clone(&self.faults),
        }
    }
}

impl<S> fmt::Debug for FaultyStorage<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStorage").finish_non_exhaustive()
    }
}
