//! What goes wrong with a directory.

use std::error::Error;
use std::fmt;
use std::io;

use cloakroom_storage::{StorageError, StorageErrorKind};

/// A directory cannot be used as a storage of sessions; `Display` says what to do.
///
/// # Security
///
/// Neither `Display` nor `Debug` shows a path or a file's name, which may be a session's id.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::{DirectoryErrorKind, ExclusiveDirectory};
///
/// let folder = std::env::temp_dir().join(format!("cloakroom-doc-in-use-{}", std::process::id()));
/// let first = ExclusiveDirectory::open(&folder)?;
/// let error = ExclusiveDirectory::open(&folder).unwrap_err();
/// assert_eq!(error.kind(), DirectoryErrorKind::InUse);
/// # drop(first);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), cloakroom_ktor::DirectoryError>(())
/// ```
pub struct DirectoryError {
    kind: DirectoryErrorKind,
    source: Option<io::Error>,
}

/// What kind of failure a [`DirectoryError`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DirectoryErrorKind {
    /// It cannot be made, opened, read or written.
    Inaccessible,
    /// It is open as an [`ExclusiveDirectory`](crate::ExclusiveDirectory), here or in another
    /// process.
    InUse,
    /// It is an [`ExclusiveDirectory`](crate::ExclusiveDirectory)'s and cannot be shared.
    Exclusive,
    /// So many files in it (or more) are texts of Ktor's sessions.
    KtorFiles(usize),
    /// It holds records, and the file is missing or damaged that says what was ended.
    StateLost,
    /// A later version of cloakroom wrote in it.
    NewerFormat,
}

impl DirectoryError {
    pub(super) const fn new(kind: DirectoryErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// What kind of failure this is.
    ///
    /// ```
    /// # use cloakroom_ktor::{DirectoryErrorKind, ExclusiveDirectory};
    /// let error = ExclusiveDirectory::open("/dev/null").unwrap_err();
    /// assert_eq!(error.kind(), DirectoryErrorKind::Inaccessible);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> DirectoryErrorKind {
        self.kind
    }

    /// The cause, where the system had one.
    ///
    /// ```
    /// # use cloakroom_ktor::ExclusiveDirectory;
    /// assert!(ExclusiveDirectory::open("/dev/null").unwrap_err().expose_source().is_some());
    /// ```
    #[must_use]
    pub const fn expose_source(&self) -> Option<&io::Error> {
        self.source.as_ref()
    }
}

impl From<io::Error> for DirectoryError {
    fn from(error: io::Error) -> Self {
        Self {
            kind: DirectoryErrorKind::Inaccessible,
            source: Some(error),
        }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DirectoryErrorKind::Inaccessible => f.write_str(
                "the directory of sessions cannot be made, opened, read or written: see that its \
                 path is a directory, on a file system with locks, and that this process may \
                 write there",
            ),
            DirectoryErrorKind::InUse => f.write_str(
                "the directory of sessions is open already: stop the other process, or open it \
                 once and share the storage",
            ),
            DirectoryErrorKind::Exclusive => f.write_str(
                "the directory is kept by an exclusive storage, whose records Ktor cannot read: \
                 open it as such, or share another directory",
            ),
            DirectoryErrorKind::KtorFiles(files) => write!(
                f,
                "the directory holds sessions that Ktor wrote ({files} seen): stop what writes \
                 them and open it by `ExclusiveDirectory::convert`, or share it by \
                 `SharedDirectory`",
            ),
            DirectoryErrorKind::StateLost => f.write_str(
                "the directory holds records, but not the state of what was ended, without which \
                 ended sessions could come back: put `.cloakroom` back from a copy that is as \
                 new as the records, or begin with an empty directory",
            ),
            DirectoryErrorKind::NewerFormat => {
                f.write_str("a later version of cloakroom wrote in the directory: use that version")
            }
        }
    }
}

impl fmt::Debug for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectoryError")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Error for DirectoryError {}

/// What a storage answers where the system refused.
pub(super) fn failed(error: io::Error) -> StorageError {
    let kind = match error.kind() {
        io::ErrorKind::InvalidData => StorageErrorKind::Corrupt,
        _ => StorageErrorKind::Unavailable,
    };
    StorageError::new(kind).with_source(error)
}

/// What a storage answers where a file is not what it wrote.
pub(super) const fn corrupt() -> StorageError {
    StorageError::new(StorageErrorKind::Corrupt)
}
