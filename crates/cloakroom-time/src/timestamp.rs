//! An instant in whole milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Instants before 1970 are 1970, those beyond `u64::MAX` milliseconds are that.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_time::Timestamp;
///
/// let login = Timestamp::from_secs(1_000);
/// let deadline = login.saturating_add(Duration::from_secs(60));
/// assert!(login < deadline);
/// assert_eq!(deadline.saturating_since(login), Duration::from_secs(60));
/// assert_eq!(login.saturating_since(deadline), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z, the earliest instant.
    pub const EPOCH: Self = Self(0);

    /// The last instant; what arithmetic saturates at.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `millis` milliseconds after 1970.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// assert_eq!(Timestamp::from_millis(1_500).as_secs(), 1);
    /// ```
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The instant `secs` seconds after 1970, saturating.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// assert_eq!(Timestamp::from_secs(2), Timestamp::from_millis(2_000));
    /// ```
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// Milliseconds since 1970.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// assert_eq!(Timestamp::from_secs(2).as_millis(), 2_000);
    /// ```
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// assert_eq!(Timestamp::from_millis(2_999).as_secs(), 2);
    /// ```
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000
    }

    /// This instant moved forward; [`Timestamp::MAX`] where that is too far.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// # use std::time::Duration;
    /// assert_eq!(Timestamp::MAX.saturating_add(Duration::from_secs(1)), Timestamp::MAX);
    /// ```
    #[must_use]
    pub const fn saturating_add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// This instant moved back; [`Timestamp::EPOCH`] where that is too far.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// # use std::time::Duration;
    /// assert_eq!(Timestamp::EPOCH.saturating_sub(Duration::from_secs(1)), Timestamp::EPOCH);
    /// ```
    #[must_use]
    pub const fn saturating_sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// The time since `earlier`; zero if `earlier` is later.
    ///
    /// ```
    /// # use cloakroom_time::Timestamp;
    /// # use std::time::Duration;
    /// let age = Timestamp::from_secs(9).saturating_since(Timestamp::from_secs(7));
    /// assert_eq!(age, Duration::from_secs(2));
    /// ```
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Whole milliseconds of a span, saturating.
const fn millis(span: Duration) -> u64 {
    let millis = span.as_millis();
    if millis > u64::MAX as u128 {
        u64::MAX
    } else {
        millis as u64
    }
}

impl From<SystemTime> for Timestamp {
    /// Rounds down to the millisecond; instants before 1970 are 1970.
    fn from(time: SystemTime) -> Self {
        Self(millis(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }
}

impl From<Timestamp> for SystemTime {
    /// An instant beyond what the platform's `SystemTime` can hold is 1970; no platform that Rust
    /// supports has one before the year 500,000,000.
    fn from(time: Timestamp) -> Self {
        UNIX_EPOCH
            .checked_add(Duration::from_millis(time.0))
            .unwrap_or(UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_before_1970_is_1970() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Timestamp::from(before), Timestamp::EPOCH);
    }

    #[test]
    fn system_time_and_back_keeps_the_millisecond() {
        let time = Timestamp::from_millis(1_723_456_789_123);
        assert_eq!(Timestamp::from(SystemTime::from(time)), time);
    }

    #[test]
    fn a_span_longer_than_all_time_saturates() {
        let end = Timestamp::from_millis(1).saturating_add(Duration::MAX);
        assert_eq!(end, Timestamp::MAX);
        assert_eq!(end.saturating_sub(Duration::MAX), Timestamp::EPOCH);
    }
}
