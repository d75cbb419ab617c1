//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloakroom_time::{Clock, Timestamp};

/// A clock that stands still until it is moved by hand.
///
/// A clone is the same clock: one hand moves all of them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_testkit::ManualClock;
/// use cloakroom_time::{Clock, Timestamp};
///
/// let clock = ManualClock::new(Timestamp::from_secs(100));
/// let seen_by_the_server = clock.clone();
/// clock.advance(Duration::from_secs(20));
/// assert_eq!(seen_by_the_server.now(), Timestamp::from_secs(120));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that stands at `now`.
    ///
    /// ```
    /// # use cloakroom_testkit::ManualClock;
    /// # use cloakroom_time::{Clock, Timestamp};
    /// assert_eq!(ManualClock::new(Timestamp::EPOCH).now(), Timestamp::EPOCH);
    /// ```
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_millis())))
    }

    /// Moves the clock forward; it stops at [`Timestamp::MAX`].
    ///
    /// ```
    /// # use cloakroom_testkit::ManualClock;
    /// # use cloakroom_time::{Clock, Timestamp};
    /// # use std::time::Duration;
    /// let clock = ManualClock::new(Timestamp::EPOCH);
    /// clock.advance(Duration::from_millis(1_500));
    /// assert_eq!(clock.now(), Timestamp::from_millis(1_500));
    /// clock.advance(Duration::MAX);
    /// assert_eq!(clock.now(), Timestamp::MAX);
    /// ```
    pub fn advance(&self, span: Duration) {
        let later = |now| Some(Timestamp::from_millis(now).saturating_add(span).as_millis());
        // The closure never declines, so there is no failure to look at.
        let _before = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
    }

    /// Sets the clock, also backwards, as the clock of a machine may be.
    ///
    /// ```
    /// # use cloakroom_testkit::ManualClock;
    /// # use cloakroom_time::{Clock, Timestamp};
    /// let clock = ManualClock::new(Timestamp::from_secs(9));
    /// clock.set(Timestamp::from_secs(7));
    /// assert_eq!(clock.now(), Timestamp::from_secs(7));
    /// ```
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Default for ManualClock {
    /// 2026-01-01T00:00:00Z, for tests to which the date does not matter.
    fn default() -> Self {
        Self::new(Timestamp::from_secs(1_767_225_600))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_nobody_moves_stands_still() {
        let clock = ManualClock::default();
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn moved_from_many_threads_it_loses_no_millisecond() {
        let clock = ManualClock::new(Timestamp::EPOCH);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..250).for_each(|_| clock.advance(Duration::from_millis(1))));
            }
        });
        assert_eq!(clock.now(), Timestamp::from_secs(1));
    }
}
