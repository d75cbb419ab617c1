//! What `take` removes, and what it leaves alone.

use cloakroom_storage::{RemoveOutcome, Storage, TakeOutcome, UpdateOutcome, Version};

use super::samples::{End, NOW, idle, key, later, signed_in, subject, with_content};
use super::trial::{ROUNDS, TASKS, Trial};

/// The record of the version is removed, its place in the list too, and no other one.
pub async fn take_removes_the_record_of_a_version<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let first = storage.keep(&key(1), &signed_in("ada")).await;
    let next = with_content(signed_in("ada"), b"next");
    let version = storage.replace(&key(1), first, &next).await;
    storage.keep(&key(2), &signed_in("ada")).await;
    let taken = storage.take(&key(1), version, NOW).await;
    assert_eq!(taken, TakeOutcome::Taken);
    assert_eq!(storage.read(&key(1), NOW).await, None);
    let again = storage.take(&key(1), version, NOW).await;
    assert_eq!(again, TakeOutcome::Gone);
    assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Absent);
    assert_eq!(storage.keys(&subject("ada")).await, [key(2)]);
}

/// On `Conflict` the answer holds what lies there; nothing was changed.
pub async fn take_of_another_version_is_a_conflict<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let first = storage.keep(&key(1), &idle(10)).await;
    let second = with_content(idle(20), b"second");
    let version = storage.replace(&key(1), first, &second).await;
    let stored = storage.found(&key(1)).await;
    let never_given = Version::new(version.get().wrapping_add(1 << 40));
    for wrong in [first, never_given] {
        let outcome = storage.take(&key(1), wrong, NOW).await;
        assert_eq!(outcome, TakeOutcome::Conflict(Box::new(stored.clone())));
        assert_eq!(storage.found(&key(1)).await, stored);
    }
    // A touch leaves the version.
    storage.prolong(&key(1), later(90)).await;
    let taken = storage.take(&key(1), version, NOW).await;
    assert_eq!(taken, TakeOutcome::Taken);
}

/// `Gone` where the record is not alive.
pub async fn take_of_an_ended_record_is_gone<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        let version = storage.keep_ended(&key(1), end).await;
        let outcome = storage.take(&key(1), version, NOW).await;
        assert_eq!(outcome, TakeOutcome::Gone, "{end:?}");
        let left = storage.remove(&key(1)).await;
        assert_eq!(left, RemoveOutcome::Removed, "{end:?}");
    }
}

/// One atomic step: of updates and a take at once from one version exactly one has it, and an update
/// that was acknowledged is not taken along.
///
/// Rules: no-upsert.
pub async fn of_a_take_and_updates_at_once_exactly_one_has_it<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let version = storage.keep(&key(round), &signed_in("ada")).await;
        // It comes first (the last one opens the barrier), or in their midst.
        let taker = if round % 2 == 0 { TASKS - 1 } else { TASKS / 2 };
        let had: Vec<bool> = storage
            .at_once(move |storage, task| async move {
                let key = key(round);
                if task == taker {
                    return storage.take(&key, version, NOW).await == TakeOutcome::Taken;
                }
                let outcome = storage.update(&key, version, &signed_in("ada"), NOW).await;
                matches!(outcome, UpdateOutcome::Updated(_))
            })
            .await;
        assert_eq!(had.iter().filter(|had_it| **had_it).count(), 1);
        let is_there = storage.read(&key(round), NOW).await.is_some();
        assert_eq!(Some(&!is_there), had.get(taker));
    }
}
