//! What `sweep` removes, and when.

use cloakroom_storage::{RemoveOutcome, Storage, Timestamp, UpdateOutcome};

use super::samples::{HOUR, NOW, idle, key, later, record, signed_in, subject};
use super::trial::{TASKS, Trial};

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
