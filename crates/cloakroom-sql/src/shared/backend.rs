//! A database, as the calls of the contract see it.

use cloakroom_storage::StorageError;

use crate::shared::args::Args;
use crate::shared::row::Row;

/// One step of the contract, which a database does as a whole or not at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    /// The columns of a live record, in at most one row.
    Read,
    /// A verdict and a version, in one row.
    Create,
    /// The new version, in at most one row.
    Update,
    /// How many live records it moved or found to stay.
    Touch,
    /// How many live records of a version it removed.
    Take,
    /// How many records it removed.
    Remove,
    /// The number of a subject.
    Number,
    /// The sessions of a subject, in a row each.
    List,
    /// How many live records it removed.
    RemoveAll,
    /// How many floors it raised or found to stay.
    EndBefore,
    /// How many records it removed.
    Sweep,
}

/// Does the steps of the contract. A number is answered as one row with one column.
pub(crate) trait Backend: Send + Sync {
    fn run(
        &self,
        call: Call,
        args: Args,
    ) -> impl Future<Output = Result<Vec<Row>, StorageError>> + Send;
}
