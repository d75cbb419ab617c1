//! The public face: each call of the contract is one call of the store, off the threads that serve
//! requests.

use std::fmt;
use std::path::{self, Path};
use std::sync::Arc;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version,
};

use super::opening;
use super::store::Store;
use crate::directory::blocking::blocking;
use crate::directory::error::DirectoryError;

/// A directory of sessions that one process keeps, with the whole contract of a [`Storage`].
///
/// A file for each session, in the layout of Ktor's `DirectoryStorage` for ids like Ktor's (up to 64
/// lower-case letters, digits, `-` and `_`), and for keys that Ktor does not write (hashes, other
/// texts) in the folders `~` and `+`, where a file system that ignores case does no harm. The file holds the [whole record](crate::KeptRecord), so Ktor
/// cannot read it: see [`convert`](Self::convert).
///
/// * **One process**: the directory is locked for as long as a clone of the storage lives, and a
///   second one is refused. A directory that was ever opened so is refused by
///   [`SharedDirectory`](crate::SharedDirectory).
/// * **What it may lose**: nothing that was acknowledged, as long as the disk keeps what it said was
///   synced. A crash at any moment leaves the old record or the new one, whole.
/// * **Cost**: each record's key and dates lie in memory (230 to 500 bytes, and up to 950 with a
///   subject; no content). Opening reads every file once. A write syncs the file, and its folders up to the root: three for a hash, 32 for
///   an id of 64 digits, which also takes as many folders on the disk. An id is the dearer key.
/// * **A restart** loses no promise: floors, versions and numbers of subjects are written down. A
///   sign-in that began before it is refused (`SignedOutMeanwhile`) where its subject has no
///   session and any subject's sessions were ever all ended; it succeeds when tried again.
/// * **Damage**: a file that is not what was written is an error for its key alone, until it is
///   removed, by [`remove`](Storage::remove) or by hand while the storage is closed;
///   [`damaged`](Self::damaged) counts them. Files are not to be changed by hand while it is open.
/// * **No bound** but the disk's: a full disk is an error, and loses nothing.
/// * **Waits** on threads for blocking work, in a tokio runtime; outside of one, the caller waits.
///
/// # Security
///
/// Who can read the directory has every session's content, and for keys that are texts, its id. Who
/// can write it can make sessions and put old ones back: the checksum in a file is no signature.
/// Rights are as with [`SharedDirectory`](crate::SharedDirectory#security).
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::ExclusiveDirectory;
/// use cloakroom_storage::{ProofHash, Record, Scope, Storage, StorageKey, Timestamp};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let root = std::env::temp_dir().join(format!("cloakroom-doc-exclusive-{}", std::process::id()));
/// let storage = ExclusiveDirectory::open(&root).unwrap();
/// let (key, now) = (StorageKey::hash([1; 32]), Timestamp::from_secs(100));
/// let record = Record::new(Scope::new("shop/cart"), ProofHash::new([2; 32]), now, vec![3]);
/// storage.create(&key, &record, None, now).await?;
///
/// drop(storage);
/// let storage = ExclusiveDirectory::open(&root).unwrap();
/// assert_eq!(storage.read(&key, now).await?.unwrap().record, record);
/// # std::fs::remove_dir_all(&root).unwrap();
/// # Ok::<(), cloakroom_storage::StorageError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct ExclusiveDirectory(Arc<Store>);

impl ExclusiveDirectory {
    /// The sessions in this directory, which is made if it is missing.
    ///
    /// Waits for the disk, and reads every file.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] if it cannot be opened, locked, read or written, or holds sessions that
    /// Ktor wrote.
    ///
    /// ```
    /// # use cloakroom_ktor::{DirectoryErrorKind, ExclusiveDirectory};
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-open-{}", std::process::id()));
    /// # std::fs::create_dir_all(&root).unwrap();
    /// std::fs::write(root.join("id.dat"), "name=%23sAda").unwrap();
    /// let error = ExclusiveDirectory::open(&root).unwrap_err();
    /// assert_eq!(error.kind(), DirectoryErrorKind::KtorFiles(1));
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// ```
    pub fn open(root: impl AsRef<Path>) -> Result<Self, DirectoryError> {
        let store = opening::open(&path::absolute(root)?, None)?;
        Ok(Self(Arc::new(store)))
    }

    /// The same for a directory that Ktor, or a [`SharedDirectory`](crate::SharedDirectory), wrote:
    /// `record` makes a record of each session's id and text. No session is lost, nobody is logged
    /// out.
    ///
    /// In this order:
    ///
    /// 1. Stop every Kotlin service that uses the directory: it takes no lock that could keep it out.
    ///    Rust processes that share it need not be stopped, they refuse from here on.
    /// 2. Call this. It may be broken off at any moment; call it again until it succeeds.
    /// 3. From then on [`open`](Self::open) does, and this one does the same.
    ///
    /// The record's life begins with what `record` gives it: a deadline, and a subject read from the
    /// text, where the application wants them. A file whose name or text cannot be a session of
    /// Ktor's is left alone. There is no way back: keep a copy.
    ///
    /// # Errors
    ///
    /// As with [`open`](Self::open).
    ///
    /// ```
    /// # use cloakroom_ktor::ExclusiveDirectory;
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Storage, StorageKey, Timestamp};
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-convert-{}", std::process::id()));
    /// # std::fs::create_dir_all(&root).unwrap();
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// std::fs::write(root.join("id.dat"), "name=%23sAda").unwrap();
    /// let now = Timestamp::from_secs(100);
    /// let storage = ExclusiveDirectory::convert(&root, |_id, text| {
    ///     let (scope, proof) = (Scope::new("shop/login"), ProofHash::new([0; 32]));
    ///     let mut record = Record::new(scope, proof, now, text);
    ///     record.absolute_deadline = Some(Timestamp::from_secs(700));
    ///     record
    /// })
    /// .unwrap();
    /// let stored = storage.read(&StorageKey::text("id").unwrap(), now).await?.unwrap();
    /// assert_eq!(&*stored.record.content, b"name=%23sAda");
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cloakroom_storage::StorageError>(())
    /// # }).unwrap();
    /// ```
    pub fn convert(
        root: impl AsRef<Path>,
        mut record: impl FnMut(&StorageKey, Arc<[u8]>) -> Record,
    ) -> Result<Self, DirectoryError> {
        let store = opening::open(&path::absolute(root)?, Some(&mut record))?;
        Ok(Self(Arc::new(store)))
    }

    /// How many records lie here: those that have ended and were not swept yet, too.
    ///
    /// ```
    /// # use cloakroom_ktor::ExclusiveDirectory;
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-len-{}", std::process::id()));
    /// assert_eq!(ExclusiveDirectory::open(&root)?.len(), 0);
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cloakroom_ktor::DirectoryError>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.index().counts().records
    }

    /// Whether no record lies here.
    ///
    /// ```
    /// # use cloakroom_ktor::ExclusiveDirectory;
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-empty-{}", std::process::id()));
    /// assert!(ExclusiveDirectory::open(&root)?.is_empty());
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cloakroom_ktor::DirectoryError>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many files were found damaged when the directory was opened, and are there still.
    ///
    /// ```
    /// # use cloakroom_ktor::ExclusiveDirectory;
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-damaged-{}", std::process::id()));
    /// # std::fs::create_dir_all(&root).unwrap();
    /// # drop(ExclusiveDirectory::open(&root)?);
    /// std::fs::write(root.join("id.dat"), b"\xff\xfe no text").unwrap();
    /// assert_eq!(ExclusiveDirectory::open(&root)?.damaged(), 1);
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cloakroom_ktor::DirectoryError>(())
    /// ```
    #[must_use]
    pub fn damaged(&self) -> usize {
        self.0.index().counts().damaged
    }

    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let store = Arc::clone(&self.0);
        blocking(move || call(&store)).await
    }
}

impl fmt::Debug for ExclusiveDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.index().counts();
        f.debug_struct("ExclusiveDirectory")
            .field("records", &counts.records)
            .field("damaged", &counts.damaged)
            .finish_non_exhaustive()
    }
}

impl Storage for ExclusiveDirectory {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        let key = key.clone();
        self.run(move |store| store.read(&key, now)).await
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let (key, record) = (key.clone(), record.clone());
        self.run(move |store| store.create(&key, &record, limit, now))
            .await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let (key, record) = (key.clone(), record.clone());
        self.run(move |store| store.update(&key, version, &record, now))
            .await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let key = key.clone();
        self.run(move |store| store.touch(&key, idle_deadline, now))
            .await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let key = key.clone();
        self.run(move |store| store.take(&key, version, now)).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let key = key.clone();
        self.run(move |store| store.remove(&key)).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        _now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        let subject = subject.clone();
        self.run(move |store| Ok(store.number(&subject))).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        let subject = subject.clone();
        self.run(move |store| Ok(store.list(&subject, now))).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let (subject, except) = (subject.clone(), except.cloned());
        self.run(move |store| store.remove_all(&subject, except.as_ref(), now))
            .await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        let scope = scope.clone();
        self.run(move |store| store.end_before(&scope, time)).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.run(move |store| store.sweep(now, limit)).await
    }
}
