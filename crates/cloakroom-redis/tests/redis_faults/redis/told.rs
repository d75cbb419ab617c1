//! What a storage tells of changes.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{Change, Watch};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::samples::key;

/// How long it is waited for a change: the machine may have much else to do.
const PATIENCE: Duration = Duration::from_secs(12);

/// What is told, in order.
pub(super) struct Told {
    changes: UnboundedReceiver<Change>,
    watching: JoinHandle<()>,
}

impl Told {
    /// By this storage, from when it listens, which it says itself.
    pub(super) async fn by(storage: &RedisStorage) -> Self {
        let (sender, changes) = mpsc::unbounded_channel();
        let watching = storage.watch(move |change| {
            sender.send(change).ok();
        });
        let watching = tokio::spawn(watching);
        let mut told = Self { changes, watching };
        assert_eq!(told.next().await, Change::Anything);
        told
    }

    pub(super) async fn next(&mut self) -> Change {
        let next = timeout(PATIENCE, self.changes.recv()).await;
        next.expect("it is told in time").expect("it watches")
    }

    /// The next change must be one of this record; more of them are told in one step as well.
    pub(super) async fn is_told_of(&mut self, number: u64) {
        assert_eq!(self.next().await, Change::Record(key(number)));
    }

    /// Waits until it is told that anything may have changed.
    pub(super) async fn is_told_of_anything(&mut self) {
        while self.next().await != Change::Anything {}
    }

    /// Nothing was told that has not been taken.
    pub(super) fn is_told_of_nothing_more(&mut self) {
        assert!(self.changes.is_empty(), "{:?}", self.changes.try_recv());
    }

    /// Ends it, as it ends where nobody waits for it any more.
    pub(super) async fn stop(self) {
        self.watching.abort();
        let ended = self.watching.await;
        assert!(ended.is_err_and(|error| error.is_cancelled()));
    }
}
