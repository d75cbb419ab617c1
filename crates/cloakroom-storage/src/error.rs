//! Why a storage could not do its work.

use std::error::Error;
use std::fmt;

/// A storage could not do its work: it is broken or out of reach, not merely without the record.
///
/// Opaque, so that it can grow; ask [`kind`](Self::kind).
///
/// # Security
///
/// `Display`, `Debug` and [`Error::source`] never show the cause: a driver's text may hold a
/// connection string, a statement or a value. [`expose_source`](Self::expose_source) gives it to
/// who asks by that name.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::{StorageError, StorageErrorKind};
///
/// let error = StorageError::new(StorageErrorKind::Unavailable)
///     .with_source("postgres://shop:secret@db refused");
/// assert_eq!(error.to_string(), "the storage is out of reach");
/// assert!(!format!("{error:?}").contains("secret"));
/// assert!(error.expose_source().is_some());
/// ```
pub struct StorageError {
    kind: StorageErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What kind of failure a [`StorageError`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StorageErrorKind {
    /// The storage cannot be reached, or refuses work.
    Unavailable,
    /// It has no room for what is new or larger. What is there can be read and ended.
    Full,
    /// No answer came in time; whether the step took effect is not known.
    TimedOut,
    /// What the storage holds cannot be read as a record.
    Corrupt,
    /// Anything else.
    Other,
}

impl StorageError {
    /// An error of this kind, without a cause.
    ///
    /// ```
    /// # use cloakroom_storage::{StorageError, StorageErrorKind};
    /// let error = StorageError::new(StorageErrorKind::TimedOut);
    /// assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    /// ```
    #[must_use]
    pub const fn new(kind: StorageErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// The same error with its cause, for [`expose_source`](Self::expose_source).
    ///
    /// ```
    /// # use cloakroom_storage::{StorageError, StorageErrorKind};
    /// let error = StorageError::new(StorageErrorKind::Other).with_source("disk on fire");
    /// assert_eq!(error.expose_source().unwrap().to_string(), "disk on fire");
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure this is.
    ///
    /// ```
    /// # use cloakroom_storage::{StorageError, StorageErrorKind};
    /// assert_eq!(StorageError::new(StorageErrorKind::Corrupt).kind(), StorageErrorKind::Corrupt);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> StorageErrorKind {
        self.kind
    }

    /// The cause, which may hold secrets: not for logs that others read.
    ///
    /// ```
    /// # use cloakroom_storage::{StorageError, StorageErrorKind};
    /// assert!(StorageError::new(StorageErrorKind::Other).expose_source().is_none());
    /// ```
    #[must_use]
    pub fn expose_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StorageErrorKind::Unavailable => "the storage is out of reach",
            StorageErrorKind::Full => "the storage is full",
            StorageErrorKind::TimedOut => "the storage did not answer in time",
            StorageErrorKind::Corrupt => "the storage holds what is no record",
            StorageErrorKind::Other => "the storage failed",
        })
    }
}

impl fmt::Debug for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageError")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Error for StorageError {}
