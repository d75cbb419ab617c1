//! A directory that Kotlin services read and write too.
//!
//! * **The file is the session's text and nothing else**, so the version is made of the text: an
//!   update replaces exactly what was read, and writing the same text again is no change.
//! * **One lock for all Rust writers**, in any process: that of the root folder, held for the moment
//!   in which a draft takes its place, never while a disk writes.
//! * **The root is opened anew for each call**, as Ktor does: whoever empties the directory by making
//!   it anew need not restart anything, and locks of two threads are two locks.
//! * **An empty file is none**, unless it was made just now: Ktor writes by emptying a file first.
//!   To answer "none" then would log somebody out, so it is looked at again, and at last the storage
//!   is said to be out of reach.

use std::fmt;
use std::io;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, Listed, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageError,
    StorageErrorKind, StorageKey, Stored, Subject, SubjectLimit, SubjectNumber, TakeOutcome,
    Timestamp, TouchOutcome, UpdateOutcome, Version,
};
use sha2::{Digest as _, Sha256};

use super::blocking::blocking;
use super::draft::{Draft, Onto, Put};
use super::error::{DirectoryError, DirectoryErrorKind, failed};
use super::place::Place;
use super::tree::{Found, Lasting, Tree, Unlinked};

/// What an exclusive storage leaves in its directory for as long as it is one.
pub(super) const MARK: &str = ".cloakroom";

/// The scope that all records are said to have: a file names none.
const SCOPE: &str = "ktor";

/// How often an empty file is looked at again.
const LOOKS: usize = 50;

/// For how long an empty file may be one that is being written.
const WRITING: Duration = Duration::from_secs(2);

/// Ktor's `DirectoryStorage`, read and written by Kotlin and Rust services together.
///
/// The session of the id `abcde` lies in `ab/cd/e.dat` below the root, and the file holds the text
/// of the serializer and nothing else. Ids are [`StorageKey::text`]s. One file system is shared, with
/// locks (`flock`) that all machines see; the Kotlin side must not cache
/// (`directorySessionStorage(root, cached = false)`), or it goes on serving what was changed or ended
/// here for as long as its cache lasts.
///
/// # What of the contract holds
///
/// A file of Ktor's has no place for a version, deadlines, proofs or a subject, and a Kotlin service
/// asks nobody before it writes. So of what [`Storage`] promises
///
/// | promise | among Rust processes | beside a Kotlin service |
/// |---|---|---|
/// | a call is whole or has no effect; a crash tears nothing | yes | yes; Ktor's own writing may be seen half done or be torn by a crash |
/// | `create` never replaces a session | yes | yes; Ktor may replace what was created |
/// | `update` replaces what was read, else `Conflict` | yes | but for a write by Ktor within the moment of ours, which is lost |
/// | `update` never brings back what was ended | yes | on Linux and macOS, where the file system can exchange two names; Ktor's own writing does bring back |
/// | of concurrent removals exactly one is told `Removed` | yes | yes |
/// | acknowledged is kept | yes, over a loss of power too | until Ktor writes |
/// | no version twice for one key | no: a version is the text's, and the same text has the same one | no |
/// | deadlines, floors | no: a record has none, `touch` moves none, and `end_before` is an error | no |
/// | subjects | no: `begin_sign_in`, `list` and `remove_all` are errors | no |
/// | proofs, created time, scope | all records have [the same proof](Self::with_proof) and scope, and began at [`Timestamp::EPOCH`] | the same |
///
/// A record that says more than a file can hold (a subject, a deadline, a previous proof, another
/// proof, content that is empty or no UTF-8) is an error and is not written: nothing is dropped
/// without a word, but for its created time and its scope. A key that is a hash, or a text that is
/// [no id](#ids), is never there, and is an error to create.
///
/// Several session types may share a directory, as in Ktor: their ids keep them apart. A file does
/// not say whose it is, so who brings the id of one as that of another is given what its text reads
/// as. Give each a directory of its own where the types are alike.
///
/// `sweep` removes what a Rust process that died left unfinished; no session ever ends by itself.
/// [`ExclusiveDirectory`](crate::ExclusiveDirectory) keeps the whole contract, once no Kotlin service
/// writes any more.
///
/// # Ids
///
/// Letters and digits of any script, the space, and the printable characters of ASCII but
/// `/ \ ! ? > <`, without `..` and not empty. Ktor accepts control characters, combining marks and
/// characters beyond the basic plane besides, but writes none itself. Where a file system ignores
/// case, so does the layout: Ktor's own ids are lower-case hexadecimal digits and are safe there;
/// ids of your own should be of one case.
///
/// # Security
///
/// Who can read the directory has every session's id and content, and who can write it can make
/// sessions. The root's rights are those of all files and folders below; a root that is made is open
/// to its owner alone (`0700`). No symbolic link below the root is followed. Errors and `Debug` name
/// no path, which would hold an id.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::SharedDirectory;
/// use cloakroom_storage::{Storage, StorageKey, Timestamp};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let root = std::env::temp_dir().join(format!("cloakroom-doc-shared-{}", std::process::id()));
/// let storage = SharedDirectory::open(&root).unwrap();
/// // As a Kotlin service does it:
/// std::fs::create_dir_all(root.join("ab/cd")).unwrap();
/// std::fs::write(root.join("ab/cd/e.dat"), "userId=%23sid2").unwrap();
///
/// let id = StorageKey::text("abcde").unwrap();
/// let stored = storage.read(&id, Timestamp::EPOCH).await?.unwrap();
/// assert_eq!(&*stored.record.content, b"userId=%23sid2");
/// # std::fs::remove_dir_all(&root).unwrap();
/// # Ok::<(), cloakroom_storage::StorageError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct SharedDirectory {
    root: Arc<PathBuf>,
    proof: ProofHash,
}

impl SharedDirectory {
    /// The sessions in this directory, which is made if it is missing.
    ///
    /// Waits for the disk.
    ///
    /// # Errors
    ///
    /// [`DirectoryError`] if it cannot be opened or written, or is an
    /// [`ExclusiveDirectory`](crate::ExclusiveDirectory)'s.
    ///
    /// ```
    /// # use cloakroom_ktor::{DirectoryErrorKind, SharedDirectory};
    /// let error = SharedDirectory::open("/dev/null/sessions").unwrap_err();
    /// assert_eq!(error.kind(), DirectoryErrorKind::Inaccessible);
    /// ```
    pub fn open(root: impl AsRef<Path>) -> Result<Self, DirectoryError> {
        let root = path::absolute(root)?;
        Tree::make(&root)?;
        let tree = Tree::open(&root)?;
        drop(tree.lock()?);
        if tree.has(MARK)? {
            return Err(DirectoryError::new(DirectoryErrorKind::Exclusive));
        }
        // Whether drafts can be made here shows at once, not with the first sign-in.
        drop(Draft::new(&tree, &[])?);
        Ok(Self {
            root: Arc::new(root),
            proof: ProofHash::new([0; 32]),
        })
    }

    /// The same storage, its records having this proof. **Default**: 32 zero bytes.
    ///
    /// An id of Ktor's is whole: nothing of it is kept apart as a proof.
    ///
    /// ```
    /// # use cloakroom_ktor::SharedDirectory;
    /// # use cloakroom_storage::ProofHash;
    /// # let root = std::env::temp_dir().join(format!("cloakroom-doc-proof-{}", std::process::id()));
    /// let storage = SharedDirectory::open(&root)?.with_proof(ProofHash::new([7; 32]));
    /// # std::fs::remove_dir_all(&root).unwrap();
    /// # Ok::<(), cloakroom_ktor::DirectoryError>(())
    /// ```
    #[must_use]
    pub fn with_proof(mut self, proof: ProofHash) -> Self {
        self.proof = proof;
        self
    }

    /// The content of a record, if that is all there is to it.
    fn content_of(&self, record: &Record) -> Result<Arc<[u8]>, StorageError> {
        let is_plain = record.subject.is_none()
            && record.previous.is_none()
            && record.absolute_deadline.is_none()
            && record.idle_deadline.is_none()
            && record.proof == self.proof;
        let is_text = str::from_utf8(&record.content).is_ok_and(|text| !text.is_empty());
        if is_plain && is_text {
            Ok(Arc::clone(&record.content))
        } else {
            Err(unsupported(
                "a file of Ktor's holds the text of a session and nothing else",
            ))
        }
    }

    fn stored(&self, content: Vec<u8>) -> Stored {
        let version = version_of(&content);
        let record = Record::new(Scope::new(SCOPE), self.proof, Timestamp::EPOCH, content);
        Stored::new(record, version)
    }

    /// Runs a call below the root, off the threads that serve requests.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Self, &Tree) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let this = self.clone();
        blocking(move || {
            let tree = Tree::open(&this.root).map_err(failed)?;
            check_shared(&tree)?;
            call(&this, &tree)
        })
        .await
    }

    fn create_now(
        tree: &Tree,
        place: &Place,
        content: &[u8],
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let draft = Draft::new(tree, content).map_err(failed)?;
        let lock = tree.lock().map_err(failed)?;
        check_shared(tree)?;
        let onto = match look(tree, place, now)? {
            Looked::Text(_) => return Ok(CreateOutcome::Exists),
            Looked::Nothing => Onto::Nothing,
            Looked::Leftover => Onto::Something,
        };
        match draft.put(place, onto).map_err(failed)? {
            Put::Done(placed) => {
                drop(lock);
                placed.sync().map_err(failed)?;
                Ok(CreateOutcome::Created(version_of(content)))
            }
            Put::Taken => Ok(CreateOutcome::Exists),
            // Ktor removed its leftover just now.
            Put::Gone => Err(StorageError::new(StorageErrorKind::Unavailable)),
        }
    }

    fn update_now(
        &self,
        tree: &Tree,
        place: &Place,
        (version, content): (Version, &[u8]),
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let refused = |looked| match looked {
            Looked::Text(text) if version_of(&text) == version => None,
            Looked::Text(text) => Some(UpdateOutcome::Conflict(Box::new(self.stored(text)))),
            Looked::Nothing | Looked::Leftover => Some(UpdateOutcome::Gone),
        };
        // A look without lock and draft, which are only needed if there is something to replace.
        if let Some(refused) = refused(look(tree, place, now)?) {
            return Ok(refused);
        }
        let draft = Draft::new(tree, content).map_err(failed)?;
        let lock = tree.lock().map_err(failed)?;
        check_shared(tree)?;
        if let Some(refused) = refused(look(tree, place, now)?) {
            return Ok(refused);
        }
        match draft.put(place, Onto::Something).map_err(failed)? {
            Put::Done(placed) => {
                drop(lock);
                placed.sync().map_err(failed)?;
                Ok(UpdateOutcome::Updated(version_of(content)))
            }
            Put::Gone | Put::Taken => Ok(UpdateOutcome::Gone),
        }
    }
}

impl fmt::Debug for SharedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedDirectory").finish_non_exhaustive()
    }
}

impl Storage for SharedDirectory {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        let Some(place) = place_of(key) else {
            return Ok(None);
        };
        self.run(move |this, tree| match look(tree, &place, now)? {
            Looked::Text(text) => Ok(Some(this.stored(text))),
            Looked::Nothing | Looked::Leftover => Ok(None),
        })
        .await
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        _limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let place = place_of(key).ok_or_else(|| unsupported("the key is no id of Ktor's"))?;
        let content = self.content_of(record)?;
        self.run(move |_, tree| Self::create_now(tree, &place, &content, now))
            .await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let Some(place) = place_of(key) else {
            return Ok(UpdateOutcome::Gone);
        };
        let content = self.content_of(record)?;
        self.run(move |this, tree| this.update_now(tree, &place, (version, &content), now))
            .await
    }

    /// `Touched` where a session lies there; there is no deadline to move.
    async fn touch(
        &self,
        key: &StorageKey,
        _idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        match self.read(key, now).await? {
            Some(_) => Ok(TouchOutcome::Touched),
            None => Ok(TouchOutcome::Gone),
        }
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let Some(place) = place_of(key) else {
            return Ok(TakeOutcome::Gone);
        };
        self.run(move |this, tree| {
            let lock = tree.lock().map_err(failed)?;
            check_shared(tree)?;
            match look(tree, &place, now)? {
                Looked::Text(text) if version_of(&text) == version => {}
                Looked::Text(text) => {
                    return Ok(TakeOutcome::Conflict(Box::new(this.stored(text))));
                }
                Looked::Nothing | Looked::Leftover => return Ok(TakeOutcome::Gone),
            }
            let removal = tree.unlink(&place).map_err(failed)?;
            drop(lock);
            match removal.finish(Lasting::Yes).map_err(failed)? {
                Unlinked::Content => Ok(TakeOutcome::Taken),
                Unlinked::Nothing | Unlinked::Empty => Ok(TakeOutcome::Gone),
            }
        })
        .await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let Some(place) = place_of(key) else {
            return Ok(RemoveOutcome::Absent);
        };
        self.run(move |_, tree| {
            let lock = tree.lock().map_err(failed)?;
            check_shared(tree)?;
            let removal = tree.unlink(&place).map_err(failed)?;
            drop(lock);
            match removal.finish(Lasting::Yes).map_err(failed)? {
                Unlinked::Content => Ok(RemoveOutcome::Removed),
                Unlinked::Nothing | Unlinked::Empty => Ok(RemoveOutcome::Absent),
            }
        })
        .await
    }

    /// An error: a file of Ktor's names no subject.
    async fn begin_sign_in(
        &self,
        _subject: &Subject,
        _now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        Err(no_subjects())
    }

    /// An error: a file of Ktor's names no subject.
    async fn list(&self, _subject: &Subject, _now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        Err(no_subjects())
    }

    /// An error: a file of Ktor's names no subject.
    async fn remove_all(
        &self,
        _subject: &Subject,
        _except: Option<&StorageKey>,
        _now: Timestamp,
    ) -> Result<u64, StorageError> {
        Err(no_subjects())
    }

    /// An error: a file of Ktor's does not say when its session began.
    async fn end_before(&self, _scope: &Scope, _time: Timestamp) -> Result<(), StorageError> {
        Err(unsupported(
            "a file of Ktor's does not say when its session began",
        ))
    }

    /// Removes unfinished files of processes that died; no session ends by itself here.
    async fn sweep(&self, _now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.run(move |_, tree| tree.remove_drafts(limit).map_err(failed))
            .await
    }
}

/// What lies at a place, once it is known.
enum Looked {
    Nothing,
    /// An empty file, which a writer left that died.
    Leftover,
    Text(Vec<u8>),
}

fn look(tree: &Tree, place: &Place, now: Timestamp) -> Result<Looked, StorageError> {
    let mut written = Timestamp::EPOCH;
    for _ in 0..LOOKS {
        match tree.read(place).map_err(failed)? {
            Found::Nothing => return Ok(Looked::Nothing),
            Found::Content(text) => return Ok(Looked::Text(text)),
            Found::Empty(at) => written = at,
        }
        thread::yield_now();
    }
    let age = now
        .saturating_since(written)
        .max(written.saturating_since(now));
    if age < WRITING {
        return Err(failed(io::ErrorKind::ResourceBusy.into()));
    }
    Ok(Looked::Leftover)
}

/// The version of a text: equal for equal texts, and for others hardly ever.
fn version_of(content: &[u8]) -> Version {
    let hash: [u8; 32] = Sha256::digest(content).into();
    let (first, _) = hash.split_first_chunk().unwrap_or((&[0; 8], &[]));
    Version::new(u64::from_le_bytes(*first))
}

fn place_of(key: &StorageKey) -> Option<Place> {
    if !key.is_text() {
        return None;
    }
    Place::of_id(str::from_utf8(key.as_bytes()).ok()?)
}

/// An exclusive storage may have taken the directory since it was opened.
fn check_shared(tree: &Tree) -> Result<(), StorageError> {
    match tree.has(MARK).map_err(failed)? {
        false => Ok(()),
        true => Err(StorageError::new(StorageErrorKind::Unavailable)
            .with_source(DirectoryError::new(DirectoryErrorKind::Exclusive))),
    }
}

fn no_subjects() -> StorageError {
    unsupported("a file of Ktor's names no subject")
}

fn unsupported(why: &'static str) -> StorageError {
    StorageError::new(StorageErrorKind::Other).with_source(why)
}
