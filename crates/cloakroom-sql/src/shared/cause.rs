//! Errors that this crate finds itself.

use cloakroom_storage::{StorageError, StorageErrorKind};

/// The storage is out of reach, or refuses work.
pub(crate) const fn unavailable() -> StorageError {
    StorageError::new(StorageErrorKind::Unavailable)
}

/// The tables hold what this crate has not written.
pub(crate) fn corrupt(what: &'static str) -> StorageError {
    StorageError::new(StorageErrorKind::Corrupt).with_source(what)
}
