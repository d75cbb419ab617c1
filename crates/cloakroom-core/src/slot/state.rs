//! The slot itself: a session's value, the gate through which every change goes, and what the
//! manager sees of it without the type.
//!
//! * **One gate**: every change goes through [`Slot::open`], which says why it cannot take effect.
//! * **No lock is held** while code of the application runs (closures, `Serialize`, `subject`).
//! * Closing the gate moves what was loaded out to the manager; finishing gives it back.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloakroom_storage::SubjectNumber;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::intent::Intent;
use super::turn::{Held, Turn};
use crate::buffer::Buffer;
use crate::codec::Format;
use crate::environment::Environment;
use crate::error::ChangeError;
use crate::event::EventKind;
use crate::head::RequestFacts;
use crate::load::{decode_record, decode_record_elsewhere, encode_record, encode_record_elsewhere};
use crate::loaded::Loaded;
use crate::plan::{Failure, Presented, Wish};
use crate::provider::{Joiner, Provider, Typed};

/// A change that can be run again on another value.
pub(crate) type Retry<S> = Arc<dyn Fn(&mut S) + Send + Sync>;

/// One session of one request.
pub(crate) struct Slot<S> {
    pub(crate) environment: Arc<Environment>,
    pub(crate) typed: Arc<Typed<S>>,
    facts: RequestFacts,
    turn: Turn,
    state: Mutex<State<S>>,
}

/// What changes of it.
pub(crate) struct State<S> {
    closed: bool,
    abandoned: bool,
    pub(crate) loaded: Loaded,
    pub(crate) value: Option<Arc<S>>,
    pub(crate) intent: Intent,
    /// Every change so far, as long as each can be run again.
    pub(crate) retries: Option<Vec<Retry<S>>>,
    /// The number of a subject, read before its credentials were checked.
    pub(crate) begun: Option<(Arc<str>, SubjectNumber)>,
    outgoing: Outgoing,
    /// Which fields the codec could not write.
    unwritten: Vec<&'static str>,
}

/// What the response carries for a session: a header's value.
#[derive(Debug, Default)]
pub(crate) enum Outgoing {
    #[default]
    None,
    Set(Vec<u8>),
    /// A mere renewal, which gives way where the response speaks against it.
    Renew(Vec<u8>),
    Clear(Vec<u8>),
}

/// What the manager takes out of a slot when it closes it.
pub(crate) struct Draft {
    pub(crate) wish: Wish,
    pub(crate) loaded: Loaded,
    /// Of the value as it is now.
    pub(crate) subject: Option<Arc<str>>,
    pub(crate) begun: Option<(Arc<str>, SubjectNumber)>,
    /// Every change can be run again on another value.
    pub(crate) retrying: bool,
}

/// What joining our change with theirs came to.
pub(crate) enum JoinedContent {
    /// Content that holds both, and the declared fields that both changed.
    Merged(Vec<u8>, Vec<&'static str>),
    /// They do not go together, because of these declared fields.
    Rejected(Vec<&'static str>),
}

/// A joined value, and the declared fields that both sides changed.
type Joint<S> = (S, Vec<&'static str>);

/// A slot without its type, as the manager sees it.
pub(crate) trait AnySlot: Any + Send + Sync {
    fn environment(&self) -> &Environment;
    fn provider(&self) -> &Provider;
    fn facts(&self) -> RequestFacts;
    /// Closes the gate and takes out what was loaded; `None` if it was closed before.
    fn close(&self) -> Option<Draft>;
    /// Closes the gate for a request that commits nothing. Runs no code of the application.
    fn shut(&self);
    /// The present value's content, behind `headroom` bytes of room and in a buffer that need not
    /// grow for `capacity` bytes.
    fn encode(&self, headroom: usize, capacity: usize) -> Result<Buffer, Failure>;
    /// The format that [`encode`](Self::encode) writes.
    fn format(&self) -> Format;
    /// Joins our change of `base` with `theirs`; all are contents of records.
    fn join(&self, base: &[u8], theirs: &[u8]) -> JoinedContent;
    /// The declared fields that lead to what [`encode`](Self::encode) could not write, if its codec
    /// says so.
    fn unwritten(&self) -> Vec<&'static str>;
    /// The content of a record of the other form, as the provider's own would have it.
    fn rewritten(&self, content: &[u8]) -> Option<Vec<u8>>;
    /// The content of a record of the provider's own form, as the other would have it.
    fn rewritten_for_elsewhere(&self, content: &[u8]) -> Option<Vec<u8>>;
    /// Gives back what was loaded (as it is now) and what the response carries.
    fn finish(&self, loaded: Loaded, outgoing: Outgoing);
    /// Whether what the response carries is a mere renewal.
    fn is_renewing(&self) -> bool;
    /// What the response carries, taken out.
    fn take_outgoing(&self) -> Outgoing;
}

impl<S> Slot<S> {
    pub(crate) fn new(
        environment: &Arc<Environment>,
        typed: &Arc<Typed<S>>,
        facts: RequestFacts,
        loaded: Loaded,
        value: Option<S>,
    ) -> Self {
        Self {
            environment: Arc::clone(environment),
            typed: Arc::clone(typed),
            facts,
            turn: Turn::default(),
            state: Mutex::new(State {
                closed: false,
                abandoned: false,
                loaded,
                value: value.map(Arc::new),
                intent: Intent::default(),
                retries: Some(Vec::new()),
                begun: None,
                outgoing: Outgoing::None,
                unwritten: Vec::new(),
            }),
        }
    }

    /// The state, to look at.
    pub(crate) fn state(&self) -> MutexGuard<'_, State<S>> {
        // No code of the application runs under the lock, so a poisoned one is as good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, to change: the one gate.
    pub(crate) fn open(&self) -> Result<MutexGuard<'_, State<S>>, ChangeError> {
        let state = self.state();
        if state.closed {
            drop(state);
            let provider = &self.typed.provider;
            self.environment.tell(provider, None, EventKind::TooLate);
            return Err(ChangeError::TooLate);
        }
        if state.abandoned {
            return Err(ChangeError::Abandoned);
        }
        if state.loaded.presented == Presented::Unavailable {
            return Err(ChangeError::Unavailable);
        }
        Ok(state)
    }

    /// The turn to run the application's closure on the value.
    pub(crate) fn take_turn(&self) -> Result<Held<'_>, ChangeError> {
        self.turn.take().ok_or(ChangeError::Reentered)
    }

    /// A panic unwound through a holder of the session: nothing of it is kept.
    pub(crate) fn abandon(&self) {
        self.state().abandoned = true;
    }
}

impl<S> Slot<S>
where
    S: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// The joined value, and the declared fields that both changed; a session never changes hands
    /// by being joined.
    fn joined_value(&self, base: &[u8], theirs: &[u8]) -> Result<Joint<S>, Vec<&'static str>> {
        let none = |_| Vec::new();
        let theirs = decode_record(&self.typed, theirs).map_err(none)?;
        let subject = self.typed.subject_of(&theirs);
        let joined = self.joined_with(base, theirs)?;
        let same = self.typed.subject_of(&joined.0) == subject;
        same.then_some(joined).ok_or_else(Vec::new)
    }

    fn joined_with(&self, base: &[u8], mut theirs: S) -> Result<Joint<S>, Vec<&'static str>> {
        let none = |_| Vec::new();
        let (ours, retries) = {
            let state = self.state();
            (state.value.clone(), state.retries.clone())
        };
        if let Some(retries) = retries.filter(|retries| !retries.is_empty()) {
            for change in retries {
                change(&mut theirs);
            }
            return Ok((theirs, Vec::new()));
        }
        let base = decode_record(&self.typed, base).map_err(none)?;
        let ours = ours.ok_or_else(Vec::new)?;
        match &self.typed.joiner {
            Joiner::With(join) => {
                let joined = join(&base, &ours, &theirs).ok_or_else(Vec::new)?;
                Ok((joined, Vec::new()))
            }
            Joiner::Fields(rules) => match rules.merge(&base, &ours, &theirs) {
                Ok(merged) => Ok((merged.value, merged.fields)),
                Err(clash) => Err(clash.fields),
            },
        }
    }
}

impl<S> AnySlot for Slot<S>
where
    S: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    fn environment(&self) -> &Environment {
        &self.environment
    }

    fn provider(&self) -> &Provider {
        &self.typed.provider
    }

    fn facts(&self) -> RequestFacts {
        self.facts
    }

    fn close(&self) -> Option<Draft> {
        let mut state = self.state();
        if std::mem::replace(&mut state.closed, true) {
            return None;
        }
        let wish = if state.abandoned {
            Wish::Abandon
        } else {
            state.intent.wish()
        };
        let written = !matches!(wish, Wish::Keep | Wish::End | Wish::Abandon | Wish::Rotate);
        let value = state.value.clone().filter(|_| written);
        let mut draft = Draft {
            wish,
            loaded: std::mem::replace(&mut state.loaded, Loaded::nothing()),
            subject: None,
            begun: state.begun.clone(),
            retrying: state.retries.as_ref().is_some_and(|all| !all.is_empty()),
        };
        drop(state);
        draft.subject = value.and_then(|value| self.typed.subject_of(&value));
        if written && draft.subject.as_deref() != draft.loaded.subject() {
            draft.wish = Wish::SignIn;
        }
        Some(draft)
    }

    fn shut(&self) {
        self.state().closed = true;
    }

    fn encode(&self, headroom: usize, capacity: usize) -> Result<Buffer, Failure> {
        let value = self.state().value.clone().ok_or(Failure::Encode)?;
        if !self.typed.is_valid(&value) {
            return Err(Failure::Invalid);
        }
        let mut buffer = Buffer::with_headroom(headroom, capacity);
        let encoded = buffer.append_with(|out| self.typed.codec.encode(&value, out));
        if let Err(error) = encoded {
            self.state().unwritten = error.fields().collect();
            return Err(Failure::Encode);
        }
        Ok(buffer)
    }

    fn unwritten(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state().unwritten)
    }

    fn format(&self) -> Format {
        self.typed.codec.format()
    }

    fn join(&self, base: &[u8], theirs: &[u8]) -> JoinedContent {
        let (value, fields) = match self.joined_value(base, theirs) {
            Err(fields) => return JoinedContent::Rejected(fields),
            Ok(joint) => joint,
        };
        match encode_record(&self.typed, &value) {
            None => JoinedContent::Rejected(Vec::new()),
            Some(content) => {
                self.state().value = Some(Arc::new(value));
                JoinedContent::Merged(content, fields)
            }
        }
    }

    fn rewritten(&self, content: &[u8]) -> Option<Vec<u8>> {
        let value = decode_record_elsewhere(&self.typed, content).ok()?;
        encode_record(&self.typed, &value)
    }

    fn rewritten_for_elsewhere(&self, content: &[u8]) -> Option<Vec<u8>> {
        let value = decode_record(&self.typed, content).ok()?;
        encode_record_elsewhere(&self.typed, &value)
    }

    fn finish(&self, loaded: Loaded, outgoing: Outgoing) {
        let mut state = self.state();
        state.loaded = loaded;
        state.outgoing = outgoing;
    }

    fn is_renewing(&self) -> bool {
        matches!(self.state().outgoing, Outgoing::Renew(_))
    }

    fn take_outgoing(&self) -> Outgoing {
        std::mem::take(&mut self.state().outgoing)
    }
}
