//! Whom a session belongs to, and the number by which all of a subject's sessions are ended.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use cloakroom_time::Timestamp;

use crate::StorageKey;

/// Which provider of which application a record belongs to, as `application/provider`.
///
/// Neither name may hold a `/`, so two pairs never make one scope. A storage that several
/// providers share keeps their subjects and their floors apart by it.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::Scope;
///
/// assert_eq!(Scope::new("shop/login").as_str(), "shop/login");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Scope(Arc<str>);

impl Scope {
    /// The scope of this text.
    ///
    /// ```
    /// # use cloakroom_storage::Scope;
    /// assert_ne!(Scope::new("shop/login"), Scope::new("shop/cart"));
    /// ```
    #[must_use]
    pub fn new(scope: impl Into<Arc<str>>) -> Self {
        Self(scope.into())
    }

    /// The text.
    ///
    /// ```
    /// # use cloakroom_storage::Scope;
    /// assert_eq!(Scope::new("a/b").as_str(), "a/b");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whom a session belongs to: a name that the application chose (a user id), within a scope.
///
/// # Security
///
/// A subject is personal data: `Debug` shows the scope only.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::{Scope, Subject};
///
/// let alice = Subject::new(Scope::new("shop/login"), "alice");
/// assert_eq!(alice.name(), "alice");
/// assert_eq!(alice.scope().as_str(), "shop/login");
/// assert!(!format!("{alice:?}").contains("alice"));
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Subject {
    scope: Scope,
    name: Arc<str>,
}

impl Subject {
    /// The subject of this name within this scope.
    ///
    /// ```
    /// # use cloakroom_storage::{Scope, Subject};
    /// let shop = Subject::new(Scope::new("shop/login"), "7");
    /// assert_ne!(shop, Subject::new(Scope::new("admin/login"), "7"));
    /// ```
    #[must_use]
    pub fn new(scope: Scope, name: impl Into<Arc<str>>) -> Self {
        Self {
            scope,
            name: name.into(),
        }
    }

    /// The scope.
    ///
    /// ```
    /// # use cloakroom_storage::{Scope, Subject};
    /// assert_eq!(Subject::new(Scope::new("a/b"), "7").scope().as_str(), "a/b");
    /// ```
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The name, as the application gave it.
    ///
    /// ```
    /// # use cloakroom_storage::{Scope, Subject};
    /// assert_eq!(Subject::new(Scope::new("a/b"), "7").name(), "7");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name, shared.
    ///
    /// ```
    /// # use cloakroom_storage::{Scope, Subject};
    /// assert_eq!(&*Subject::new(Scope::new("a/b"), "7").shared_name(), "7");
    /// ```
    #[must_use]
    pub fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// How often all of a subject's sessions were ended, in effect: a number that only grows.
///
/// [`begin_sign_in`](crate::Storage::begin_sign_in) reads it before credentials are checked;
/// [`create`](crate::Storage::create) refuses a record whose number is older than the subject's;
/// [`remove_all`](crate::Storage::remove_all) raises it to max(old + 1, `now` in milliseconds), so
/// that it also grows over the loss of a store.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::{SubjectNumber, Timestamp};
///
/// let now = Timestamp::from_millis(1_000);
/// assert_eq!(SubjectNumber::new(7).raised(now), SubjectNumber::new(1_000));
/// assert_eq!(SubjectNumber::new(1_000).raised(now), SubjectNumber::new(1_001));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SubjectNumber(u64);

impl SubjectNumber {
    /// The number `number`.
    ///
    /// ```
    /// # use cloakroom_storage::SubjectNumber;
    /// assert!(SubjectNumber::new(1) < SubjectNumber::new(2));
    /// ```
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number itself.
    ///
    /// ```
    /// # use cloakroom_storage::SubjectNumber;
    /// assert_eq!(SubjectNumber::new(3).get(), 3);
    /// ```
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// What ending all sessions at `now` makes of it: max(old + 1, `now` in milliseconds).
    ///
    /// ```
    /// # use cloakroom_storage::{SubjectNumber, Timestamp};
    /// let raised = SubjectNumber::default().raised(Timestamp::from_millis(9));
    /// assert_eq!(raised.get(), 9);
    /// ```
    #[must_use]
    pub fn raised(self, now: Timestamp) -> Self {
        Self(self.0.saturating_add(1).max(now.as_millis()))
    }
}

/// How many live sessions a subject may have, and what a further one does.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroU32;
/// use cloakroom_storage::{SubjectLimit, WhenFull};
///
/// let one_device = SubjectLimit::new(NonZeroU32::MIN, WhenFull::EndOldest);
/// assert_eq!(one_device.max().get(), 1);
/// assert_eq!(one_device.when_full(), WhenFull::EndOldest);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SubjectLimit {
    max: NonZeroU32,
    when_full: WhenFull,
}

/// What one session more than a [`SubjectLimit`] allows does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum WhenFull {
    /// The new one is refused.
    RejectNew,
    /// The subject's oldest ones (by created time) are removed in the same atomic step, as many as
    /// needed: more than one where the limit was lowered.
    EndOldest,
}

impl SubjectLimit {
    /// At most `max` live sessions.
    ///
    /// ```
    /// # use std::num::NonZeroU32;
    /// # use cloakroom_storage::{SubjectLimit, WhenFull};
    /// let limit = SubjectLimit::new(NonZeroU32::new(100).unwrap(), WhenFull::RejectNew);
    /// assert_eq!(limit.max().get(), 100);
    /// ```
    #[must_use]
    pub const fn new(max: NonZeroU32, when_full: WhenFull) -> Self {
        Self { max, when_full }
    }

    /// How many.
    ///
    /// ```
    /// # use std::num::NonZeroU32;
    /// # use cloakroom_storage::{SubjectLimit, WhenFull};
    /// let limit = SubjectLimit::new(NonZeroU32::MIN, WhenFull::RejectNew);
    /// assert_eq!(limit.max(), NonZeroU32::MIN);
    /// ```
    #[must_use]
    pub const fn max(self) -> NonZeroU32 {
        self.max
    }

    /// What one more does.
    ///
    /// ```
    /// # use std::num::NonZeroU32;
    /// # use cloakroom_storage::{SubjectLimit, WhenFull};
    /// let limit = SubjectLimit::new(NonZeroU32::MIN, WhenFull::RejectNew);
    /// assert_eq!(limit.when_full(), WhenFull::RejectNew);
    /// ```
    #[must_use]
    pub const fn when_full(self) -> WhenFull {
        self.when_full
    }
}

/// One live session of a subject, as [`Storage::list`](crate::Storage::list) gives it: a name and
/// dates, never content.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Listed {
    /// Under what the record lies. It ends the session and opens nothing.
    pub key: StorageKey,
    /// When the session began.
    pub created: Timestamp,
    /// When it ends at the latest.
    pub absolute_deadline: Option<Timestamp>,
    /// When it ends if it is not used before.
    pub idle_deadline: Option<Timestamp>,
}

impl Listed {
    /// A session in a list.
    ///
    /// ```
    /// # use cloakroom_storage::{Listed, StorageKey, Timestamp};
    /// let listed = Listed::new(StorageKey::hash([1; 32]), Timestamp::EPOCH, None, None);
    /// assert_eq!(listed.created, Timestamp::EPOCH);
    /// ```
    #[must_use]
    pub const fn new(
        key: StorageKey,
        created: Timestamp,
        absolute_deadline: Option<Timestamp>,
        idle_deadline: Option<Timestamp>,
    ) -> Self {
        Self {
            key,
            created,
            absolute_deadline,
            idle_deadline,
        }
    }
}
