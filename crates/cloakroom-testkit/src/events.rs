//! What happened to the sessions, in order.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloakroom_core::{Event, EventKind, LogHandle, Observer};

/// Keeps every event, in the order in which it was told.
///
/// A clone is the same log: give one to the builder's `observer` and keep the other.
///
/// # Security
///
/// `Debug` shows kinds and providers, and names no session.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Event, EventKind, Observer};
/// use cloakroom_testkit::EventLog;
///
/// let events = EventLog::new();
/// let told = events.clone();
/// told.observe(&Event::new("cart", EventKind::Created));
/// told.observe(&Event::new("login", EventKind::SignedIn));
/// assert_eq!(events.kinds(), [EventKind::Created, EventKind::SignedIn]);
/// assert_eq!(events.kinds_of("login"), [EventKind::SignedIn]);
/// ```
#[derive(Clone, Default)]
pub struct EventLog(Arc<Mutex<Vec<Recorded>>>);

/// One event as an [`EventLog`] keeps it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Recorded {
    /// The name of the provider.
    pub provider: String,
    /// What happened.
    pub kind: EventKind,
    /// The declared fields that it is about.
    pub fields: Vec<&'static str>,
    /// The name of the session in logs, if the event has one.
    pub session: Option<LogHandle>,
}

impl EventLog {
    /// An empty log.
    ///
    /// ```
    /// # use cloakroom_testkit::EventLog;
    /// assert_eq!(EventLog::new().kinds(), []);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The kinds of all events since the log was last emptied.
    ///
    /// ```
    /// # use cloakroom_core::{Event, EventKind, Observer};
    /// # use cloakroom_testkit::EventLog;
    /// let events = EventLog::new();
    /// events.observe(&Event::new("cart", EventKind::Ended));
    /// assert_eq!(events.kinds(), [EventKind::Ended]);
    /// ```
    #[must_use]
    pub fn kinds(&self) -> Vec<EventKind> {
        self.recorded().iter().map(|event| event.kind).collect()
    }

    /// The kinds of the events of one provider.
    ///
    /// ```
    /// # use cloakroom_core::{Event, EventKind, Observer};
    /// # use cloakroom_testkit::EventLog;
    /// let events = EventLog::new();
    /// events.observe(&Event::new("cart", EventKind::Ended));
    /// assert_eq!(events.kinds_of("login"), []);
    /// ```
    #[must_use]
    pub fn kinds_of(&self, provider: &str) -> Vec<EventKind> {
        let recorded = self.recorded();
        let of = recorded.iter().filter(|event| event.provider == provider);
        of.map(|event| event.kind).collect()
    }

    /// Everything that was told, and empties the log.
    ///
    /// ```
    /// # use cloakroom_core::{Event, EventKind, Observer};
    /// # use cloakroom_testkit::EventLog;
    /// let events = EventLog::new();
    /// events.observe(&Event::new("cart", EventKind::Changed));
    /// let taken = events.take();
    /// assert_eq!((taken[0].provider.as_str(), taken[0].kind), ("cart", EventKind::Changed));
    /// assert!(events.take().is_empty());
    /// ```
    #[must_use]
    pub fn take(&self) -> Vec<Recorded> {
        mem::take(&mut *self.recorded())
    }

    /// Empties the log.
    ///
    /// ```
    /// # use cloakroom_core::{Event, EventKind, Observer};
    /// # use cloakroom_testkit::EventLog;
    /// let events = EventLog::new();
    /// events.observe(&Event::new("cart", EventKind::Changed));
    /// events.clear();
    /// assert_eq!(events.kinds(), []);
    /// ```
    pub fn clear(&self) {
        self.recorded().clear();
    }

    fn recorded(&self) -> MutexGuard<'_, Vec<Recorded>> {
        // A list that events are only appended to is whole after any panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for EventLog {
    fn observe(&self, event: &Event<'_>) {
        self.recorded().push(Recorded {
            provider: event.provider.to_owned(),
            kind: event.kind,
            fields: event.fields.to_vec(),
            session: event.session,
        });
    }
}

impl fmt::Debug for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recorded = self.recorded();
        let entries = recorded.iter().map(|event| (&event.provider, event.kind));
        f.debug_list().entries(entries).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules: secrets.
    #[test]
    fn debug_names_no_session() {
        let mut event = Event::new(
            "cart",
            EventKind::Renewed(cloakroom_core::RenewReason::Idle),
        );
        event.session = Some(LogHandle::new([7; 8]));
        let log = EventLog::new();
        log.observe(&event);
        assert_eq!(format!("{log:?}"), r#"[("cart", Renewed(Idle))]"#);
    }

    #[test]
    fn an_event_is_kept_with_all_that_it_says() {
        let mut event = Event::new("cart", EventKind::Merged);
        event.session = Some(LogHandle::new([1; 8]));
        event.fields = &["items", "note"];
        let log = EventLog::new();
        log.observe(&event);
        let expected = Recorded {
            provider: "cart".to_owned(),
            kind: EventKind::Merged,
            fields: vec!["items", "note"],
            session: Some(LogHandle::new([1; 8])),
        };
        assert_eq!(log.take(), [expected]);
    }
}
