//! A cache that is told of changes.

use tokio::task::JoinHandle;

/// A cache that is being told of changes; no more when this is dropped.
///
/// Made by [`Cached::start_watching`](crate::Cached::start_watching), where there is an example.
#[derive(Debug)]
#[must_use = "the cache is told of changes only for as long as this is kept"]
pub struct Watching(JoinHandle<()>);

impl Watching {
    pub(crate) const fn of(task: JoinHandle<()>) -> Self {
        Self(task)
    }

    /// Stops, and waits until no change is being told any more.
    pub async fn stop(mut self) {
        self.0.abort();
        // Cancelled, as asked for; a panic of the storage ended it before.
        let _ended = (&mut self.0).await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}
