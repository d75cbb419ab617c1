//! What can be said of one session type.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::{Storage, SubjectLimit, WhenFull};

use super::foreign::Foreign;
use crate::codec::{Codec, Json, Schema, SchemaError, Versioned};
use crate::erased::DynStorage;
use crate::merge::FieldRules;
use crate::native::steps::{Seal, Sign};
use crate::plan::ConflictRule;
use crate::provider::{JoinWith, Joiner, StorageFailure, SubjectOf, Validate};
use crate::registry::SessionValue;
use crate::transform::{Chain, DEFAULT_LIMIT, Transformer};
use crate::transport::options::CookieOptions;

/// A session in a cookie, being configured.
pub type CookieSession<S> = SessionOptions<S, CookieOptions>;

/// A session in a header, being configured.
pub type HeaderSession<S> = SessionOptions<S, ()>;

/// What can be said of one session type: where its content lives, how long, how it is protected.
///
/// `W` says how the token travels; you never write it.
#[must_use]
pub struct SessionOptions<S, W> {
    pub(super) wire: W,
    pub(super) chain: Chain,
    pub(super) native_step: Option<&'static str>,
    pub(super) storage: Option<Arc<dyn DynStorage>>,
    pub(super) codec: Result<Versioned<S>, SchemaError>,
    /// The absolute timeout, and whether the application said it.
    pub(super) absolute: Option<Duration>,
    pub(super) absolute_said: bool,
    pub(super) idle: Option<Duration>,
    pub(super) touch_after: Option<Duration>,
    pub(super) overlap: Duration,
    pub(super) end_on_reuse: bool,
    /// Something was said that only ids with proofs have.
    pub(super) rotates: bool,
    pub(super) forgeable: bool,
    pub(super) ending: Option<Ending>,
    pub(super) conflicts: ConflictRule,
    pub(super) joiner: Joiner<S>,
    pub(super) subject: Option<SubjectOf<S>>,
    pub(super) validate: Option<Validate<S>>,
    pub(super) storage_failure: StorageFailure,
    pub(super) storage_timeout: Option<Duration>,
    pub(super) subject_limit: Option<SubjectLimit>,
    pub(super) limit: usize,
    /// What was said that only makes sense for one kind of tracking, for `build()` to judge.
    pub(super) only_by_id: Option<&'static str>,
    /// What is as another session system has it.
    pub(super) foreign: Foreign<S>,
}

/// How far the server can end sessions that live with the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// Not at all: the server keeps nothing. Deadlines are enforced; logging out asks this browser
    /// to forget, and ends no copy of the token.
    Stateless,
}

/// What two changes of one stored session at the same time come to.
#[non_exhaustive]
pub enum Conflicts<S> {
    /// Joined three-way, by whole top-level fields; where both changed one field, a rule for that
    /// field decides, else the later request is refused with 409. The default, without rules.
    Merge(FieldRules),
    /// The later request is refused with 409.
    Reject,
    /// The later request's value replaces the other's.
    LastWins,
    /// Joined by a function of base, ours and theirs; `None` refuses the later request with 409.
    With(JoinWith<S>),
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl<S: SessionValue, W> SessionOptions<S, W> {
    pub(super) fn new(wire: W) -> Self {
        Self {
            wire,
            chain: Chain::default(),
            native_step: None,
            storage: None,
            codec: Schema::new(Json).build(),
            absolute: Some(7 * DAY),
            absolute_said: false,
            idle: None,
            touch_after: None,
            overlap: Duration::from_secs(30),
            end_on_reuse: true,
            rotates: false,
            forgeable: false,
            ending: None,
            conflicts: ConflictRule::Join,
            joiner: Joiner::Fields(FieldRules::new()),
            subject: None,
            validate: None,
            storage_failure: StorageFailure::Respond503,
            storage_timeout: Some(Duration::from_secs(5)),
            subject_limit: None,
            limit: DEFAULT_LIMIT,
            only_by_id: None,
            foreign: Foreign::default(),
        }
    }

    /// Keeps the content with the client, encrypted and authenticated (XAES-256-GCM).
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// example_build(|c| c.sealed()).unwrap();
    /// ```
    pub fn sealed(mut self) -> Self {
        self.chain.push(Seal);
        self.native_step = Some("sealed");
        self
    }

    /// Keeps the content with the client, authenticated (HMAC-SHA256) and readable by who has it.
    ///
    /// # Security
    ///
    /// The client, and whoever gets at its cookies, reads all of the content.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// example_build(|c| c.signed()).unwrap();
    /// ```
    pub fn signed(mut self) -> Self {
        self.chain.push(Sign);
        self.native_step = Some("signed");
        self
    }

    /// Keeps the content in a storage; only an id travels.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage)).unwrap();
    /// // The content does not travel, so it is not sealed either.
    /// let error = example_build(|c| c.stored_in(&storage).sealed()).unwrap_err();
    /// assert_eq!(error.field(), "sealed");
    /// ```
    pub fn stored_in<St: Storage + Clone>(mut self, storage: &St) -> Self {
        self.storage = Some(Arc::new(storage.clone()));
        self
    }

    /// Adds a step of your own between content and token, after those named before.
    pub fn transform(mut self, step: impl Transformer) -> Self {
        self.chain.push(step);
        self
    }

    /// Lets content travel under a chain without authenticity.
    ///
    /// # Security
    ///
    /// The client can put any content into the session. Only for what you would take from a form
    /// field as well.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// assert_eq!(example_build(|c| c).unwrap_err().field(), "sealed");
    /// example_build(|c| c.forgeable_by_clients()).unwrap();
    /// ```
    pub const fn forgeable_by_clients(mut self) -> Self {
        self.forgeable = true;
        self
    }

    /// How values become bytes, and which older forms are read. **Default**: JSON, version 1.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::{Json, Schema};
    ///
    /// let schema = Schema::new(Json).version(2).reads(1, |old: u64| old.to_string());
    /// example_build(|c| c.sealed().schema(schema)).unwrap();
    /// ```
    pub fn schema<C: Codec>(mut self, schema: Schema<S, C>) -> Self {
        self.codec = schema.build();
        self
    }

    /// From the beginning of a session to its end at the latest, enforced by the server.
    /// **Default**: 7 days. A shorter one takes hold of existing sessions at once.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    ///
    /// example_build(|c| c.sealed().absolute_timeout(Duration::from_secs(3600))).unwrap();
    /// let error = example_build(|c| c.sealed().absolute_timeout(Duration::ZERO)).unwrap_err();
    /// assert_eq!(error.field(), "absolute_timeout");
    /// ```
    pub const fn absolute_timeout(mut self, timeout: Duration) -> Self {
        self.absolute = Some(timeout);
        self.absolute_said = true;
        self
    }

    /// Lets sessions live without an absolute deadline. Only for stored sessions.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage).no_absolute_timeout()).unwrap();
    /// let error = example_build(|c| c.sealed().no_absolute_timeout()).unwrap_err();
    /// assert_eq!(error.field(), "no_absolute_timeout");
    /// ```
    pub const fn no_absolute_timeout(mut self) -> Self {
        self.absolute = None;
        self
    }

    /// From the last use of a session to its end, enforced by the server. **Default**: none.
    ///
    /// A session ends between this less [`touch_after`](Self::touch_after) and this after its last
    /// use. By value, only page loads and changes count as use, since only they may send a token.
    /// It is judged once, when the session is loaded.
    ///
    /// A shorter one takes hold of a stored session when it is next touched or changed; until then
    /// its recorded deadline counts.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    ///
    /// let (hour, week) = (Duration::from_secs(3600), Duration::from_secs(7 * 86_400));
    /// example_build(|c| c.sealed().idle_timeout(hour)).unwrap();
    /// let error = example_build(|c| c.sealed().idle_timeout(2 * week)).unwrap_err();
    /// assert_eq!(error.field(), "idle_timeout");
    /// ```
    pub const fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle = Some(timeout);
        self
    }

    /// The least by which the idle deadline is moved. **Default**: a tenth of the idle timeout.
    ///
    /// Each move is a write to the storage (by id) or a new cookie (by value): a larger span saves
    /// them and makes the end less exact.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    ///
    /// let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
    /// example_build(|c| c.sealed().idle_timeout(hour).touch_after(minute)).unwrap();
    /// let error = example_build(|c| c.sealed().idle_timeout(minute).touch_after(hour)).unwrap_err();
    /// assert_eq!(error.field(), "touch_after");
    /// ```
    pub const fn touch_after(mut self, span: Duration) -> Self {
        self.touch_after = Some(span);
        self
    }

    /// For how long the token before a rotation stays good after the new one has come back once.
    /// **Default**: 30 seconds. Only for stored sessions.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// let minute = Duration::from_secs(60);
    /// example_build(|c| c.stored_in(&storage).rotation_overlap(minute)).unwrap();
    /// let error = example_build(|c| c.sealed().rotation_overlap(minute)).unwrap_err();
    /// assert_eq!(error.field(), "rotation_overlap");
    /// ```
    pub const fn rotation_overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self.rotates = true;
        self.only_by_id = Some("rotation_overlap");
        self
    }

    /// Lets a session live on although a token came back whose time was over after a rotation.
    ///
    /// # Security
    ///
    /// Such a token was stolen or is very late; the default is to end the session.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage).survives_reused_tokens()).unwrap();
    /// ```
    pub const fn survives_reused_tokens(mut self) -> Self {
        self.end_on_reuse = false;
        self.rotates = true;
        self.only_by_id = Some("survives_reused_tokens");
        self
    }

    /// How far the server can end sessions that live with the client. To be named for those that
    /// have a [`subject`](Self::subject), so that nobody takes a log-out for more than it is.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::Ending;
    ///
    /// let owned = |c: cloakroom_core::CookieSession<String>| c.sealed().subject(String::clone);
    /// assert_eq!(example_build(owned).unwrap_err().field(), "ending");
    /// example_build(|c| owned(c).ending(Ending::Stateless)).unwrap();
    /// ```
    pub const fn ending(mut self, ending: Ending) -> Self {
        self.ending = Some(ending);
        self
    }

    /// Whom a session belongs to: a user id, at most 255 bytes.
    ///
    /// A change of it is a sign-in; by it all of a user's sessions are listed and ended.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage).subject(|name| name.clone())).unwrap();
    /// ```
    pub fn subject(self, of: impl Fn(&S) -> String + Send + Sync + 'static) -> Self {
        self.subject_if_any(move |value| Some(of(value)))
    }

    /// As [`subject`](Self::subject), for sessions that may belong to nobody yet.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| {
    ///     c.stored_in(&storage).subject_if_any(|name| (name != "guest").then(|| name.clone()))
    /// })
    /// .unwrap();
    /// ```
    pub fn subject_if_any(
        mut self,
        of: impl Fn(&S) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.subject = Some(Box::new(of));
        self
    }

    /// What a value must satisfy: written ones that do not are an error, read ones no session.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// example_build(|c| c.sealed().validate(|text| text.len() < 100)).unwrap();
    /// ```
    pub fn validate(mut self, valid: impl Fn(&S) -> bool + Send + Sync + 'static) -> Self {
        self.validate = Some(Box::new(valid));
        self
    }

    /// What two changes of one stored session at the same time come to. **Default**:
    /// [`Conflicts::Merge`] without rules for fields.
    ///
    /// For rights that are good for one use (a password confirmed a moment ago) choose
    /// [`Conflicts::Reject`]: two requests that use them up at once make equal changes, and equal
    /// changes go together.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::{Conflicts, MemoryStorage};
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage).conflicts(Conflicts::Reject)).unwrap();
    /// // Sessions that live with the client have no conflicts to detect.
    /// let error = example_build(|c| c.sealed().conflicts(Conflicts::LastWins)).unwrap_err();
    /// assert_eq!(error.field(), "conflicts");
    /// ```
    pub fn conflicts(mut self, conflicts: Conflicts<S>) -> Self {
        self.only_by_id = Some("conflicts");
        match conflicts {
            Conflicts::Merge(rules) => {
                self.conflicts = ConflictRule::Join;
                self.joiner = Joiner::Fields(rules);
            }
            Conflicts::With(join) => {
                self.conflicts = ConflictRule::Join;
                self.joiner = Joiner::With(join);
            }
            Conflicts::Reject => self.conflicts = ConflictRule::Reject,
            Conflicts::LastWins => self.conflicts = ConflictRule::LastWins,
        }
        self
    }

    /// What a request gets when the storage cannot be read. **Default**:
    /// [`StorageFailure::Respond503`].
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::{MemoryStorage, StorageFailure};
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| {
    ///     c.stored_in(&storage).on_storage_failure(StorageFailure::TreatAsAbsent)
    /// })
    /// .unwrap();
    /// ```
    pub const fn on_storage_failure(mut self, failure: StorageFailure) -> Self {
        self.storage_failure = failure;
        self.only_by_id = Some("on_storage_failure");
        self
    }

    /// How long a call of the storage may take before it counts as failed. **Default**: 5 seconds.
    /// Outside of a tokio runtime there is no limit. A tokio runtime must have time enabled, as
    /// those of `#[tokio::main]` have: a call that has to wait panics in one that has not.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    /// use cloakroom_core::MemoryStorage;
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| c.stored_in(&storage).storage_timeout(Duration::from_secs(1))).unwrap();
    /// ```
    pub const fn storage_timeout(mut self, timeout: Duration) -> Self {
        self.storage_timeout = Some(timeout);
        self.only_by_id = Some("storage_timeout");
        self
    }

    /// How many live sessions a subject may have, and what one more does. **Default**: 100, and
    /// the 101st is refused with 429.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::num::NonZeroU32;
    /// use cloakroom_core::{MemoryStorage, WhenFull};
    ///
    /// let storage = MemoryStorage::new();
    /// example_build(|c| {
    ///     c.stored_in(&storage)
    ///         .subject(String::clone)
    ///         .sessions_per_subject(NonZeroU32::MIN, WhenFull::EndOldest)
    /// })
    /// .unwrap();
    /// ```
    pub const fn sessions_per_subject(mut self, max: NonZeroU32, when_full: WhenFull) -> Self {
        self.subject_limit = Some(SubjectLimit::new(max, when_full));
        self.only_by_id = Some("sessions_per_subject");
        self
    }

    /// How many bytes content may have, and a transformer may leave. **Default**: 64 KiB.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// example_build(|c| c.sealed().size_limit(1_000)).unwrap();
    /// ```
    pub const fn size_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }
}

impl<S: SessionValue> CookieSession<S> {
    /// The cookie's attributes. **Default**: `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/`, no
    /// `Domain`, the name prefixed with `__Host-`, Max-Age as long as the session lives.
    ///
    /// ```
    /// use cloakroom_core::{Key, KeyRing, SameSite, Sessions, ThreadEntropy};
    ///
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Cart;
    /// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    /// let built = Sessions::builder("shop", &keys)
    ///     .cookie::<Cart>("cart", |c| {
    ///         c.sealed().attributes(|a| a.path("/shop").same_site(SameSite::Strict))
    ///     })
    ///     .build();
    /// assert!(built.is_ok());
    /// ```
    pub fn attributes(mut self, set: impl FnOnce(CookieOptions) -> CookieOptions) -> Self {
        self.wire = set(self.wire);
        self
    }
}

impl<S, W> fmt::Debug for SessionOptions<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionOptions")
            .field("chain", &self.chain)
            .field("stored", &self.storage.is_some())
            .field("absolute", &self.absolute)
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for Conflicts<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Merge(_) => "Merge",
            Self::Reject => "Reject",
            Self::LastWins => "LastWins",
            Self::With(_) => "With",
        })
    }
}
