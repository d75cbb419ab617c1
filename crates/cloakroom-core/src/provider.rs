//! A registered session type: [`Provider`] is what can be said without the type, [`Typed`] adds
//! what needs it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_crypto::{Entropy, Prepared, PreparedKey, ProviderKeys, moved_name};
use cloakroom_storage::{Scope, SubjectLimit};
use cloakroom_time::Timestamp;

use crate::codec::Versioned;
use crate::erased::DynStorage;
use crate::form::Form;
use crate::merge::FieldRules;
use crate::plan::Policy;
use crate::transform::{Context, Transformer};
use crate::transport::wire::Wire;

/// What a request gets when its session's storage cannot be read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a request is refused or served")]
pub enum StorageFailure {
    /// The extractor rejects the request with 503.
    #[default]
    Respond503,
    /// The handler runs with an absent session that cannot be written in this request.
    TreatAsAbsent,
}

/// A registered session type, without the type.
pub(crate) struct Provider {
    pub(crate) application: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) scope: Scope,
    pub(crate) wire: Wire,
    pub(crate) keys: ProviderKeys,
    pub(crate) policy: Policy,
    /// What is written, and read.
    pub(crate) form: Form,
    /// What is read besides.
    pub(crate) other: Option<Other>,
    pub(crate) storage_timeout: Option<Duration>,
    pub(crate) storage_failure: StorageFailure,
    pub(crate) subject_limit: Option<SubjectLimit>,
    /// How many bytes a transformer may leave.
    pub(crate) limit: usize,
    /// Whether responses say that they depend on the session (`Vary`, `Cache-Control`).
    pub(crate) cache_headers: bool,
    /// Another provider may have a key of its transformers.
    pub(crate) shares_keys: bool,
}

/// A form that a provider reads beside its own, while sessions move from one to the other.
#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) form: Form,
    /// From then on it is not read.
    pub(crate) until: Timestamp,
    /// Its sessions stay where they lie.
    pub(crate) in_place: bool,
}

impl Other {
    pub(crate) const fn new(form: Form, until: Timestamp, in_place: bool) -> Self {
        Self {
            form,
            until,
            in_place,
        }
    }
}

/// Which of a provider's forms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Own,
    Other,
}

impl Provider {
    /// The form that is read beside the provider's own, while its time lasts.
    pub(crate) fn other(&self, now: Timestamp) -> Option<&Form> {
        let other = self.other.as_ref()?;
        (now < other.until).then_some(&other.form)
    }

    /// Whether an id of the other form is one of the own form too, with its record under the same
    /// key: only the storage is another.
    pub(crate) fn has_same_ids(&self, now: Timestamp) -> bool {
        let other = self.other(now);
        self.form.ids.have_proofs() && other.is_some_and(|form| form.ids.have_proofs())
    }

    /// The store that counts while a session may lie in both, which is the one that sessions are moved
    /// from: a record that lies in the other as well is a copy, of a move that is not over.
    pub(crate) fn first_place(&self, now: Timestamp) -> Place {
        let moves = self.other.as_ref().is_some_and(|other| !other.in_place);
        match moves && self.has_same_ids(now) {
            true => Place::Other,
            false => Place::Own,
        }
    }

    /// Both places, as what ends a session goes through them: first where it is moved from, so that what is
    /// moved meanwhile is met in the second.
    pub(crate) fn places(&self, now: Timestamp) -> [Place; 2] {
        match self.first_place(now) {
            Place::Own => [Place::Own, Place::Other],
            Place::Other => [Place::Other, Place::Own],
        }
    }

    /// The form of a place.
    pub(crate) fn form_at(&self, place: Place) -> Option<&Form> {
        match place {
            Place::Own => Some(&self.form),
            Place::Other => Some(&self.other.as_ref()?.form),
        }
    }

    /// The transformers of all its forms.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &dyn Transformer> {
        let other = self.other.iter().flat_map(|other| other.form.chain.steps());
        self.form.chain.steps().chain(other)
    }

    /// The storage of the records of a place.
    pub(crate) fn storage(&self, place: Place) -> Option<&dyn DynStorage> {
        self.form_at(place)?.storage.as_deref()
    }

    /// Made of a token of the other form, to be the seed of a session's id here: the same for every
    /// request that comes with the token.
    pub(crate) fn moved_seed(&self, token: &[u8]) -> [u8; 32] {
        moved_name(&self.application, &self.name, token)
    }

    /// A transformer's view of one token.
    pub(crate) fn context<'a>(
        &'a self,
        keys: &'a Prepared,
        issuing: Option<&'a PreparedKey>,
        entropy: &'a dyn Entropy,
        now: Timestamp,
    ) -> Context<'a> {
        Context {
            application: &self.application,
            provider: &self.name,
            now,
            limit: self.limit,
            entropy,
            keys,
            issuing,
            found: std::cell::Cell::new(None),
        }
    }

    /// The effective absolute deadline: the earlier of the recorded and the configured one.
    pub(crate) fn absolute(
        &self,
        recorded: Option<Timestamp>,
        created: Timestamp,
    ) -> Option<Timestamp> {
        let configured = self
            .policy
            .absolute
            .map(|span| created.saturating_add(span));
        match (recorded, configured) {
            (Some(recorded), Some(configured)) => Some(recorded.min(configured)),
            (deadline, None) | (None, deadline) => deadline,
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("wire", &self.wire)
            .field("form", &self.form)
            .field("other", &self.other)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

pub(crate) type SubjectOf<S> = Box<dyn Fn(&S) -> Option<String> + Send + Sync>;
pub(crate) type Validate<S> = Box<dyn Fn(&S) -> bool + Send + Sync>;
/// Joins two changes of one session: base, ours, theirs; `None` refuses ours.
pub type JoinWith<S> = Box<dyn Fn(&S, &S, &S) -> Option<S> + Send + Sync>;

/// How two changes of one session at once are joined.
pub(crate) enum Joiner<S> {
    /// Three-way, by whole fields.
    Fields(FieldRules),
    /// The application's own function of base, ours and theirs.
    With(JoinWith<S>),
}

/// A registered session type.
pub(crate) struct Typed<S> {
    pub(crate) provider: Provider,
    pub(crate) codec: Versioned<S>,
    /// The codec of the form that is read beside the provider's own.
    pub(crate) other_codec: Option<Versioned<S>>,
    pub(crate) subject: Option<SubjectOf<S>>,
    pub(crate) validate: Option<Validate<S>>,
    pub(crate) joiner: Joiner<S>,
}

impl<S> Typed<S> {
    pub(crate) fn subject_of(&self, value: &S) -> Option<Arc<str>> {
        let subject = self.subject.as_ref()?;
        subject(value).map(Arc::from)
    }

    pub(crate) fn is_valid(&self, value: &S) -> bool {
        self.validate
            .as_ref()
            .is_none_or(|validate| validate(value))
    }
}

impl<S> fmt::Debug for Typed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.provider, f)
    }
}
