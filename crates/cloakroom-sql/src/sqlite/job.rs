//! What is handed to a thread, and comes back from it.

use cloakroom_storage::StorageError;
use tokio::sync::oneshot;

use crate::shared::args::Args;
use crate::shared::backend::Call;
use crate::shared::row::Row;

/// A call that waits for its answer.
pub(super) struct Job {
    pub(super) call: Call,
    pub(super) args: Args,
    pub(super) reply: oneshot::Sender<Result<Vec<Row>, StorageError>>,
}

impl Job {
    /// Whether somebody still waits for the answer.
    pub(super) fn is_awaited(&self) -> bool {
        !self.reply.is_closed()
    }

    /// Gives the answer to who waits, if anybody does.
    pub(super) fn answer(self, answer: Result<Vec<Row>, StorageError>) {
        self.reply.send(answer).ok();
    }
}
