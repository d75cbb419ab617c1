//! A registered session type: [`Provider`] is what can be said without the type, [`Typed`] adds
//! what needs it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_crypto::{Entropy, Prepared, PreparedKey, ProviderKeys};
use cloakroom_storage::{Scope, SubjectLimit};
use cloakroom_time::Timestamp;

use crate::codec::Versioned;
use crate::erased::DynStorage;
use crate::id::StorageKeys;
use crate::merge::FieldRules;
use crate::plan::Policy;
use crate::transform::{Chain, Context};
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
    pub(crate) chain: Chain,
    pub(crate) keys: ProviderKeys,
    pub(crate) storage_keys: StorageKeys,
    pub(crate) policy: Policy,
    /// Present exactly if sessions are tracked by id.
    pub(crate) storage: Option<Arc<dyn DynStorage>>,
    pub(crate) storage_timeout: Option<Duration>,
    pub(crate) storage_failure: StorageFailure,
    pub(crate) subject_limit: Option<SubjectLimit>,
    /// How many bytes a transformer may leave.
    pub(crate) limit: usize,
}

impl Provider {
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
            .field("chain", &self.chain)
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
