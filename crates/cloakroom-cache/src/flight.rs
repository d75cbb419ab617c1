//! One reading of a record, for all who ask for it at once.

use std::sync::Arc;

use cloakroom_storage::{StorageError, Stored, Timestamp};
use tokio::sync::OnceCell;

use crate::moment::Moment;

/// A reading that is under way, or has just been done.
///
/// Whoever asks first reads, and the others wait. If that one is dropped, one of those who wait reads
/// instead. A failure is told to all who waited: to try again for each of them would load a storage
/// that is in trouble already.
pub(crate) struct Flight {
    /// When it began; a copy of what it finds is as old as that.
    pub(crate) began: Moment,
    /// The how manieth reading of this cache it is.
    pub(crate) number: u64,
    pub(crate) answer: OnceCell<Answer>,
}

/// What a reading has found.
pub(crate) struct Answer {
    /// The present by which the storage judged what is alive.
    pub(crate) judged_by: Timestamp,
    pub(crate) found: Result<Option<Stored>, Arc<StorageError>>,
}

impl Flight {
    pub(crate) const fn new(began: Moment, number: u64) -> Self {
        Self {
            began,
            number,
            answer: OnceCell::const_new(),
        }
    }
}
