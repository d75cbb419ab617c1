//! One session's storage steps, each settled until all is decided.

use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, StorageKey, Stored, TouchOutcome, UpdateOutcome,
};

use cloakroom_time::Timestamp;

use super::moved::{followed, moved_by_another};
use super::records::{
    as_kept, as_ours, changed_record, content_of, makes_proof, new_record, subject_limit,
};
use super::work::Work;
use crate::buffer::Buffer;
use crate::erased::{DynStorage, within};
use crate::event::EventKind;
use crate::id::{Proof, same_proof};
use crate::loaded::{ById, Origin};
use crate::plan::{
    Answer, Change, ClientStep, Failure, Joined, Lies, Live, Next, Notes, Presented, ProofState,
    Removal, Replacement, Settled, StorageStep, settle, settle_joined,
};
use crate::provider::Place;
use crate::slot::JoinedContent;

/// Which steps are taken now: removes come after all others of the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Round {
    /// Creates, updates and touches.
    Write,
    /// Removes.
    Remove,
}

const fn round_of(step: StorageStep) -> Option<Round> {
    match step {
        StorageStep::None => None,
        StorageStep::Create
        | StorageStep::Replace(_)
        | StorageStep::Update(_)
        | StorageStep::Touch(_) => Some(Round::Write),
        StorageStep::Remove(_) | StorageStep::RemoveNew(_) => Some(Round::Remove),
    }
}

/// Takes the steps of this round until the session is settled or its next step is of another one.
pub(super) async fn perform(work: &mut Work, round: Round) {
    // A reused proof is removed before the session that replaces it is made: such a work's
    // create comes in the round of the removes.
    while work.settled.is_none() && (round == Round::Remove || round_of(work.step) == Some(round)) {
        let step = work.step;
        let answer = match take(work).await {
            Ok(answer) => answer,
            Err(failure) => {
                work.settled = Some(failed(failure));
                return;
            }
        };
        let policy = &work.provider().policy;
        let next = settle(step, &work.plan, answer, policy, work.repeats);
        if answer.is_repeated() {
            work.repeats += 1;
        }
        proceed(work, next);
    }
}

fn proceed(work: &mut Work, next: Next) {
    match next {
        Next::Finish(settled) => work.settled = Some(settled),
        Next::Step(step, notes) => {
            work.tell(notes);
            work.step = step;
        }
        Next::Join(change) => {
            let joined = join(work);
            let next = settle_joined(change, &work.plan, joined);
            proceed(work, next);
        }
    }
}

fn failed(failure: Failure) -> Settled {
    Settled {
        verdict: Err(failure),
        client: ClientStep::None,
        notes: Notes::of_failure(failure),
    }
}

/// Takes one step. `Err` where it cannot even be tried.
async fn take(work: &mut Work) -> Result<Answer, Failure> {
    match work.step {
        StorageStep::None => Ok(Answer::Done),
        // Boxed: the futures of all commits would have its size, and most sessions are there.
        StorageStep::Create | StorageStep::Replace(_) => Box::pin(create(work)).await,
        StorageStep::Update(change) => update(work, change).await,
        StorageStep::Touch(idle) => {
            let answer = match touch(work, idle).await {
                // Boxed: rare, and the futures of all commits would have its size.
                Answer::Gone => Box::pin(followed(work)).await,
                answer => answer,
            };
            if let (Answer::Done, Origin::ById(origin)) = (answer, &mut work.draft.loaded.origin) {
                origin.stored.record.idle_deadline = Some(idle);
            }
            Ok(answer)
        }
        StorageStep::Remove(Removal::Replaced(Replacement::Move { .. })) => {
            let answer = remove_where_it_lies(work).await;
            if answer == Answer::Done {
                // The failure of another session's part is no reason to lose it.
                work.made = None;
            }
            Ok(answer)
        }
        StorageStep::Remove(_) => Ok(remove_old(work).await),
        StorageStep::RemoveNew(_) => Ok(remove_new(work).await),
    }
}

fn storage(work: &Work) -> Option<&dyn DynStorage> {
    work.provider().storage(Place::Own)
}

fn at(work: &Work) -> Option<(&dyn DynStorage, &ById)> {
    match &work.draft.loaded.origin {
        Origin::ById(origin) => Some((work.provider().storage(origin.place)?, &**origin)),
        Origin::ByValue(_) | Origin::None => None,
    }
}

async fn create(work: &mut Work) -> Result<Answer, Failure> {
    let answer = create_once(work).await?;
    if answer == Answer::SignedOutMeanwhile && takes_up_number(work).await {
        return create_once(work).await;
    }
    Ok(answer)
}

/// Whether the session that is continued has outlived the end of its subject's others since it was
/// read, in this request or into a copy: then its successor has the number that it has now.
async fn takes_up_number(work: &mut Work) -> bool {
    if !matches!(
        work.step,
        StorageStep::Replace(Replacement::Elevate | Replacement::Rotate)
    ) {
        return false;
    }
    let Some((storage, origin)) = at(work) else {
        return false;
    };
    let read = storage.read_latest(&origin.key, work.moment.now);
    let latest = within(work.provider().storage_timeout, read).await;
    let number = match latest {
        Ok(Some(stored)) => stored.record.subject_number,
        Ok(None) | Err(_) => None,
    };
    let Origin::ById(origin) = &mut work.draft.loaded.origin else {
        return false;
    };
    let known = &mut origin.stored.record.subject_number;
    let is_raised = number > *known;
    if is_raised {
        *known = number;
    }
    is_raised
}

async fn create_once(work: &mut Work) -> Result<Answer, Failure> {
    let new = new_record(work)?;
    // Noted before the call: an error says nothing about the effect, so it is undone all the same.
    work.made = Some(new.key.clone());
    let Some(storage) = storage(work) else {
        return Ok(Answer::Failed);
    };
    let provider = work.provider();
    let limit = subject_limit(work);
    let kept = as_kept(work, Place::Own, &new.id, &new.key, &new.record)?;
    let kept = kept.as_ref().unwrap_or(&new.record);
    let call = storage.create(&new.key, kept, limit, work.moment.now);
    let answer = match within(provider.storage_timeout, call).await {
        Ok(CreateOutcome::Created(version)) => {
            work.successor = Some(Box::new(ById {
                id: new.id,
                place: Place::Own,
                key: new.key,
                stored: Stored::new(new.record, version),
                read_at: work.moment.now,
            }));
            return Ok(Answer::Done);
        }
        Ok(CreateOutcome::Exists) if moves(work.step) => {
            work.made = None;
            return Ok(moved_by_another(work, new.key).await);
        }
        Ok(CreateOutcome::Exists) => Answer::Exists,
        Ok(CreateOutcome::Full) => Answer::Full,
        Ok(CreateOutcome::TooManyForSubject) => Answer::TooManyForSubject,
        Ok(CreateOutcome::SignedOutMeanwhile) => Answer::SignedOutMeanwhile,
        Err(_) => return Ok(Answer::Failed),
    };
    // Nothing of ours lies there.
    work.made = None;
    Ok(answer)
}

const fn moves(step: StorageStep) -> bool {
    matches!(step, StorageStep::Replace(Replacement::Move { .. }))
}

async fn update(work: &mut Work, change: Change) -> Result<Answer, Failure> {
    let proof = makes_proof(change.proof).then(|| Proof::random(work.entropy()));
    let content = change.content.then(|| content_of(work)).transpose()?;
    let Some((storage, origin)) = at(work) else {
        return Ok(Answer::Failed);
    };
    let record = changed_record(work, &origin.stored.record, change, content, proof.as_ref());
    let version = origin.stored.version;
    let place = origin.place;
    let kept = as_kept(work, place, &origin.id, &origin.key, &record)?;
    let kept = kept.as_ref().unwrap_or(&record);
    let call = storage.update(&origin.key, version, kept, origin.read_at);
    let outcome = within(work.provider().storage_timeout, call).await;
    let opened = match outcome {
        Ok(UpdateOutcome::Conflict(theirs)) => {
            let (id, key) = (origin.id.clone(), origin.key.clone());
            as_ours(work, place, &id, &key, *theirs)
                .map(Box::new)
                .map(UpdateOutcome::Conflict)
        }
        outcome => outcome.ok(),
    };
    let Origin::ById(origin) = &mut work.draft.loaded.origin else {
        return Ok(Answer::Failed);
    };
    Ok(match opened {
        Some(UpdateOutcome::Updated(version)) => {
            origin.stored = Stored::new(record, version);
            if let Some(proof) = proof {
                origin.id.take_proof(proof);
            }
            Answer::Done
        }
        // Boxed: rare, and the futures of all commits would have its size.
        Some(UpdateOutcome::Gone) => Box::pin(followed(work)).await,
        Some(UpdateOutcome::Conflict(theirs)) => {
            let known = work.loaded_proof.get_or_insert(origin.stored.record.proof);
            let same_proof = same_proof(known, &theirs.record.proof);
            work.base
                .get_or_insert_with(|| origin.stored.record.content.clone());
            origin.stored = *theirs;
            Answer::Conflict { same_proof }
        }
        None => Answer::Failed,
    })
}

async fn touch(work: &Work, idle: Timestamp) -> Answer {
    let Some((storage, origin)) = at(work) else {
        return Answer::Failed;
    };
    let call = storage.touch(&origin.key, idle, origin.read_at);
    match within(work.provider().storage_timeout, call).await {
        Ok(TouchOutcome::Touched) => Answer::Done,
        Ok(TouchOutcome::Gone) => Answer::Gone,
        Err(_) => Answer::Failed,
    }
}

async fn remove_where_it_lies(work: &Work) -> Answer {
    let Some((storage, origin)) = at(work) else {
        return Answer::Failed;
    };
    remove(work, storage, &origin.key).await
}

/// Removes the session's record, in both storages where both may hold one under its id: a move that
/// broke off leaves one behind, and it must not bring back what has ended.
async fn remove_old(work: &Work) -> Answer {
    if !work.provider().has_same_ids(work.moment.now) {
        return remove_where_it_lies(work).await;
    }
    // Boxed: rare, and the futures of all commits would have its size.
    Box::pin(remove_everywhere(work)).await
}

async fn remove_everywhere(work: &Work) -> Answer {
    let Origin::ById(origin) = &work.draft.loaded.origin else {
        return Answer::Failed;
    };
    let mut answer = Answer::Absent;
    for place in work.provider().places(work.moment.now) {
        let Some(storage) = work.provider().storage(place) else {
            return Answer::Failed;
        };
        match remove(work, storage, &origin.key).await {
            Answer::Absent => {}
            Answer::Done => answer = Answer::Done,
            failed => return failed,
        }
    }
    answer
}

async fn remove_new(work: &Work) -> Answer {
    let (Some(storage), Some(key)) = (storage(work), &work.made) else {
        return Answer::Failed;
    };
    remove(work, storage, key).await
}

async fn remove(work: &Work, storage: &dyn DynStorage, key: &StorageKey) -> Answer {
    match within(work.provider().storage_timeout, storage.remove(key)).await {
        Ok(RemoveOutcome::Removed) => Answer::Done,
        Ok(RemoveOutcome::Absent) => Answer::Absent,
        Err(_) => Answer::Failed,
    }
}

/// Removes the record that this request made, if it made one: another session's part failed.
pub(super) async fn undo(work: &mut Work) {
    if work.made.is_some() {
        // A record that cannot be removed is left to expire: nobody has its id.
        let _left: Answer = remove_new(work).await;
        work.made = None;
    }
}

/// Joins our content with theirs.
fn join(work: &mut Work) -> Joined {
    let (Origin::ById(origin), Some(base)) = (&work.draft.loaded.origin, &work.base) else {
        return Joined::Rejected;
    };
    let theirs = origin.stored.record.content.clone();
    match work.slot.join(base, &theirs) {
        JoinedContent::Rejected(fields) => {
            work.both_changed = fields;
            Joined::Rejected
        }
        JoinedContent::Merged(content, _) if *content == *theirs => Joined::SameAsTheirs,
        JoinedContent::Merged(content, fields) => {
            let mut buffer = Buffer::from_vec(content);
            // The header is put in front again with the record.
            let header_len = work.provider().form.header_len();
            if buffer.trim_front(header_len).is_err() {
                return Joined::Rejected;
            }
            work.content = Some(buffer);
            work.both_changed = fields;
            // What lies there now is what the next conflict is measured from.
            work.base = Some(theirs);
            Joined::Merged
        }
    }
}

/// The session as it is after its steps: what is sent, listed and told from now on.
pub(super) fn take_over(work: &mut Work, settled: &Settled) {
    // The record that was to take the old one's place was removed again.
    let undone = matches!(work.step, StorageStep::RemoveNew(_));
    if let Some(successor) = work.successor.take().filter(|_| !undone) {
        work.draft.loaded.origin = Origin::ById(successor);
    }
    let ended = undone
        || settled.client == ClientStep::Clear
        || settled.notes.contains(EventKind::EndedMeanwhile)
        || settled.notes.contains(EventKind::Ended);
    if ended {
        work.draft.loaded.presented = Presented::Nothing;
        return;
    }
    let (Origin::ById(origin), true) = (&work.draft.loaded.origin, is_kept(work)) else {
        return;
    };
    let record = &origin.stored.record;
    let live = Live {
        absolute: work
            .provider()
            .absolute(record.absolute_deadline, origin.began()),
        idle: record.idle_deadline,
        outdated: false,
        proof: ProofState::Current,
        lies: Lies::Here,
        reseal: false,
    };
    work.draft.loaded.presented = Presented::Live(live);
}

/// Whether the record is the session's: it was live when it was loaded, or is of this request.
const fn is_kept(work: &Work) -> bool {
    work.made.is_some() || work.draft.loaded.is_live()
}

/// Tells what a conflict came to, with the declared fields that both sides changed.
pub(super) fn tell_settled(work: &Work, settled: &Settled) {
    for kind in settled.notes.iter() {
        match kind {
            EventKind::Conflict | EventKind::Merged => work.tell_fields(kind, &work.both_changed),
            _ => work.tell(Notes::one(kind)),
        }
    }
}
