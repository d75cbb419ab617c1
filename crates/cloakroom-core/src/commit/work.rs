//! One session's part in a commit, from the plan to what goes out.

use std::sync::Arc;

use cloakroom_crypto::Entropy;
use cloakroom_storage::{ProofHash, StorageKey};

use crate::buffer::Buffer;
use crate::error::CommitError;
use crate::event::EventKind;
use crate::ids::RecordId;
use crate::loaded::{ById, Origin};
use crate::plan::{Failure, Moment, Notes, Plan, Settled, StorageStep};
use crate::provider::Provider;
use crate::slot::{AnySlot, Draft, Outgoing};

/// One session's part in a commit.
pub(crate) struct Work {
    pub(super) slot: Arc<dyn AnySlot>,
    pub(super) draft: Draft,
    /// The handler's content, if it differs from what was read or a new record needs it.
    pub(super) content: Option<Buffer>,
    pub(super) moment: Moment,
    pub(super) plan: Plan,
    /// The storage step to take next.
    pub(super) step: StorageStep,
    /// How often a step was taken again after `Exists` or `Conflict`.
    pub(super) repeats: u32,
    /// The id of the next record, where it was made before the storage was asked.
    pub(super) new_id: Option<RecordId>,
    /// The session that takes the old one's place, once its record is made.
    pub(super) successor: Option<Box<ById>>,
    /// The record that this request made, to be undone on failure.
    pub(super) made: Option<StorageKey>,
    /// The content that our change began from, and the proof that was current then: what a
    /// conflict is measured by.
    pub(super) base: Option<Arc<[u8]>>,
    pub(super) loaded_proof: Option<ProofHash>,
    /// The declared fields that both sides of a conflict changed.
    pub(super) both_changed: Vec<&'static str>,
    pub(super) settled: Option<Settled>,
    pub(super) outgoing: Outgoing,
}

impl Work {
    pub(super) fn provider(&self) -> &Provider {
        self.slot.provider()
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        &*self.slot.environment().entropy
    }

    /// Tells the observers about the session as it is now.
    pub(super) fn tell(&self, notes: Notes) {
        let environment = self.slot.environment();
        environment.tell_all(self.provider(), self.name(), notes);
    }

    pub(super) fn tell_fields(&self, kind: EventKind, fields: &[&'static str]) {
        let environment = self.slot.environment();
        environment.tell_fields(self.provider(), self.name(), kind, fields);
    }

    pub(super) fn error(&self, failure: Failure) -> CommitError {
        CommitError::new(&self.provider().name, failure)
    }

    /// What names the session in events: no secret, and not shown as it is.
    fn name(&self) -> Option<&[u8]> {
        match &self.draft.loaded.origin {
            Origin::ByValue(origin) => origin.id.as_ref().map(<[u8; 16]>::as_slice),
            Origin::ById(origin) => Some(origin.id.name()),
            Origin::None => None,
        }
    }
}
