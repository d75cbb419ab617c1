//! Sessions that another request has moved while ours was under way: here, or away from where it lay. Ours
//! goes on from what lies there now, as after a conflict.

use std::sync::Arc;

use cloakroom_storage::StorageKey;

use super::records::as_ours;
use super::work::Work;
use crate::erased::within;
use crate::id::same_proof;
use crate::load::moved_away;
use crate::loaded::Origin;
use crate::plan::Answer;
use crate::provider::Place;

/// A session that ours was to move lies here already.
pub(super) async fn moved_by_another(work: &mut Work, key: StorageKey) -> Answer {
    let Some(storage) = work.provider().storage(Place::Own) else {
        return Answer::Failed;
    };
    let now = work.moment.now;
    let read = storage.read_latest(&key, now);
    let theirs = match within(work.provider().storage_timeout, read).await {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Answer::Gone,
        Err(_) => return Answer::Failed,
    };
    let Origin::ById(origin) = &work.draft.loaded.origin else {
        return Answer::Failed;
    };
    let Some(theirs) = as_ours(work, Place::Own, &origin.id.clone(), &key, theirs) else {
        return Answer::Failed;
    };
    let Origin::ById(origin) = &mut work.draft.loaded.origin else {
        return Answer::Failed;
    };
    let known = origin.id.proof_hash();
    let same_proof = same_proof(&known, &theirs.record.proof);
    work.loaded_proof = Some(known);
    // What ours began from is what lay there, in the words of this form.
    let base = work.slot.rewritten(&origin.stored.record.content);
    work.base = base.map(Arc::from);
    origin.place = Place::Own;
    origin.key = key;
    origin.stored = theirs;
    Answer::Conflict { same_proof }
}

/// A session whose record is gone may have been moved: then ours goes on from what lies there.
pub(super) async fn followed(work: &mut Work) -> Answer {
    let Origin::ById(gone) = &work.draft.loaded.origin else {
        return Answer::Failed;
    };
    let found = moved_away(work.provider(), gone, work.moment.now).await;
    let mut theirs = match found {
        Ok(Some(theirs)) => theirs,
        Ok(None) => return Answer::Gone,
        Err(_) => return Answer::Failed,
    };
    let (known, base) = (gone.stored.record.proof, gone.stored.record.content.clone());
    if theirs.place == Place::Other {
        // What lies there, in the words of this form.
        let Some(content) = work.slot.rewritten(&theirs.stored.record.content) else {
            return Answer::Failed;
        };
        theirs.stored.record.content = content.into();
    }
    let known = work.loaded_proof.get_or_insert(known);
    let same_proof = same_proof(known, &theirs.stored.record.proof);
    work.base.get_or_insert(base);
    work.draft.loaded.origin = Origin::ById(theirs);
    Answer::Conflict { same_proof }
}
