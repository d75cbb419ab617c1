//! What all providers of one `Sessions` share: the clock, randomness and the observers.

use std::fmt;
use std::sync::Arc;

use cloakroom_crypto::{Entropy, PreparedKey};
use cloakroom_storage::StorageError;
use cloakroom_time::{Clock, Timestamp};

use crate::erased::within;
use crate::event::{Event, EventKind, LogHandle, Observer};
use crate::plan::Notes;
use crate::provider::Provider;

/// What all providers of one `Sessions` share.
pub(crate) struct Environment {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) observers: Box<[Arc<dyn Observer>]>,
    /// `development_over_http()` is on.
    pub(crate) development: bool,
}

impl Environment {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Tells the observers one thing about the session of this name.
    pub(crate) fn tell(&self, provider: &Provider, name: Option<&[u8]>, kind: EventKind) {
        self.tell_fields(provider, name, kind, &[]);
    }

    /// Tells the observers several things.
    pub(crate) fn tell_all(&self, provider: &Provider, name: Option<&[u8]>, notes: Notes) {
        for kind in notes.iter() {
            self.tell(provider, name, kind);
        }
    }

    /// Waits for the answer to a call that the application asks a provider's storage for; where it
    /// fails, the observers are told as well.
    pub(crate) async fn asked<T>(
        &self,
        provider: &Provider,
        call: impl Future<Output = Result<T, StorageError>>,
    ) -> Result<T, StorageError> {
        let answer = within(provider.storage_timeout, call).await;
        if answer.is_err() {
            self.tell(provider, None, EventKind::StorageFailed);
        }
        answer
    }

    /// Tells the observers one thing, and which fields it is about.
    pub(crate) fn tell_fields(
        &self,
        provider: &Provider,
        name: Option<&[u8]>,
        kind: EventKind,
        fields: &[&'static str],
    ) {
        if self.observers.is_empty() {
            return;
        }
        let mut event = Event::new(&provider.name, kind);
        event.session = name.and_then(|name| self.log_handle(provider, name));
        event.fields = fields;
        self.tell_event(&event);
    }

    /// Tells the observers an event.
    pub(crate) fn tell_event(&self, event: &Event<'_>) {
        for observer in &self.observers {
            observer.observe(event);
        }
    }

    fn log_handle(&self, provider: &Provider, name: &[u8]) -> Option<LogHandle> {
        let keys = provider.keys.prepared();
        let handle = |key: &PreparedKey| LogHandle::new(key.log_handle(name));
        keys.issuing(self.now()).map(handle)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("clock", &self.clock)
            .field("entropy", &self.entropy)
            .field("observers", &self.observers.len())
            .field("development", &self.development)
            .finish()
    }
}
