//! What `sweep` removes, and when.

use cloakroom_storage::{RemoveOutcome, Storage, Timestamp, UpdateOutcome};

use super::samples::{HOUR, NOW, began, idle, key, later, record, scope, signed_in, subject};
use super::trial::{ROUNDS, TASKS, Trial};

/// What ended an hour ago lies there still, to the millisecond; longer ago it is removed.
pub async fn sweep_leaves_what_ended_within_the_hour<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut absolute = signed_in("ada");
    absolute.absolute_deadline = Some(later(1));
    for (number, kept) in [idle(1), absolute].into_iter().enumerate() {
        storage.keep(&key(number), &kept).await;
        assert_eq!(storage.sweep(later(1), 100).await, 0);
        assert_eq!(storage.sweep(later(1 + HOUR), 100).await, 0);
        assert_eq!(storage.remove(&key(number)).await, RemoveOutcome::Removed);
        storage.keep(&key(number), &kept).await;
        assert_eq!(storage.sweep(later(2 + HOUR), 100).await, 1);
        assert_eq!(storage.remove(&key(number)).await, RemoveOutcome::Absent);
    }
}

/// What is alive is never swept.
pub async fn sweep_leaves_what_is_alive<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &record()).await;
    storage.keep(&key(2), &signed_in("ada")).await;
    storage.keep(&key(3), &idle(5 * HOUR)).await;
    assert_eq!(storage.sweep(later(5 * HOUR - 1), 100).await, 0);
    for number in 1..4 {
        storage.found(&key(number)).await;
    }
    assert_eq!(storage.sweep(Timestamp::MAX, 100).await, 1);
    for number in 1..3 {
        storage.found(&key(number)).await;
    }
}

/// It goes by the deadlines as they are: not by those before a touch or an update.
pub async fn sweep_goes_by_the_deadlines_as_they_are<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(1)).await;
    storage.prolong(&key(1), later(5 * HOUR)).await;
    let version = storage.keep(&key(2), &idle(1)).await;
    storage.replace(&key(2), version, &idle(5 * HOUR)).await;
    let version = storage.keep(&key(3), &record()).await;
    storage.replace(&key(3), version, &idle(1)).await;
    assert_eq!(storage.sweep(later(3 * HOUR), 100).await, 1);
    storage.found(&key(1)).await;
    storage.found(&key(2)).await;
    assert_eq!(storage.remove(&key(3)).await, RemoveOutcome::Absent);
}

/// At most `limit`, and gives how many; fewer than `limit` means that none is left.
pub async fn sweep_removes_at_most_its_limit<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 0..10 {
        let mut kept = if number % 2 == 0 {
            record()
        } else {
            signed_in("ada")
        };
        kept.idle_deadline = Some(later(number));
        let number = usize::try_from(number).unwrap_or_default();
        storage.keep(&key(number), &kept).await;
    }
    let (long_after, mut swept) = (later(2 * HOUR), Vec::new());
    for limit in [0, 4, 4, 4, 4] {
        swept.push(storage.sweep(long_after, limit).await);
    }
    assert_eq!(swept, [0, 4, 4, 2, 0]);
    for number in 0..10 {
        assert_eq!(storage.remove(&key(number)).await, RemoveOutcome::Absent);
    }
    assert_eq!(storage.remove_all(&subject("ada"), None, NOW).await, 0);
}

/// What a floor ended is swept too, deadlines or not: an hour after the floor's time, to the
/// millisecond.
pub async fn sweep_removes_what_a_floor_ended<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &began("ada", 10)).await;
    storage.keep(&key(2), &signed_in("ada")).await;
    storage.end_before(&scope(), NOW).await;
    storage.keep(&key(3), &began("ada", 5)).await;
    assert_eq!(storage.sweep(later(HOUR), 100).await, 0);
    assert_eq!(storage.sweep(later(HOUR + 1), 100).await, 2);
    storage.found(&key(2)).await;
    for number in [1, 3] {
        assert_eq!(storage.remove(&key(number)).await, RemoveOutcome::Absent);
    }
}

/// A late `update` is told `Gone`, before the sweep and after it.
///
/// Rules: no-upsert.
pub async fn what_was_swept_is_gone<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &idle(1)).await;
    for _ in 0..2 {
        let outcome = storage
            .update(&key(1), version, &idle(1), later(2 * HOUR))
            .await;
        assert_eq!(outcome, UpdateOutcome::Gone);
        storage.sweep(later(2 * HOUR), 100).await;
        assert_eq!(storage.read(&key(1), NOW).await, None);
    }
}

/// A record that took the place of one that had ended is not swept in its stead.
pub async fn a_sweep_spares_what_takes_the_place_of_the_ended<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let long_after = later(2 * HOUR);
    for round in 0..ROUNDS {
        let at = move |task: usize| key(round * TASKS + task);
        for task in 0..TASKS {
            storage.keep(&at(task), &idle(1)).await;
        }
        storage
            .at_once(move |storage, task| async move {
                if task % 2 == 0 {
                    storage.sweep(long_after, TASKS).await;
                } else {
                    storage
                        .keep_at(&at(task), &idle(3 * HOUR), long_after)
                        .await;
                }
            })
            .await;
        for task in (1..TASKS).step_by(2) {
            let stored = storage.read(&at(task), long_after).await;
            assert!(stored.is_some(), "a live record was swept");
        }
    }
}

/// Of sweeps at once each record is counted by one.
pub async fn sweeps_at_once_count_each_record_once<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let dead = 4 * TASKS;
    for number in 0..dead {
        storage.keep(&key(number), &idle(1)).await;
    }
    let swept = storage
        .at_once(|storage, _| async move { storage.sweep(later(2 * HOUR), 10).await })
        .await;
    assert!(swept.iter().all(|swept| *swept <= 10), "{swept:?}");
    let left = storage.sweep(later(2 * HOUR), dead).await;
    assert_eq!(swept.iter().sum::<usize>() + left, dead);
}
