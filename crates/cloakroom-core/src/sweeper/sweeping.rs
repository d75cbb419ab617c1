//! The task that sweeps, its end, and what does not end it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A storage that is being swept; it stops when this is dropped.
#[derive(Debug)]
pub struct Sweeping {
    task: JoinHandle<()>,
    stop: Arc<Stop>,
}

impl Sweeping {
    pub(super) const fn new(task: JoinHandle<()>, stop: Arc<Stop>) -> Self {
        Self { task, stop }
    }

    /// Stops, and waits until the batch that is under way is done: half a minute at most. Where there
    /// is more to remove, another process may go on at once.
    ///
    /// Dropping it instead waits for nothing: a call that is under way is done whole or not at all,
    /// and the next sweep comes when this one's lease ends.
    pub async fn stop(mut self) {
        self.stop.ask();
        // It only ends so; a panic of the storage or an observer does not end it.
        let _ended = (&mut self.task).await;
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The wish that the task ends.
#[derive(Debug, Default)]
pub(super) struct Stop {
    pub(super) is_asked: AtomicBool,
    asked: Notify,
}

impl Stop {
    fn ask(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
        self.asked.notify_one();
    }

    /// Waits that long, or until the end is asked for; whether it is.
    pub(super) async fn comes_within(&self, wait: Duration) -> bool {
        if self.is_asked.load(Ordering::SeqCst) {
            return true;
        }
        tokio::time::timeout(wait, self.asked.notified())
            .await
            .is_ok()
    }
}

/// What a call comes to; none where it panics, which the hook for panics has said.
pub(super) async fn survives<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    std::future::poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(answer)) => Poll::Ready(Some(answer)),
            Err(_) => Poll::Ready(None),
        },
    )
    .await
}
