//! One failure of the storage, told to all who waited for the same reading.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use cloakroom_storage::StorageError;

/// The same failure once more: its kind, and its cause for who asks for that by name.
pub(crate) fn shared(error: &Arc<StorageError>) -> StorageError {
    let again = StorageError::new(error.kind());
    match error.expose_source() {
        Some(_) => again.with_source(Cause(Arc::clone(error))),
        None => again,
    }
}

/// The cause of a failure, shared.
struct Cause(Arc<StorageError>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.expose_source() {
            Some(cause) => fmt::Display::fmt(cause, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.expose_source().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use cloakroom_storage::StorageErrorKind;

    use super::*;

    /// Rules: secrets.
    #[test]
    fn the_cause_of_a_shared_failure_is_shown_only_to_who_asks_for_it() {
        let failure = StorageError::new(StorageErrorKind::Other).with_source("shop:secret@db");
        let again = shared(&Arc::new(failure));
        assert_eq!(again.kind(), StorageErrorKind::Other);
        assert!(!format!("{again} {again:?}").contains("secret"));
        assert!(again.source().is_none());
        let cause = again.expose_source().unwrap();
        assert_eq!(cause.to_string(), "shop:secret@db");
        assert!(cause.source().is_some(), "for who looks for its type");
        assert!(!format!("{cause:?}").contains("secret"));
    }

    #[test]
    fn a_failure_without_a_cause_has_none_when_it_is_shared() {
        let failure = Arc::new(StorageError::new(StorageErrorKind::TimedOut));
        assert!(shared(&failure).expose_source().is_none());
    }
}
