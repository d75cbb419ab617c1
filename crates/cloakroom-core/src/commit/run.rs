//! A commit over all sessions of a request, in its order.

use std::sync::Arc;

use super::moving::move_here;
use super::perform::{Round, perform, take_over, tell_settled, undo};
use super::prepare::{ResponseHead, needs_storage, prepare};
use super::token;
use super::work::Work;
use crate::error::CommitError;
use crate::event::EventKind;
use crate::few::Few;
use crate::loaded::Loaded;
use crate::plan::{Failure, Settled, Tracking, moves};
use crate::slot::{AnySlot, Outgoing};

/// The sessions of a request that are being committed.
///
/// It lies with the caller from the beginning to the end, since its parts are large: handed from
/// function to function they would be copied, and kept by a future they would lie in it.
#[derive(Default)]
pub(crate) struct Batch(Few<Work>);

impl Batch {
    /// Whether there is anything to wait for.
    pub(crate) fn needs_storage(&self) -> bool {
        self.0.iter().any(needs_storage)
    }

    /// A session whose every change can be run again was ended meanwhile, so there was nothing to
    /// run them on.
    pub(crate) fn lost_retries(&self) -> Option<CommitError> {
        let lost = |work: &&Work| {
            work.draft.retrying
                && work
                    .settled
                    .is_some_and(|settled| settled.notes.contains(EventKind::EndedMeanwhile))
        };
        let work = self.0.iter().find(lost)?;
        Some(work.error(Failure::NoSession))
    }
}

/// Closes every gate in the end, also while a panic in the application's code unwinds: a handle
/// that lives on is told that it is too late.
struct ShutAll<'a>(&'a Few<Arc<dyn AnySlot>>);

impl Drop for ShutAll<'_> {
    fn drop(&mut self) {
        for slot in self.0.iter() {
            slot.shut();
        }
    }
}

/// Closes the gates and plans every part. On a failure nothing is kept of any.
pub(crate) fn prepare_all(
    batch: &mut Batch,
    slots: &Few<Arc<dyn AnySlot>>,
    response: &dyn ResponseHead,
) -> Result<(), CommitError> {
    let _shut_in_the_end = ShutAll(slots);
    for slot in slots.iter() {
        let now = slot.environment().now();
        if let Err(error) = prepare(&mut batch.0, slot, response, now) {
            give_back(batch);
            return Err(error);
        }
    }
    Ok(())
}

/// Takes every storage step. On a failure the records that were made are removed again and
/// nothing goes out for any session.
pub(crate) async fn perform_all(batch: &mut Batch) -> Result<(), CommitError> {
    for round in [Round::Write, Round::Remove] {
        for index in 0..batch.0.len() {
            let Some(work) = batch.0.iter_mut().nth(index) else {
                break;
            };
            perform(work, round).await;
            let failure = work.settled.and_then(|settled| settled.verdict.err());
            if let Some(failure) = failure {
                return Err(abort(batch, index, failure).await);
            }
        }
    }
    for work in batch.0.iter_mut() {
        if work
            .settled
            .is_some_and(|settled| moves(&work.plan, &settled))
        {
            // Boxed: rare, and the futures of all commits would have its size.
            Box::pin(move_here(work)).await;
        }
    }
    Ok(())
}

async fn abort(batch: &mut Batch, failed: usize, failure: Failure) -> CommitError {
    let mut error = None;
    for (index, work) in batch.0.iter_mut().enumerate() {
        // What was done and stays is told; what is undone is not.
        let undone = work.made.is_some() && index != failed;
        if let Some(settled) = work.settled
            && !undone
        {
            tell_settled(work, &settled);
        }
        if index == failed {
            error = Some(work.error(failure));
        }
        undo(work).await;
    }
    give_back(batch);
    error.unwrap_or_else(|| CommitError::new("", failure))
}

fn give_back(batch: &mut Batch) {
    for work in std::mem::take(&mut batch.0) {
        work.slot.finish(work.draft.loaded, Outgoing::None);
    }
}

/// Makes what goes out, tells what happened, and gives everything back to the slots.
pub(crate) fn conclude(batch: &mut Batch) {
    for work in batch.0.iter_mut() {
        let settled = work.settled.unwrap_or(Settled {
            verdict: Ok(()),
            client: work.plan.client,
            notes: work.plan.after,
        });
        take_over(work, &settled);
        if work.provider().policy.tracking == Tracking::ById {
            // What can fail was made sure of before the storage was asked; a key that stopped
            // issuing in between leaves the client with the token that it has.
            let _unsent = token::make_by_id(work, settled.client);
        }
        tell_settled(work, &settled);
        let loaded = std::mem::replace(&mut work.draft.loaded, Loaded::nothing());
        let outgoing = std::mem::take(&mut work.outgoing);
        work.slot.finish(loaded, outgoing);
    }
}
