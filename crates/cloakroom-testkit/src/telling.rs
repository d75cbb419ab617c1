//! A storage that tells of changes.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloakroom_core::{Storage, StorageError, SubjectLimit, Timestamp};
use cloakroom_storage::{
    Change, CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version, Watch, WhenFull,
};
use tokio::sync::watch;

/// A storage that hands everything on to another one and tells of each change, as a database server
/// does that pushes.
///
/// A clone is the same storage: give one to each of several nodes. A change is told when its call has
/// been answered, in the task that made it.
///
/// # Security
///
/// `Debug` shows neither keys nor records.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::sync::{Arc, Mutex};
///
/// use cloakroom_core::{MemoryStorage, Storage};
/// use cloakroom_storage::{Change, StorageKey, Watch};
/// use cloakroom_testkit::TellingStorage;
///
/// let storage = TellingStorage::new(MemoryStorage::new());
/// let told = Arc::new(Mutex::new(Vec::new()));
/// let listener = Arc::clone(&told);
/// let task = tokio::spawn(storage.watch(move |change| listener.lock().unwrap().push(change)));
/// storage.heard_by(1).await;
///
/// let key = StorageKey::hash([7; 32]);
/// storage.remove(&key).await.unwrap();
/// assert_eq!(*told.lock().unwrap(), [Change::Anything, Change::Record(key)]);
/// # task.abort();
/// # }
/// ```
pub struct TellingStorage<S> {
    inner: Arc<S>,
    line: Arc<Line>,
}

type Listener = Arc<dyn Fn(Change) + Send + Sync>;

/// What leads from the storage to who listens.
struct Line {
    state: Mutex<State>,
    count: watch::Sender<usize>,
}

struct State {
    is_cut: bool,
    next: u64,
    listeners: Vec<(u64, Listener)>,
}

/// A listener's place; it leaves when this is dropped.
struct Place {
    line: Arc<Line>,
    number: u64,
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: Arc<Self>, listener: &Listener) -> Place {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.listeners.push((number, Arc::clone(listener)));
        let (count, is_cut) = (state.listeners.len(), state.is_cut);
        drop(state);
        if !is_cut {
            listener(Change::Anything);
        }
        self.count.send_replace(count);
        Place { line: self, number }
    }

    fn tell(&self, change: &Change) {
        let state = self.state();
        let told = match state.is_cut {
            true => Vec::new(),
            false => state.listeners.clone(),
        };
        drop(state);
        for (_, listener) in told {
            listener(change.clone());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.listeners.retain(|(number, _)| *number != self.number);
        let count = state.listeners.len();
        drop(state);
        self.line.count.send_replace(count);
    }
}

impl<S> TellingStorage<S> {
    /// A storage that tells of what `inner` does for it.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::TellingStorage;
    /// assert_eq!(TellingStorage::new(MemoryStorage::new()).listeners(), 0);
    /// ```
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self {
            inner: Arc::new(inner),
            line: Arc::new(Line {
                state: Mutex::new(State {
                    is_cut: false,
                    next: 0,
                    listeners: Vec::new(),
                }),
                count: watch::Sender::new(0),
            }),
        }
    }

    /// How many listen now.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::TellingStorage;
    /// # let storage = TellingStorage::new(MemoryStorage::new());
    /// assert_eq!(storage.clone().listeners(), storage.listeners());
    /// ```
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.line.state().listeners.len()
    }

    /// Waits until so many listen, and have been told that anything may have changed.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_storage::Watch;
    /// # use cloakroom_testkit::TellingStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = TellingStorage::new(MemoryStorage::new());
    /// let task = tokio::spawn(storage.watch(|_| {}));
    /// storage.heard_by(1).await;
    /// task.abort();
    /// storage.heard_by(0).await;
    /// # }
    /// ```
    pub async fn heard_by(&self, listeners: usize) {
        let mut count = self.line.count.subscribe();
        // The sender lives in `self`.
        let _reached = count.wait_for(|count| *count == listeners).await.is_ok();
    }

    /// Cuts the line: changes are told to nobody, and are lost.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage};
    /// # use cloakroom_storage::{StorageKey, Watch};
    /// # use cloakroom_testkit::TellingStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = TellingStorage::new(MemoryStorage::new());
    /// storage.cut();
    /// let task = tokio::spawn(storage.watch(|change| unreachable!("{change:?} is told")));
    /// storage.heard_by(1).await;
    /// storage.remove(&StorageKey::hash([7; 32])).await.unwrap();
    /// # task.abort();
    /// # }
    /// ```
    pub fn cut(&self) {
        self.line.state().is_cut = true;
    }

    /// Mends the line: all are told that anything may have changed, and each change from now on.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_storage::{Change, Watch};
    /// # use cloakroom_testkit::TellingStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = TellingStorage::new(MemoryStorage::new());
    /// storage.cut();
    /// let (told, mut changes) = tokio::sync::mpsc::unbounded_channel();
    /// let task = tokio::spawn(storage.watch(move |change| told.send(change).unwrap()));
    /// storage.heard_by(1).await;
    /// storage.mend();
    /// assert_eq!(changes.recv().await, Some(Change::Anything));
    /// # task.abort();
    /// # }
    /// ```
    pub fn mend(&self) {
        self.line.state().is_cut = false;
        self.line.tell(&Change::Anything);
    }
}

impl<S: Storage> Watch for TellingStorage<S> {
    fn watch(
        &self,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let line = Arc::clone(&self.line);
        let listener: Listener = Arc::new(listener);
        async move {
            let _place = line.enter(&listener);
            pending::<()>().await;
        }
    }
}

impl<S: Storage> Storage for TellingStorage<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.inner.read(key, now).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
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
        let outcome = self.inner.create(key, record, limit, now).await;
        let ends_others = limit.is_some_and(|limit| limit.when_full() == WhenFull::EndOldest);
        self.line.tell(&match ends_others {
            true => Change::Anything,
            false => Change::Record(key.clone()),
        });
        outcome
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let outcome = self.inner.update(key, version, record, now).await;
        self.line.tell(&Change::Record(key.clone()));
        outcome
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let outcome = self.inner.touch(key, idle_deadline, now).await;
        self.line.tell(&Change::Record(key.clone()));
        outcome
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let outcome = self.inner.take(key, version, now).await;
        self.line.tell(&Change::Record(key.clone()));
        outcome
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let outcome = self.inner.remove(key).await;
        self.line.tell(&Change::Record(key.clone()));
        outcome
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.inner.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.inner.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let outcome = self.inner.remove_all(subject, except, now).await;
        self.line.tell(&Change::Anything);
        outcome
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        let outcome = self.inner.end_before(scope, time).await;
        self.line.tell(&Change::Anything);
        outcome
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        // What was swept had ended: to those who keep copies it is no change.
        self.inner.sweep(now, limit).await
    }
}

impl<S> Clone for TellingStorage<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            line: Arc::clone(&self.line),
        }
    }
}

impl<S> fmt::Debug for TellingStorage<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TellingStorage")
            .field("listeners", &self.listeners())
            .finish_non_exhaustive()
    }
}
