//! The words that [`plan`](super::decide::plan) and [`settle`](super::settle::settle) speak in.

use std::time::Duration;

use cloakroom_time::Timestamp;

use crate::event::EventKind;
use crate::refusal::Refusal;
use crate::rules::Rules;

/// Where a session's content lies.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Tracking {
    /// With the client: the content travels.
    ByValue,
    /// In a storage: an id travels.
    ById,
}

/// What the provider's configuration says of a session's life.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) tracking: Tracking,
    /// From the beginning of the session to its end, at the latest.
    pub(crate) absolute: Option<Duration>,
    /// From the last use to the end.
    pub(crate) idle: Option<Duration>,
    /// The least by which the idle deadline is moved.
    pub(crate) touch_after: Duration,
    /// The cookie's Max-Age follows the idle deadline, so a touch must reach the client.
    pub(crate) max_age_follows_idle: bool,
    /// For how long a superseded proof is good after the new one was presented.
    pub(crate) overlap: Duration,
    /// Whether a reused proof ends its session.
    pub(crate) end_on_reuse: bool,
    /// What two changes of one session at once come to.
    pub(crate) conflicts: ConflictRule,
    /// Whether an id has a proof beside its locator, which a rotation changes. Another system's id
    /// has none: to change it is to begin a new record.
    pub(crate) has_proofs: bool,
    /// When the provider writes and clears.
    pub(crate) rules: Rules,
}

impl Policy {
    /// The idle deadline of a session that is used at `now`, never beyond its absolute one.
    pub(crate) fn idle_deadline(
        &self,
        now: Timestamp,
        absolute: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let idle = now.saturating_add(self.idle?);
        Some(absolute.map_or(idle, |absolute| idle.min(absolute)))
    }
}

/// What two changes of one session at once come to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ConflictRule {
    /// The two values are joined: by fields, by the application's function, or by running the
    /// handler's change again on the other's value.
    Join,
    /// Ours replaces theirs.
    LastWins,
    /// Ours is refused.
    Reject,
}

/// What the request says besides its token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    /// A top-level navigation; always so for a header transport.
    pub(crate) navigation: bool,
    /// Marked passive: reads, and neither touches nor renews.
    pub(crate) passive: bool,
    /// Nothing speaks against sending a mere renewal: the response is not public and does not
    /// carry the cookie's name already.
    pub(crate) may_renew: bool,
    /// No other token of the provider's name verified.
    pub(crate) alone: bool,
}

/// What the client presented.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Presented {
    Nothing,
    Refused(Refusal),
    /// The storage could not be read.
    Unavailable,
    Live(Live),
}

/// A session that is alive as it is loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Live {
    /// The effective absolute deadline: the earlier of the recorded and the configured one.
    pub(crate) absolute: Option<Timestamp>,
    /// The recorded idle deadline (by value: last renewal + idle).
    pub(crate) idle: Option<Timestamp>,
    /// Of an older key, form or reader: to be renewed.
    pub(crate) outdated: bool,
    /// How far the presented proof is the record's; `Current` by value.
    pub(crate) proof: ProofState,
    /// Where its record lies; from elsewhere it is to be moved.
    pub(crate) lies: Lies,
    /// Its record is encrypted under an older key, and is to be written under the one that issues.
    pub(crate) reseal: bool,
}

/// Where a session's record lies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lies {
    /// In the provider's storage.
    Here,
    /// In the other form's. The presented id is of that form, and stands for another one here.
    Elsewhere,
    /// In the other form's, under the very id that it would have here, and it is to be moved. Until then it
    /// is changed and ended where it lies.
    ElsewhereUnderThisId,
}

/// How the presented proof stands to the record's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ProofState {
    /// The record's proof, and no other opens it any more.
    Current,
    /// The record's proof; the one before is still inside its time.
    Overlapping,
    /// The record's proof, presented for the first time since a rotation.
    Unsettled,
    /// The proof before, inside its time; the last rotation was at this instant and the new proof
    /// was (`presented`) or was not presented since.
    Superseded {
        rotated_at: Timestamp,
        presented: bool,
    },
}

/// What the handler wants of the session.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Wish {
    /// Nothing, or a value that encodes to the same bytes.
    Keep,
    Write,
    Rotate,
    WriteRotate,
    SignIn,
    Elevate,
    End,
    /// A panic left the session half changed.
    Abandon,
}

/// One storage step and one client step, and what is to be told.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Plan {
    pub(crate) storage: StorageStep,
    /// What the client is sent if all storage steps succeed.
    pub(crate) client: ClientStep,
    /// What is told whatever the storage answers.
    pub(crate) before: Notes,
    /// What is told if all storage steps succeed.
    pub(crate) after: Notes,
    /// In the end the session's record is moved here, if it lies elsewhere. Nobody asked for it, so it may
    /// fail.
    pub(crate) moves: bool,
}

/// A step at the storage: one call, one answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum StorageStep {
    None,
    /// A new record under a new id.
    Create,
    /// A new record under a new id, in place of one that is still there: the next step removes it.
    Replace(Replacement),
    /// Compare and set of the record that was read, or that the last `Conflict` gave.
    Update(Change),
    /// Move the idle deadline to this instant.
    Touch(Timestamp),
    /// Remove the record that was read.
    Remove(Removal),
    /// Remove the record that this request made.
    RemoveNew(Undo),
}

/// What an update changes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Change {
    /// The content is the handler's, or what joining it with theirs gave; otherwise what lies
    /// there.
    pub(crate) content: bool,
    /// The idle deadline moves to this instant; `None` leaves what lies there.
    pub(crate) idle: Option<Timestamp>,
    pub(crate) proof: ProofChange,
}

/// What an update does to the proofs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ProofChange {
    Keep,
    /// As `Keep`, after a conflict with a request that rotated: the proof that was presented is
    /// the record's no more, so no token is sent.
    Overtaken,
    /// A new proof; the current one becomes the old one, open-ended.
    Rotate,
    /// A new proof in place of the one that was never presented; the presented one stays the old.
    ReplaceUnpresented,
    /// The old proof ends after the overlap, unless it has an end already.
    Settle,
}

/// Why the record that was read is removed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Removal {
    /// The handler ended the session.
    Ended,
    /// The absolute deadline passed during the request.
    Expired,
    /// A reused proof ends its session; a new session is then made where the handler wrote one.
    Reused { then_create: bool },
    /// The record of a [`StorageStep::Replace`] is in its place.
    Replaced(Replacement),
}

/// Why the record that this request made is removed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Undo {
    /// The session to be elevated was ended meanwhile.
    EndedMeanwhile,
    /// The old record could not be removed.
    RemoveFailed,
    /// Either of these, of a move that the handler did not ask for: it waits.
    MoveFailed,
}

/// Why a record is replaced by one under another id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Replacement {
    /// New created time, new absolute deadline.
    SignIn,
    /// The old record's created time, absolute deadline and subject number.
    Elevate,
    /// As `Elevate`: a new id for an id that has no proof to change.
    Rotate,
    /// From where the other form keeps it to where the provider does, under an id derived from the
    /// presented one, so that of two requests that move it at once one finds the other's record.
    Move {
        /// The handler changed it; else the move may wait for another request.
        changed: bool,
    },
}

/// A step at the client.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ClientStep {
    None,
    Send(Sent),
    Clear,
}

/// Why a token is sent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Sent {
    New,
    Rotated,
    Changed,
    Renewed,
    /// Again, as the provider's rules do with every response.
    Again,
}

/// What the storage answered to a step.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Answer {
    /// Created, updated, touched or removed.
    Done,
    /// A removal found nothing.
    Absent,
    Exists,
    Full,
    TooManyForSubject,
    SignedOutMeanwhile,
    /// Another version lies there, or where the session has been moved to meanwhile; `same_proof` if its
    /// current proof is the one that was current when the session was loaded.
    Conflict {
        same_proof: bool,
    },
    Gone,
    /// The storage failed, or did not answer in time.
    Failed,
}

impl Answer {
    /// Whether what was tried may be tried again; it is counted how often.
    pub(crate) const fn is_repeated(self) -> bool {
        matches!(self, Self::Exists | Self::Conflict { .. })
    }
}

/// What joining our change with theirs came to; asked for by [`Next::Join`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Joined {
    /// A value that holds both changes.
    Merged,
    /// Both changes come to what lies there already.
    SameAsTheirs,
    /// They do not go together.
    Rejected,
}

/// What to do after an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// All is decided.
    Finish(Settled),
    /// One more storage step, after telling these.
    Step(StorageStep, Notes),
    /// Join our content with theirs, then ask `settle_joined` with this change.
    Join(Change),
}

/// How a session's part in the request ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Settled {
    pub(crate) verdict: Result<(), Failure>,
    pub(crate) client: ClientStep,
    pub(crate) notes: Notes,
}

/// Why the response is replaced.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// The storage failed, or did not answer in time: 503.
    Storage,
    /// The storage is full: 503.
    StorageFull,
    /// Nine new ids in a row were taken: 503, and a reason to doubt the randomness.
    IdCollisions,
    /// The subject has as many sessions as it may have: 429.
    TooManyForSubject,
    /// All of the subject's sessions were ended while this sign-in was under way: 401.
    SignedOutMeanwhile,
    /// Two requests changed the session in ways that do not go together: 409.
    Conflict,
    /// The token would be too large to send, by this many octets: 500.
    TooLarge {
        /// By how many octets.
        by: usize,
    },
    /// The codec could not encode the value: 500.
    Encode,
    /// The application's `validate` refused the value: 500.
    Invalid,
    /// No key of the ring issues now: 503.
    NoIssuingKey,
    /// `commit()` was asked for, and the session that `update_retrying` would have changed was
    /// ended meanwhile: 401.
    NoSession,
}

/// Up to five events, in order.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Notes([Option<EventKind>; 5]);

impl Notes {
    pub(crate) const NONE: Self = Self([None; 5]);

    /// One event.
    pub(crate) const fn one(kind: EventKind) -> Self {
        Self([Some(kind), None, None, None, None])
    }

    /// These and one more; a sixth is dropped, and no plan has one.
    pub(crate) fn and(mut self, kind: EventKind) -> Self {
        if let Some(free) = self.0.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(kind);
        }
        self
    }

    /// These and those.
    pub(crate) fn join(self, more: Self) -> Self {
        more.iter().fold(self, Self::and)
    }

    /// What a failure that is found before any storage step tells.
    pub(crate) const fn of_failure(failure: Failure) -> Self {
        match failure {
            Failure::TooLarge { by } => Self::one(EventKind::TooLarge { by }),
            Failure::NoIssuingKey => Self::one(EventKind::NoIssuingKey),
            _ => Self::one(EventKind::EncodeFailed),
        }
    }

    pub(crate) fn contains(self, kind: EventKind) -> bool {
        self.iter().any(|told| told == kind)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = EventKind> {
        self.0.into_iter().flatten()
    }
}
