//! Everything that happens to a session, as one enum, and who is told.
//!
//! * Built from our own enums only: no text of serde, a database or the application is ever in an
//!   event, nor a token, an id, a key or content.
//! * An observer is told once per happening, in the order in which it took effect, from the task
//!   that serves the request: it must be quick and must not block.

use std::fmt;

use crate::refusal::Refusal;
use crate::warning::Warning;

/// One thing that happened to a session.
///
/// # Examples
///
/// An observer that counts refusals:
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use cloakroom_core::{Event, EventKind, Observer};
///
/// #[derive(Default)]
/// struct Refusals(AtomicU64);
///
/// impl Observer for Refusals {
///     fn observe(&self, event: &Event<'_>) {
///         if let EventKind::Refused(_) = event.kind {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The name of the provider; empty for what concerns none.
    pub provider: &'a str,
    /// A name for the session to find its events by, if the token had one. No API accepts it.
    pub session: Option<LogHandle>,
    /// What happened.
    pub kind: EventKind,
    /// For `Conflict` and `Merged`: the declared fields of the type that both sides changed. For
    /// `EncodeFailed`: those that lead to what the codec could not write, where it says so.
    /// Keys of maps are never named.
    pub fields: &'a [&'static str],
}

impl<'a> Event<'a> {
    /// An event of this provider, about no particular session.
    #[must_use]
    pub const fn new(provider: &'a str, kind: EventKind) -> Self {
        Self {
            provider,
            session: None,
            kind,
            fields: &[],
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A session began, without a sign-in.
    Created,
    /// A session began by `sign_in`, or by a write that changed the subject.
    SignedIn,
    /// A session began by `elevate`, in place of an older one of the same user.
    Elevated,
    /// The content changed.
    Changed,
    /// The token was sent again, without a change of content.
    Renewed(RenewReason),
    /// The session was taken over from the provider's other form: what lay or travelled there is
    /// now written as the provider writes.
    Moved,
    /// The record was encrypted again, under the key that issues now.
    Resealed,
    /// The session has a new proof (by id) or a new generation (by value).
    Rotated,
    /// The new proof came back for the first time; the old one now has an end.
    RotationSettled,
    /// A request came with the proof before the last rotation, inside its time.
    SupersededProof,
    /// A request came with a proof whose time is over: stolen, or a very late request.
    Reused,
    /// A token is no session.
    Refused(Refusal),
    /// Several tokens of one name verify and are different sessions.
    AmbiguousCookies,
    /// The absolute deadline passed during the request.
    Expired,
    /// The session was ended by the application.
    Ended,
    /// The session was ended by someone else during this request.
    EndedMeanwhile,
    /// The idle deadline moved.
    Touched,
    /// Two requests changed different fields; both changes are kept.
    Merged,
    /// Two requests changed the session; the later one's value is kept, as configured.
    Overwritten,
    /// Two requests changed the session in ways that do not go together; this one's is refused.
    Conflict,
    /// The storage failed.
    StorageFailed,
    /// A new id was taken already; another one is tried.
    IdCollision,
    /// The storage is full.
    StorageFull,
    /// The subject has as many sessions as it may have.
    TooManyForSubject,
    /// All sessions of the subject were ended while this sign-in was under way.
    SignedOutMeanwhile,
    /// The token would be too large to send, or the content larger than the provider's
    /// [`size_limit`](crate::SessionOptions::size_limit).
    TooLarge {
        /// By how many octets.
        by: usize,
    },
    /// The codec could not encode the value, or `validate` refused it.
    EncodeFailed,
    /// No key of the ring issues now, so no token can be made.
    NoIssuingKey,
    /// A source of keys could not be read; the ring stays as it was. The event names no provider.
    KeySourceFailed,
    /// Something about the configuration is odd; told once, when sessions are built.
    Warned(Warning),
    /// This process begins to sweep a storage: no other one does. The event names no provider.
    SweepBegan,
    /// A storage was swept. The event names no provider.
    Swept {
        /// How many records were removed.
        removed: usize,
    },
    /// A panic left the session half changed; nothing of it is kept.
    Abandoned,
    /// A change came after the session was committed.
    TooLate,
}

/// Why a token is sent again without a change of content.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RenewReason {
    /// The idle deadline moved.
    Idle,
    /// The token is of an older key, version, form or reader.
    Outdated,
    /// The provider's rules send it with every response.
    Always,
}

/// A name for a session in logs: an HMAC under a subkey for logs, truncated to 64 bits.
///
/// Whoever reads the logs can follow one session, and cannot find its id, nor present it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct LogHandle(u64);

impl LogHandle {
    /// The handle of these eight bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }
}

impl fmt::Display for LogHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for LogHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Is told everything that happens to a session.
pub trait Observer: Send + Sync + 'static {
    /// Takes note of `event`. Quick, never blocking, never panicking.
    fn observe(&self, event: &Event<'_>);
}
