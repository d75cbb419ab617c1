//! What a request knows of one session after loading, without the type.

use std::sync::Arc;

use cloakroom_crypto::KeyId;
use cloakroom_storage::{StorageKey, Stored, SubjectNumber};
use cloakroom_time::Timestamp;

use crate::buffer::Buffer;
use crate::codec::Format;
use crate::ids::RecordId;
use crate::native::envelope::{Lineage, SessionId};
use crate::plan::{Lies, Presented};
use crate::provider::Place;
use crate::refusal::Refusal;

/// What was presented, and where it came from.
pub(crate) struct Loaded {
    pub(crate) presented: Presented,
    pub(crate) origin: Origin,
    /// No other token of the provider's name verified.
    pub(crate) alone: bool,
}

impl Loaded {
    /// What comes from no session.
    pub(crate) const fn without_session(presented: Presented) -> Self {
        Self {
            presented,
            origin: Origin::None,
            alone: true,
        }
    }

    pub(crate) const fn nothing() -> Self {
        Self::without_session(Presented::Nothing)
    }

    pub(crate) const fn refused(refusal: Refusal, alone: bool) -> Self {
        Self {
            presented: Presented::Refused(refusal),
            origin: Origin::None,
            alone,
        }
    }

    pub(crate) const fn unavailable() -> Self {
        Self::without_session(Presented::Unavailable)
    }

    /// Whether a live session was loaded.
    pub(crate) const fn is_live(&self) -> bool {
        matches!(self.presented, Presented::Live(_))
    }

    /// Where a live session's record lies.
    pub(crate) const fn lies(&self) -> Option<Lies> {
        match self.presented {
            Presented::Live(live) => Some(live.lies),
            _ => None,
        }
    }

    /// The name of the subject of the session as it was loaded.
    pub(crate) fn subject(&self) -> Option<&str> {
        match &self.origin {
            _ if !self.is_live() => None,
            Origin::ByValue(origin) => origin.subject.as_deref(),
            Origin::ById(origin) => origin.stored.record.subject.as_deref(),
            Origin::None => None,
        }
    }
}

/// Where a session came from.
pub(crate) enum Origin {
    /// There is none.
    None,
    /// From its token.
    ByValue(ByValue),
    /// From a record.
    /// Boxed: it is large, and sessions by value are not to be moved in its size.
    ById(Box<ById>),
}

/// What a native token said.
pub(crate) struct ByValue {
    /// Bare content has no place for one.
    pub(crate) id: Option<SessionId>,
    pub(crate) created: Timestamp,
    /// As the token says, not as the policy now caps it.
    pub(crate) absolute: Timestamp,
    pub(crate) generation: u32,
    pub(crate) lineage: Lineage,
    /// The key that the token is under, if a native step read it.
    pub(crate) key: Option<KeyId>,
    pub(crate) subject: Option<Arc<str>>,
    pub(crate) number: SubjectNumber,
    /// As the token says; what says nothing is read by the writer's codec.
    pub(crate) format: Option<Format>,
    /// Whether the present writer would have made this format.
    pub(crate) format_is_current: bool,
    /// The codec's bytes.
    pub(crate) content: Buffer,
}

impl ByValue {
    /// Whether two tokens are one session. Without an id they are if they hold the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (None, None) => self.content.as_slice() == other.content.as_slice(),
            (one, other) => one == other,
        }
    }
}

/// What a record said.
pub(crate) struct ById {
    /// As it was presented; in the other place, the one that it gets here.
    pub(crate) id: RecordId,
    /// Which form's storage holds the record.
    pub(crate) place: Place,
    pub(crate) key: StorageKey,
    pub(crate) stored: Stored,
    /// When it was read. The idle deadline is judged once, then: a request that began in time may
    /// take longer than what was left.
    pub(crate) read_at: Timestamp,
}

impl ById {
    /// From when deadlines count. Elsewhere a record may have no place for when it began, and says
    /// the epoch: then from when it was read here, as with bare content by value.
    pub(crate) fn began(&self) -> Timestamp {
        let created = self.stored.record.created;
        if self.place == Place::Other && created == Timestamp::EPOCH {
            self.read_at
        } else {
            created
        }
    }
}
