//! Errors of the running application: what a change, a commit or a call on stored sessions comes
//! to when it cannot take effect.
//!
//! Each is built from our own enums; none shows a text of serde, a storage or the application.

use std::error::Error;
use std::fmt;

use cloakroom_storage::StorageError;

use crate::plan::Failure;

/// Why a change to a session cannot take effect.
///
/// # Examples
///
/// ```
/// use cloakroom_core::ChangeError;
///
/// assert_eq!(ChangeError::NoSession.status(), 401);
/// assert_eq!(
///     ChangeError::TooLate.to_string(),
///     "the session was changed after it was committed",
/// );
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChangeError {
    /// The session is committed already: the response head is on its way, the request is over, or
    /// `commit()` was called.
    TooLate,
    /// The session could not be read from its storage, so nothing may be written over it.
    Unavailable,
    /// The change was asked for inside another change of the same session.
    Reentered,
    /// A panic left the session half changed; nothing of it will be kept.
    Abandoned,
    /// There is no session to change.
    NoSession,
}

impl ChangeError {
    /// The HTTP status that says the same to a client: 401 for `NoSession`, 503 for
    /// `Unavailable`, 500 for the rest.
    ///
    /// ```
    /// # use cloakroom_core::ChangeError;
    /// assert_eq!(ChangeError::Unavailable.status(), 503);
    /// ```
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoSession => 401,
            Self::Unavailable => 503,
            Self::TooLate | Self::Reentered | Self::Abandoned => 500,
        }
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLate => "the session was changed after it was committed",
            Self::Unavailable => "the session could not be read from its storage",
            Self::Reentered => "the session was changed inside another change of it",
            Self::Abandoned => "a panic left the session half changed",
            Self::NoSession => "there is no session to change",
        })
    }
}

impl Error for ChangeError {}

/// Why the sessions of a request could not be committed; the response is replaced.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{CommitError, Failure};
///
/// let error = CommitError::new("cart", Failure::TooLarge { by: 12 });
/// assert_eq!(error.status(), 500);
/// let said = error.to_string();
/// assert_eq!(said, "session `cart`: it is 12 octets larger than its token or its content may be");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommitError {
    provider: Box<str>,
    failure: Failure,
}

impl CommitError {
    /// The failure of this provider's session.
    #[must_use]
    pub fn new(provider: &str, failure: Failure) -> Self {
        Self {
            provider: provider.into(),
            failure,
        }
    }

    /// The provider whose session failed first.
    ///
    /// ```
    /// # use cloakroom_core::{CommitError, Failure};
    /// assert_eq!(CommitError::new("cart", Failure::Conflict).provider(), "cart");
    /// ```
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// What failed.
    ///
    /// ```
    /// # use cloakroom_core::{CommitError, Failure};
    /// assert_eq!(CommitError::new("cart", Failure::Conflict).failure(), Failure::Conflict);
    /// ```
    #[must_use]
    pub const fn failure(&self) -> Failure {
        self.failure
    }

    /// The HTTP status of the response that replaces the handler's.
    ///
    /// ```
    /// # use cloakroom_core::{CommitError, Failure};
    /// assert_eq!(CommitError::new("cart", Failure::Conflict).status(), 409);
    /// ```
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.failure {
            Failure::Storage
            | Failure::StorageFull
            | Failure::IdCollisions
            | Failure::NoIssuingKey => 503,
            Failure::TooManyForSubject => 429,
            Failure::SignedOutMeanwhile | Failure::NoSession => 401,
            Failure::Conflict => 409,
            Failure::TooLarge { .. } | Failure::Encode | Failure::Invalid => 500,
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session `{}`: ", self.provider)?;
        match self.failure {
            Failure::Storage => f.write_str("its storage failed"),
            Failure::StorageFull => f.write_str("its storage is full"),
            Failure::IdCollisions => f.write_str("no new id could be found"),
            Failure::NoIssuingKey => f.write_str("no key of the key ring issues now"),
            Failure::TooManyForSubject => f.write_str("its subject has too many sessions"),
            Failure::SignedOutMeanwhile => {
                f.write_str("its subject was signed out everywhere while it signed in")
            }
            Failure::NoSession => f.write_str("it was ended while it was being changed"),
            Failure::Conflict => f.write_str("another request changed it at the same time"),
            Failure::TooLarge { by } => {
                write!(
                    f,
                    "it is {by} octets larger than its token or its content may be"
                )
            }
            Failure::Encode => f.write_str("its value could not be encoded"),
            Failure::Invalid => f.write_str("its value is not valid"),
        }
    }
}

impl Error for CommitError {}

/// Why a request cannot have the session that it asked for. No session being there is not among
/// the reasons.
///
/// # Examples
///
/// ```
/// use cloakroom_core::LoadError;
///
/// let error = LoadError::NoProvider { of: "shop::Cart" };
/// assert_eq!(error.status(), 500);
/// assert!(error.to_string().contains(".cookie::<shop::Cart>(name, …)"));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LoadError {
    /// No layer of cloakroom is around the handler, or a task was spawned between the two.
    NoLayer {
        /// The type that was asked for.
        of: &'static str,
    },
    /// No layer around the handler has a provider of the type, or a task was spawned between that
    /// layer and the handler.
    NoProvider {
        /// The type that was asked for.
        of: &'static str,
    },
    /// The storage could not be read.
    StorageFailed,
    /// `development_over_http()` is on, and the request came over https.
    DevelopmentOverHttps,
}

impl LoadError {
    /// The HTTP status of the rejection.
    ///
    /// ```
    /// # use cloakroom_core::LoadError;
    /// assert_eq!(LoadError::StorageFailed.status(), 503);
    /// ```
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoLayer { .. } | Self::NoProvider { .. } => 500,
            Self::StorageFailed | Self::DevelopmentOverHttps => 503,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLayer { of } => write!(
                f,
                "no session layer is around this handler, which asks for `{of}`: add \
                 `.layer(sessions.layer())` to the router, after the route; if a middleware \
                 between the layer and the handler spawns tasks, use \
                 `sessions.layer().across_tasks()`"
            ),
            Self::NoProvider { of } => write!(
                f,
                "no session layer around this handler has a provider of `{of}`: register it with \
                 `.cookie::<{of}>(name, …)` or `.header::<{of}>(name, …)`; if it is, and a \
                 middleware between its layer and the handler spawns tasks, use \
                 `sessions.layer().across_tasks()`"
            ),
            Self::StorageFailed => f.write_str("the session's storage could not be read"),
            Self::DevelopmentOverHttps => f.write_str(
                "sessions are configured with `development_over_http()`, and this request came \
                 over https: remove that switch in production",
            ),
        }
    }
}

impl Error for LoadError {}

/// Why a call on stored sessions (list, end) failed.
///
/// # Examples
///
/// ```
/// use cloakroom_core::StoreError;
///
/// assert_eq!(StoreError::NoSession.status(), 401);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// No provider of the type is registered.
    NoProvider {
        /// The type.
        of: &'static str,
    },
    /// The provider's sessions live with the client: the server has nothing to list and can end
    /// nothing.
    NotStored,
    /// There is no session to speak of, or it has no subject.
    NoSession,
    /// The storage failed; some of the work may be done, and calling again is safe.
    Storage(StorageError),
}

impl StoreError {
    /// The HTTP status that says the same to a client: 503 for a failed storage, 401 for
    /// `NoSession`, 500 for what is wrong in the application.
    ///
    /// ```
    /// # use cloakroom_core::StoreError;
    /// assert_eq!(StoreError::NotStored.status(), 500);
    /// ```
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoProvider { .. } | Self::NotStored => 500,
            Self::NoSession => 401,
            Self::Storage(_) => 503,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProvider { of } => write!(f, "no provider of `{of}` is registered"),
            Self::NotStored => f.write_str(
                "sessions of this provider live with the client and are stateless: the server has \
                 nothing to list and can end nothing",
            ),
            Self::NoSession => f.write_str("there is no session, or it has no subject"),
            Self::Storage(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl Error for StoreError {}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}
