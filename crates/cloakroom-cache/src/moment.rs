//! When a reading began, and how long it may be served.
//!
//! * **Two clocks.** The monotonic one cannot be set back. It may stand still while the machine sleeps,
//!   which the `now` of the calls does not.

use std::time::Duration;

use cloakroom_storage::Timestamp;
use tokio::time::Instant;

/// An instant by both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    monotonic: Instant,
    pub(crate) now: Timestamp,
}

impl Moment {
    /// The present, of which the caller says that it is `now`.
    pub(crate) fn present(now: Timestamp) -> Self {
        Self {
            monotonic: Instant::now(),
            now,
        }
    }

    /// Whether what was read from this moment on may be served to who asks at `asked`.
    pub(crate) fn is_fresh(self, asked: Self, staleness: Duration) -> bool {
        asked.monotonic.saturating_duration_since(self.monotonic) < staleness
            && asked.now.saturating_since(self.now) < staleness
    }
}
