//! The one place that reads the wall clock.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::Timestamp;

/// Gives the present.
///
/// [`SystemClock`] in production; a clock that a test moves by hand in tests.
///
/// # Examples
///
/// ```
/// use cloakroom_time::{Clock, Timestamp};
///
/// #[derive(Debug)]
/// struct Stopped(Timestamp);
///
/// impl Clock for Stopped {
///     fn now(&self) -> Timestamp {
///         self.0
///     }
/// }
///
/// assert_eq!(Stopped(Timestamp::from_secs(5)).now().as_millis(), 5_000);
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present, in wall-clock time.
    ///
    /// It may step backwards when the machine's clock is set; callers compare with deadlines and
    /// never assume that it only grows.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The machine's wall clock.
///
/// # Examples
///
/// ```
/// use cloakroom_time::{Clock, SystemClock, Timestamp};
///
/// assert!(SystemClock.now() > Timestamp::from_secs(1_700_000_000));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "written as a value, and has nothing to hold"
)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place of the workspace that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from(SystemTime::now())
    }
}
