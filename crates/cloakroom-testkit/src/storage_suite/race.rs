//! Calls on one record that come at once: what each was told must add up, whatever the order.

use cloakroom_storage::{
    CreateOutcome, PreviousProof, ProofHash, Record, RemoveOutcome, Storage, TouchOutcome,
    UpdateOutcome,
};

use super::samples::{HOUR, NOW, idle, key, later, record, signed_in, subject, with_content};
use super::trial::{ROUNDS, TASKS, Trial};

/// Rotation against rotation: one new proof is left, and the one before it is what it replaced.
pub async fn of_rotations_at_once_exactly_one_holds<S: Storage>(make: impl AsyncFn() -> S) {
    rotations(make, |_| true).await;
}

/// Rotation against update: one of them holds, whole, and the other is told what lies there.
pub async fn a_rotation_and_an_update_at_once_do_not_mix<S: Storage>(make: impl AsyncFn() -> S) {
    rotations(make, |task| task % 2 == 0).await;
}

/// An update or a rotation of each task from one version.
async fn rotations<S: Storage>(make: impl AsyncFn() -> S, rotates: fn(usize) -> bool) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let version = storage.keep(&key(round), &record()).await;
        let outcomes = storage
            .at_once(move |storage, task| async move {
                let mine = if rotates(task) {
                    rotated(task)
                } else {
                    with_content(record(), &task.to_le_bytes())
                };
                let outcome = storage.update(&key(round), version, &mine, NOW).await;
                (mine, outcome)
            })
            .await;
        let stored = storage.found(&key(round)).await;
        let mut winners = 0;
        for (mine, outcome) in outcomes {
            match outcome {
                UpdateOutcome::Conflict(there) => assert_eq!(*there, stored),
                outcome => {
                    winners += 1;
                    assert_eq!(outcome, UpdateOutcome::Updated(stored.version));
                    assert!(mine == stored.record, "two writes are mixed");
                }
            }
        }
        assert_eq!(winners, 1);
    }
}

/// The record with another proof, and the old one kept.
fn rotated(task: usize) -> Record {
    let mut next = record();
    next.previous = Some(PreviousProof::new(next.proof, NOW));
    next.proof = proof(task);
    next
}

fn proof(number: usize) -> ProofHash {
    ProofHash::new([u8::try_from(number).unwrap_or(u8::MAX); 32])
}

/// A record is read whole in the midst of updates: no field of one with a field of another.
pub async fn a_read_in_the_midst_of_updates_is_whole<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let whole = |number: usize| {
        let byte = u8::try_from(number).unwrap_or(u8::MAX);
        let mut next = with_content(record(), &vec![byte; 4096]);
        next.proof = proof(number);
        next
    };
    storage.keep(&key(1), &whole(100)).await;
    storage
        .at_once(move |storage, task| async move {
            for _ in 0..4 {
                let stored = storage.found(&key(1)).await;
                let proof = stored.record.proof;
                assert!(
                    stored
                        .record
                        .content
                        .iter()
                        .all(|byte| *byte == proof.as_bytes()[0])
                );
                if task % 2 == 0 {
                    let (key, next) = (key(1), whole(task));
                    let updated = storage.update(&key, stored.version, &next, NOW).await;
                    assert_ne!(updated, UpdateOutcome::Gone);
                }
            }
        })
        .await;
}

/// Who has read a change never reads what was before it: acknowledged is kept for every later call.
pub async fn reads_never_go_back<S: Storage>(make: impl AsyncFn() -> S) {
    const LAST: u8 = 24;
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &with_content(record(), &[0])).await;
    storage
        .at_once(|storage, task| async move {
            let mut seen = 0;
            for number in 1..=LAST {
                let stored = storage.found(&key(1)).await;
                let now = stored.record.content.first().copied().unwrap_or_default();
                assert!(now >= seen, "{now} after {seen}");
                seen = now;
                if task == 0 {
                    let next = with_content(record(), &[number]);
                    storage.replace(&key(1), stored.version, &next).await;
                    seen = number;
                }
            }
        })
        .await;
    assert_eq!(*storage.found(&key(1)).await.record.content, [LAST]);
}

/// Touches that cross an update: the content is the update's and the deadline the latest.
pub async fn touches_at_once_with_an_update_all_hold<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let version = storage.keep(&key(round), &idle(10)).await;
        storage
            .at_once(move |storage, task| async move {
                if task == TASKS / 2 {
                    let next = with_content(idle(20), b"next");
                    storage.replace(&key(round), version, &next).await;
                } else {
                    storage.prolong(&key(round), later(100 + task as u64)).await;
                }
            })
            .await;
        let stored = storage.found(&key(round)).await.record;
        let latest = later(100 + TASKS as u64 - 1);
        assert_eq!(stored.idle_deadline, Some(latest));
        assert_eq!(*stored.content, *b"next");
    }
}

/// A touch that crosses a removal does not bring the record back.
///
/// Rules: no-upsert.
pub async fn touches_at_once_with_a_removal_bring_nothing_back<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let mut kept = signed_in("ada");
        kept.idle_deadline = Some(later(10));
        storage.keep(&key(round), &kept).await;
        storage
            .at_once(move |storage, task| async move {
                if task == TASKS / 2 {
                    storage.end(&key(round)).await;
                } else {
                    let _either = storage.touch(&key(round), later(20), NOW).await;
                }
            })
            .await;
        assert_eq!(storage.read(&key(round), NOW).await, None);
        assert_eq!(storage.remove(&key(round)).await, RemoveOutcome::Absent);
    }
    assert_eq!(storage.keys(&subject("ada")).await, []);
}

/// Touch against sweep, on two machines whose clocks differ: what was touched is alive, what was
/// swept is gone.
pub async fn a_touch_that_crosses_a_sweep_is_kept_or_told_gone<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        against_sweep(&storage, round, |storage, at| async move {
            let outcome = storage.touch(&key(at), later(5 * HOUR), NOW).await;
            outcome == TouchOutcome::Touched
        })
        .await;
    }
}

/// Update against sweep, on two machines whose clocks differ: what was replaced is alive, what was
/// swept is gone.
///
/// Rules: no-upsert.
pub async fn an_update_that_crosses_a_sweep_is_kept_or_told_gone<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        against_sweep(&storage, round, |storage, at| async move {
            let Some(stored) = storage.read(&key(at), NOW).await else {
                return false;
            };
            let (key, longer) = (key(at), idle(5 * HOUR));
            let updated = storage.update(&key, stored.version, &longer, NOW).await;
            matches!(updated, UpdateOutcome::Updated(_))
        })
        .await;
    }
}

/// Prolongs records, each under its number, while every fourth task sweeps: by a clock that is hours
/// ahead, they have ended.
async fn against_sweep<S: Storage, Task>(
    storage: &Trial<S>,
    round: usize,
    prolong: impl Fn(Trial<S>, usize) -> Task + Copy + Send + Sync + 'static,
) where
    Task: Future<Output = bool> + Send + 'static,
{
    let long_after = later(2 * HOUR);
    for task in 0..TASKS {
        storage.keep(&key(round * TASKS + task), &idle(1)).await;
    }
    let is_kept = storage
        .at_once(move |storage, task| async move {
            if task % 4 == 0 {
                storage.sweep(long_after, TASKS).await;
            }
            prolong(storage, round * TASKS + task).await
        })
        .await;
    for (task, is_kept) in is_kept.into_iter().enumerate() {
        let stored = storage.read(&key(round * TASKS + task), long_after).await;
        assert_eq!(stored.is_some(), is_kept, "{task}");
    }
}

/// Creates and removals of one key at once: as many were made as were removed, and what lies there.
///
/// Rules: no-upsert.
pub async fn creates_and_removals_at_once_add_up<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let steps = storage
            .at_once(move |storage, task| async move {
                if task % 2 == 0 {
                    let outcome = storage
                        .create(&key(round), &signed_in("ada"), None, NOW)
                        .await;
                    return i32::from(matches!(outcome, CreateOutcome::Created(_)));
                }
                -i32::from(storage.remove(&key(round)).await == RemoveOutcome::Removed)
            })
            .await;
        let is_there = storage.read(&key(round), NOW).await.is_some();
        assert_eq!(steps.iter().sum::<i32>(), i32::from(is_there));
        let is_listed = storage.keys(&subject("ada")).await.contains(&key(round));
        assert_eq!(is_listed, is_there);
    }
}
