//! The cache, as an application has it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::{Change, Storage, Watch};

use crate::shelf::Shelf;
use crate::watching::Watching;

/// A storage with a cache in front of it, which is a storage like any other.
///
/// A clone is the same cache: give one to `stored_in` of every provider that lies in the storage.
///
/// # What is weaker than without
///
/// Within the process nothing is. What *another* process does is seen here up to the staleness later,
/// and so, for as long:
///
/// * **a session that was ended elsewhere is still served**: a logout, the end of a subject's
///   sessions, the end of all sessions. It is not brought back: every write goes to the storage, which
///   knows;
/// * **a proof that was replaced elsewhere is still good**, after a rotation there;
/// * **content is seen as it was.** A change that is made of it is a conflict and is merged with what
///   lies there, as two changes at once are: where both changed one field that is a 409, although one
///   came after the other. Who sends a session's requests to one node first has no such conflicts;
///   `Conflicts::LastWins` would lose the other node's change;
/// * **an id without a proof** (Ktor's) is rotated into a new record with the content as it was seen:
///   a change that another node made within the staleness is lost, as one made at once is without a
///   cache.
///
/// What is not weaker: deadlines are judged by the `now` of each call, a session that was prolonged
/// elsewhere does not end here, and a token that a copy refuses is judged again by the storage's own
/// word. A write drops the copy of what it changed, so that the next read is one of the storage.
///
/// A call of another process that was cut off (its answer never came) may take effect later: then the
/// staleness counts from there. The same holds for such a call of this process.
///
/// # Security
///
/// Records lie in this process's memory for as long as they are kept, also of sessions that have ended;
/// with `sealed_at_rest` they are as unreadable as in the storage. `Debug` shows none of them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_cache::Cached;
/// use cloakroom_core::{Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy};
///
/// # #[derive(Clone, serde::Serialize, serde::Deserialize)]
/// # struct Login { user: u64 }
/// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
/// let server = MemoryStorage::new(); // In production: a database server.
/// let storage = Cached::new(server, Duration::from_secs(2)).unwrap();
/// let sessions = Sessions::builder("shop", &keys)
///     .cookie::<Login>("login", |c| c.stored_in(&storage))
///     .build();
/// assert!(sessions.is_ok());
/// ```
pub struct Cached<S> {
    pub(crate) inner: Arc<S>,
    pub(crate) shelf: Arc<Shelf>,
}

impl<S: Storage> Cached<S> {
    /// Listens to what the storage tells of changes, in a task of its own until it is stopped or
    /// dropped: what changes elsewhere is then mostly seen at once, and never later than without.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::TellingStorage;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TellingStorage::new(MemoryStorage::new()); // In production: a database server.
    /// let storage = Cached::new(server.clone(), Duration::from_secs(2)).unwrap();
    /// let watching = storage.start_watching();
    /// server.heard_by(1).await;
    /// // … the application runs …
    /// watching.stop().await;
    /// assert_eq!(server.listeners(), 0);
    /// # }
    /// ```
    pub fn start_watching(&self) -> Watching
    where
        S: Watch,
    {
        let shelf = Arc::clone(&self.shelf);
        Watching::of(tokio::spawn(self.inner.watch(move |change| match change {
            Change::Record(key) => shelf.forget_record(&key),
            Change::Anything => shelf.forget_everything(),
        })))
    }
}

impl<S> Cached<S> {
    pub(crate) const fn of(inner: Arc<S>, shelf: Arc<Shelf>) -> Self {
        Self { inner, shelf }
    }

    /// For how long a copy is served at most.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// let storage = Cached::new(MemoryStorage::new(), Duration::from_secs(2)).unwrap();
    /// assert_eq!(storage.staleness(), Duration::from_secs(2));
    /// ```
    #[must_use]
    pub fn staleness(&self) -> Duration {
        self.shelf.staleness()
    }

    /// How many bytes the copies take now, as [`max_bytes`](crate::CachedBuilder::max_bytes) counts them.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// let storage = Cached::new(MemoryStorage::new(), Duration::from_secs(2)).unwrap();
    /// assert_eq!(storage.bytes(), 0, "nothing was read yet");
    /// ```
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shelf.bytes()
    }
}

impl<S> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self::of(Arc::clone(&self.inner), Arc::clone(&self.shelf))
    }
}

impl<S> fmt::Debug for Cached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("staleness", &self.shelf.staleness())
            .field("max_bytes", &self.shelf.max_bytes())
            .field("bytes", &self.shelf.bytes())
            .finish_non_exhaustive()
    }
}
