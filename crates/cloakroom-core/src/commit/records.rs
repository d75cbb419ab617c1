//! The records that a by-id session's steps write.

use std::sync::Arc;

use cloakroom_storage::{PreviousProof, Record, StorageKey, Stored, SubjectLimit, SubjectNumber};
use cloakroom_time::Timestamp;

use super::work::Work;
use crate::at_rest;
use crate::id::Proof;
use crate::ids::RecordId;
use crate::loaded::{ById, Origin};
use crate::plan::{Change, Failure, ProofChange, Replacement, StorageStep};
use crate::provider::Place;

/// A new id and the record for it.
pub(super) struct NewRecord {
    pub(super) id: RecordId,
    pub(super) key: StorageKey,
    pub(super) record: Record,
}

/// The record of a create, under an id of its own.
pub(super) fn new_record(work: &mut Work) -> Result<NewRecord, Failure> {
    let content = content_of(work)?;
    let new_id = work.new_id.take();
    let provider = work.provider();
    let now = work.moment.now;
    let id = match (work.step, &work.draft.loaded.origin) {
        // So that of two requests which move it at once one finds the other's record.
        (StorageStep::Replace(Replacement::Move { .. }), Origin::ById(old)) => old.id.clone(),
        _ => new_id.unwrap_or_else(|| provider.form.ids.random(work.entropy())),
    };
    let mut record = Record::new(provider.scope.clone(), id.proof_hash(), now, content);
    record.absolute_deadline = provider.absolute(None, now);
    record.subject.clone_from(&work.draft.subject);
    record.subject_number = begun_number(work);
    if let (StorageStep::Replace(why), Origin::ById(old)) = (work.step, &work.draft.loaded.origin) {
        continue_from(&mut record, old, why);
    }
    if provider.form.bare {
        // There is no place for what a record of the other form may have said.
        record.absolute_deadline = None;
        record.subject = None;
        record.subject_number = None;
    }
    record.idle_deadline = provider.policy.idle_deadline(now, record.absolute_deadline);
    Ok(NewRecord {
        // What no storage takes as a key is no id of this form either.
        key: provider.form.ids.key(&id).ok_or(Failure::Encode)?,
        id,
        record,
    })
}

/// Whether a change of the proofs needs a new one.
pub(super) const fn makes_proof(change: ProofChange) -> bool {
    matches!(
        change,
        ProofChange::Rotate | ProofChange::ReplaceUnpresented
    )
}

/// What a new record keeps of the one whose place it takes.
fn continue_from(record: &mut Record, origin: &ById, why: Replacement) {
    let old = &origin.stored.record;
    match why {
        Replacement::SignIn => {}
        Replacement::Elevate | Replacement::Rotate => {
            record.created = origin.began();
            record.absolute_deadline = old.absolute_deadline;
            record.subject.clone_from(&old.subject);
            record.subject_number = old.subject_number;
        }
        // What knows no deadline begins anew where there are some.
        Replacement::Move { .. } => {
            record.subject.clone_from(&old.subject);
            record.subject_number = old.subject_number;
            if old.absolute_deadline.is_some() {
                record.created = old.created;
                record.absolute_deadline = old.absolute_deadline;
            }
        }
    }
}

/// How many sessions the new record's subject may have.
///
/// One that takes the place of another of the same subject is not one more: while both are there,
/// one more is allowed. Else a subject with all its sessions could not raise its rights, and where
/// the oldest makes room, the session that rises could be that one. One that is moved is no new one
/// at all: a user with all their sessions elsewhere could not change them.
pub(super) fn subject_limit(work: &Work) -> Option<SubjectLimit> {
    let limit = work.provider().subject_limit?;
    let draft = &work.draft;
    let replaces = match work.step {
        StorageStep::Replace(Replacement::Move { .. }) => return None,
        step => matches!(step, StorageStep::Replace(_)),
    };
    if replaces && draft.subject.is_some() && draft.subject.as_deref() == draft.loaded.subject() {
        let max = limit.max().saturating_add(1);
        return Some(SubjectLimit::new(max, limit.when_full()));
    }
    Some(limit)
}

/// The number that `begin_sign_in` found, if it was for the subject that signs in now.
fn begun_number(work: &Work) -> Option<SubjectNumber> {
    let (begun, number) = work.draft.begun.as_ref()?;
    let subject = work.draft.subject.as_ref()?;
    (begun == subject).then_some(*number)
}

/// The handler's content with the header that records have.
///
/// The header goes into the headroom that was left for it and is taken off again, for the next try
/// after a conflict: the bytes are copied once, into the allocation that the record keeps.
pub(super) fn content_of(work: &mut Work) -> Result<Arc<[u8]>, Failure> {
    let format = work.slot.format();
    let (header, header_len) = {
        let form = &work.provider().form;
        (form.header(format), form.header_len())
    };
    if work.content.is_none() {
        // A new id for a session that the handler left as it is.
        work.content = Some(work.slot.encode(header_len, 0)?);
    }
    let buffer = work.content.as_mut().ok_or(Failure::Encode)?;
    if let Some(header) = header {
        buffer.prepend(&header);
    }
    let content = Arc::from(buffer.as_slice());
    buffer.trim_front(header_len).map_err(|_| Failure::Encode)?;
    Ok(content)
}

/// What lies there, changed. `content` and `proof` are the new ones, where the change asks for
/// them.
pub(super) fn changed_record(
    work: &Work,
    lies_there: &Record,
    change: Change,
    content: Option<Arc<[u8]>>,
    proof: Option<&Proof>,
) -> Record {
    let now = work.moment.now;
    let mut record = lies_there.clone();
    if let Some(content) = content {
        record.content = content;
    }
    if change.idle.is_some() {
        record.idle_deadline = change.idle;
    }
    match change.proof {
        ProofChange::Keep | ProofChange::Overtaken => {}
        ProofChange::Settle => settle(&mut record, now, work),
        ProofChange::Rotate => {
            if let Some(proof) = proof {
                record.previous = Some(PreviousProof::new(record.proof, now));
                record.proof = proof.hash();
            }
        }
        ProofChange::ReplaceUnpresented => {
            if let (Some(proof), Some(previous)) = (proof, &mut record.previous) {
                previous.rotated_at = now;
                record.proof = proof.hash();
            }
        }
    }
    record
}

/// The old proof ends after the overlap, unless it has an end already.
fn settle(record: &mut Record, now: Timestamp, work: &Work) {
    if let Some(previous) = &mut record.previous
        && previous.until.is_none()
    {
        previous.until = Some(now.saturating_add(work.provider().policy.overlap));
    }
}

/// The record as the storage of a place is to have it, where that is not as we have it: in the words of
/// the place's form, and encrypted.
pub(super) fn as_kept(
    work: &Work,
    place: Place,
    id: &RecordId,
    at: &StorageKey,
    record: &Record,
) -> Result<Option<Record>, Failure> {
    let provider = work.provider();
    let form = provider.form_at(place).ok_or(Failure::Encode)?;
    if place == Place::Own && !form.sealed_at_rest {
        return Ok(None);
    }
    let mut kept = record.clone();
    if place == Place::Other {
        let content = work.slot.rewritten_for_elsewhere(&record.content);
        kept.content = content.ok_or(Failure::Encode)?.into();
    }
    if form.sealed_at_rest {
        let keys = provider.keys.prepared();
        let content = at_rest::seal(&keys, id, at, &kept, work.entropy(), work.moment.now);
        kept.content = content.ok_or(Failure::NoIssuingKey)?;
    }
    Ok(Some(kept))
}

/// What lies in the storage of a place as we have it; `None` if that is nothing of ours.
pub(super) fn as_ours(
    work: &Work,
    place: Place,
    id: &RecordId,
    at: &StorageKey,
    mut theirs: Stored,
) -> Option<Stored> {
    let provider = work.provider();
    let form = provider.form_at(place)?;
    if form.sealed_at_rest {
        let keys = provider.keys.prepared();
        let opened = at_rest::open(&keys, id, at, &theirs.record, work.moment.now).ok()?;
        theirs.record.content = opened.content;
    }
    if place == Place::Other {
        theirs.record.content = work.slot.rewritten(&theirs.record.content)?.into();
    }
    Some(theirs)
}
