//! What a request comes to once the storage has answered.
//!
//! * **Gone stays gone**: no answer leads from a record that is not there to a new one, or to a
//!   token for it. What has been moved is not gone: a change follows it.
//! * **A token is sent only when every step was done.** A failed touch, and a failed settling of a
//!   rotation, change nothing for the client; any other failure replaces the response.
//! * **What the handler did not ask for may fail**: the move of a session that was only read waits.
//! * **It ends**: a step is taken again at most eight times.
//! * **A lost rotation is given up, not repeated**: once another request has rotated, ours serves
//!   its client under the proof that it came with.

use super::types::{
    Answer, Change, ClientStep, ConflictRule, Failure, Joined, Next, Notes, Plan, Policy,
    ProofChange, Removal, Replacement, Settled, StorageStep, Undo,
};
use crate::event::EventKind;

/// How often a step is taken again after `Exists` or `Conflict`.
const REPEATS: u32 = 8;

/// What to do after `answer` to `step` of `plan`.
///
/// `repeats` says how many answers so far were [repeated](Answer::is_repeated): 0 for the answer to
/// the plan's own step. A `StorageStep::None` is `Done`.
pub(crate) fn settle(
    step: StorageStep,
    plan: &Plan,
    answer: Answer,
    policy: &Policy,
    repeats: u32,
) -> Next {
    match step {
        StorageStep::None => done(plan),
        StorageStep::Create | StorageStep::Replace(_) => {
            created(step, plan, answer, policy, repeats)
        }
        StorageStep::Update(change) => updated(change, plan, answer, policy, repeats),
        StorageStep::Touch(_) => match answer {
            Answer::Done => done(plan),
            Answer::Gone => unsent(Notes::one(EventKind::Ended)),
            // It has been moved; the next request finds it there.
            Answer::Conflict { .. } => unsent(Notes::NONE),
            _ => unsent(Notes::one(EventKind::StorageFailed)),
        },
        StorageStep::Remove(why) => removed(why, plan, answer),
        StorageStep::RemoveNew(why) => undone(why, answer),
    }
}

/// What to do after our content was joined with theirs, for what [`Next::Join`] gave.
pub(crate) fn settle_joined(change: Change, plan: &Plan, joined: Joined) -> Next {
    match joined {
        Joined::Merged => Next::Step(StorageStep::Update(change), Notes::NONE),
        Joined::Rejected => failed(Failure::Conflict, EventKind::Conflict),
        // The content lies there already; a rotation of ours does not.
        Joined::SameAsTheirs if change.proof == ProofChange::Rotate => {
            let rotation = Change {
                content: false,
                ..change
            };
            Next::Step(StorageStep::Update(rotation), Notes::NONE)
        }
        Joined::SameAsTheirs if change.proof == ProofChange::Overtaken => unsent(Notes::NONE),
        Joined::SameAsTheirs => finish(Ok(()), plan.client, renewals(plan.after)),
    }
}

/// Whether the session's record is moved in the end: nobody has ended it, and what was asked for is done.
pub(crate) fn moves(plan: &Plan, settled: &Settled) -> bool {
    let is_over = |kind| matches!(kind, EventKind::Ended | EventKind::EndedMeanwhile);
    plan.moves && settled.verdict.is_ok() && !settled.notes.iter().any(is_over)
}

fn created(step: StorageStep, plan: &Plan, answer: Answer, policy: &Policy, repeats: u32) -> Next {
    if let (StorageStep::Replace(Replacement::Move { changed }), true) =
        (step, answer != Answer::Done)
    {
        return not_moved(changed, answer, policy, repeats);
    }
    match answer {
        Answer::Done => match step {
            StorageStep::Replace(why) => {
                Next::Step(StorageStep::Remove(Removal::Replaced(why)), Notes::NONE)
            }
            _ => done(plan),
        },
        Answer::Exists if repeats < REPEATS => Next::Step(step, Notes::one(EventKind::IdCollision)),
        Answer::Exists => failed(Failure::IdCollisions, EventKind::IdCollision),
        Answer::Full => failed(Failure::StorageFull, EventKind::StorageFull),
        Answer::TooManyForSubject => {
            failed(Failure::TooManyForSubject, EventKind::TooManyForSubject)
        }
        Answer::SignedOutMeanwhile => {
            failed(Failure::SignedOutMeanwhile, EventKind::SignedOutMeanwhile)
        }
        Answer::Absent | Answer::Conflict { .. } | Answer::Gone | Answer::Failed => {
            storage_failed()
        }
    }
}

/// The record that is to be moved could not be made here, for now or because another request has
/// moved it already (`Conflict`, with what lies there).
fn not_moved(changed: bool, answer: Answer, policy: &Policy, repeats: u32) -> Next {
    let told = match answer {
        Answer::Conflict { .. } if !changed => return unsent(Notes::NONE),
        Answer::Conflict { same_proof } => {
            let change = Change {
                content: true,
                idle: None,
                proof: ProofChange::Keep,
            };
            return conflicting(change, same_proof, policy, repeats);
        }
        Answer::Gone => return unsent(Notes::one(EventKind::EndedMeanwhile)),
        Answer::Full => (Failure::StorageFull, EventKind::StorageFull),
        Answer::TooManyForSubject => (Failure::TooManyForSubject, EventKind::TooManyForSubject),
        Answer::SignedOutMeanwhile => (Failure::SignedOutMeanwhile, EventKind::SignedOutMeanwhile),
        _ => (Failure::Storage, EventKind::StorageFailed),
    };
    if changed {
        failed(told.0, told.1)
    } else {
        unsent(Notes::one(told.1))
    }
}

fn updated(change: Change, plan: &Plan, answer: Answer, policy: &Policy, repeats: u32) -> Next {
    // What the handler did not ask for may fail.
    let unasked = matches!(change.proof, ProofChange::Settle | ProofChange::Keep);
    let settles_only = !change.content && unasked;
    match answer {
        Answer::Done => kept(change, plan, policy, repeats),
        Answer::Gone if settles_only => unsent(Notes::one(EventKind::Ended)),
        Answer::Gone => unsent(Notes::one(EventKind::EndedMeanwhile)),
        Answer::Conflict { same_proof } => conflicting(change, same_proof, policy, repeats),
        _ if settles_only => unsent(Notes::one(EventKind::StorageFailed)),
        _ => storage_failed(),
    }
}

/// A change was written: as planned, or after a conflict.
fn kept(change: Change, plan: &Plan, policy: &Policy, repeats: u32) -> Next {
    let told = match policy.conflicts {
        _ if repeats == 0 || !change.content => Notes::NONE,
        ConflictRule::Join => Notes::one(EventKind::Merged),
        ConflictRule::LastWins => Notes::one(EventKind::Overwritten),
        ConflictRule::Reject => Notes::NONE,
    };
    if change.proof == ProofChange::Overtaken {
        return unsent(Notes::one(EventKind::Changed).join(told));
    }
    finish(Ok(()), plan.client, plan.after.join(told))
}

/// Another version lies there: the rotation is given up where theirs has another proof, and our
/// content, if there is some, goes by the policy.
fn conflicting(change: Change, same_proof: bool, policy: &Policy, repeats: u32) -> Next {
    let proof = match change.proof {
        // That the new proof was never presented may be true no more: the change may have been
        // its settling.
        ProofChange::ReplaceUnpresented => ProofChange::Overtaken,
        proof if same_proof => proof,
        _ => ProofChange::Overtaken,
    };
    let change = Change { proof, ..change };
    let write = Next::Step(StorageStep::Update(change), Notes::NONE);
    // Nothing is left to do; what was not settled is settled by the next request.
    if !change.content && proof != ProofChange::Rotate {
        return unsent(Notes::NONE);
    }
    if repeats >= REPEATS {
        return failed(Failure::Conflict, EventKind::Conflict);
    }
    match policy.conflicts {
        // A rotation alone and their change go together under any policy.
        _ if !change.content => write,
        ConflictRule::Join => Next::Join(change),
        ConflictRule::LastWins => write,
        ConflictRule::Reject => failed(Failure::Conflict, EventKind::Conflict),
    }
}

fn removed(why: Removal, plan: &Plan, answer: Answer) -> Next {
    let gone = matches!(answer, Answer::Done | Answer::Absent);
    match why {
        Removal::Reused { then_create } => {
            let told = if gone {
                Notes::NONE
            } else {
                Notes::one(EventKind::StorageFailed)
            };
            if then_create {
                return Next::Step(StorageStep::Create, told);
            }
            finish(Ok(()), plan.client, told.join(plan.after))
        }
        // Rights are not raised on a session that someone else has ended.
        Removal::Replaced(kept) if answer == Answer::Absent && kept != Replacement::SignIn => {
            let undo = match kept {
                Replacement::Move { changed: false } => Undo::MoveFailed,
                _ => Undo::EndedMeanwhile,
            };
            let told = Notes::one(EventKind::EndedMeanwhile);
            Next::Step(StorageStep::RemoveNew(undo), told)
        }
        _ if gone => done(plan),
        Removal::Replaced(Replacement::Move { changed: false }) => Next::Step(
            StorageStep::RemoveNew(Undo::MoveFailed),
            Notes::one(EventKind::StorageFailed),
        ),
        Removal::Replaced(_) => Next::Step(
            StorageStep::RemoveNew(Undo::RemoveFailed),
            Notes::one(EventKind::StorageFailed),
        ),
        Removal::Ended | Removal::Expired => storage_failed(),
    }
}

/// The new record was removed, or is left to expire: nobody has its id.
fn undone(why: Undo, answer: Answer) -> Next {
    match (why, answer) {
        (Undo::RemoveFailed, _) => finish(Err(Failure::Storage), ClientStep::None, Notes::NONE),
        (Undo::MoveFailed, _) => unsent(Notes::NONE),
        (Undo::EndedMeanwhile, Answer::Done | Answer::Absent) => unsent(Notes::NONE),
        (Undo::EndedMeanwhile, _) => storage_failed(),
    }
}

/// What is told of the client alone.
fn renewals(notes: Notes) -> Notes {
    notes
        .iter()
        .filter(|kind| matches!(kind, EventKind::Renewed(_)))
        .fold(Notes::NONE, Notes::and)
}

const fn finish(verdict: Result<(), Failure>, client: ClientStep, notes: Notes) -> Next {
    Next::Finish(Settled {
        verdict,
        client,
        notes,
    })
}

/// As planned.
const fn done(plan: &Plan) -> Next {
    finish(Ok(()), plan.client, plan.after)
}

/// The response stays, without a token.
const fn unsent(notes: Notes) -> Next {
    finish(Ok(()), ClientStep::None, notes)
}

const fn failed(failure: Failure, told: EventKind) -> Next {
    finish(Err(failure), ClientStep::None, Notes::one(told))
}

/// The storage failed, or gave an answer that does not belong to the step.
const fn storage_failed() -> Next {
    failed(Failure::Storage, EventKind::StorageFailed)
}
