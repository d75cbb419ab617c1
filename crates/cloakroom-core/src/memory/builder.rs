//! The limits of a memory storage.

use super::places::Places;
use super::storage::MemoryStorage;
use super::store::Store;

/// Sets the limits of a [`MemoryStorage`]; [`MemoryStorage::builder`] gives one.
///
/// Besides its content and the subject's name a record takes 450 to 650 bytes, and up to 950 with a
/// subject.
///
/// # Examples
///
/// ```
/// use cloakroom_core::MemoryStorage;
///
/// let storage = MemoryStorage::builder()
///     .max_with_subject(10_000)
///     .max_without_subject(1_000)
///     .build();
/// assert!(storage.is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder makes a storage when it is built"]
pub struct MemoryStorageBuilder {
    max_with_subject: usize,
    max_without_subject: usize,
    max_remembered_subjects: usize,
}

impl MemoryStorage {
    /// An empty storage with the default limits.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// assert_eq!(MemoryStorage::new().len(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A storage with limits of your own.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// let storage = MemoryStorage::builder().max_without_subject(0).build();
    /// assert!(storage.is_empty());
    /// ```
    pub const fn builder() -> MemoryStorageBuilder {
        MemoryStorageBuilder {
            max_with_subject: 1_000_000,
            max_without_subject: 100_000,
            max_remembered_subjects: 100_000,
        }
    }
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStorageBuilder {
    /// How many records with a subject there may be, of all providers together. **Default**:
    /// 1,000,000.
    ///
    /// Such a record is never evicted: when there are so many and none of them has ended, a sign-in
    /// is answered `Full`.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// let storage = MemoryStorage::builder().max_with_subject(50).build();
    /// assert!(format!("{storage:?}").contains("max_with_subject: 50"));
    /// ```
    pub const fn max_with_subject(mut self, records: usize) -> Self {
        self.max_with_subject = records;
        self
    }

    /// How many records without a subject there may be, of all providers together. **Default**:
    /// 100,000.
    ///
    /// When there are so many, a new one takes the place of the one that ends soonest; with a limit
    /// of 0 it is answered `Full`.
    ///
    /// # Security
    ///
    /// Whoever can make the application open sessions without signing in can fill this limit, and
    /// push out other visitors' sessions, but never one with a subject.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// let storage = MemoryStorage::builder().max_without_subject(50).build();
    /// assert!(format!("{storage:?}").contains("max_without_subject: 50"));
    /// ```
    pub const fn max_without_subject(mut self, records: usize) -> Self {
        self.max_without_subject = records;
        self
    }

    /// About how many subjects without sessions are remembered by the number that ending all their
    /// sessions gave them. **Default**: 100,000.
    ///
    /// A forgotten number never lets an older sign-in through. In its stead it refuses sign-ins of
    /// other subjects that are under way when it is forgotten; they succeed when tried again.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_storage::{Scope, Subject, SubjectNumber};
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let storage = MemoryStorage::builder().max_remembered_subjects(0).build();
    /// let (alice, now) = (Subject::new(Scope::new("a/b"), "alice"), Timestamp::from_millis(9));
    /// storage.remove_all(&alice, None, now).await?;
    /// assert_eq!(storage.begin_sign_in(&alice, now).await?, SubjectNumber::new(9));
    /// # Ok::<(), cloakroom_core::StorageError>(())
    /// # }).unwrap();
    /// ```
    pub const fn max_remembered_subjects(mut self, subjects: usize) -> Self {
        self.max_remembered_subjects = subjects;
        self
    }

    /// The storage, empty.
    ///
    /// ```
    /// # use cloakroom_core::MemoryStorage;
    /// assert_eq!(MemoryStorage::builder().build().len(), 0);
    /// ```
    #[must_use]
    pub fn build(self) -> MemoryStorage {
        let places = Places::new(self.max_with_subject, self.max_without_subject);
        MemoryStorage::of(Store::new(places, self.max_remembered_subjects))
    }
}
