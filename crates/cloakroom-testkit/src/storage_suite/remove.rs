//! What `remove` ends.

use cloakroom_storage::{RemoveOutcome, Storage};

use super::samples::{End, NOW, key, signed_in, subject};
use super::trial::{ROUNDS, TASKS, Trial};

/// Idempotent: the first call is told `Removed`, every further one `Absent`.
pub async fn remove_tells_removed_once<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Absent);
    storage.keep(&key(1), &signed_in("ada")).await;
    assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Removed);
    for _ in 0..2 {
        assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Absent);
        assert_eq!(storage.read(&key(1), NOW).await, None);
    }
    assert_eq!(storage.keys(&subject("ada")).await, []);
}

/// It removes the record under the key, and no other one.
pub async fn remove_leaves_all_other_records<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 1..4 {
        storage.keep(&key(number), &signed_in("ada")).await;
    }
    storage.end(&key(2)).await;
    assert!(storage.read(&key(1), NOW).await.is_some());
    assert!(storage.read(&key(3), NOW).await.is_some());
    assert_eq!(storage.keys(&subject("ada")).await, [key(1), key(3)]);
}

/// Alive or not.
pub async fn remove_finds_an_ended_record<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        storage.keep_ended(&key(1), end).await;
        assert_eq!(storage.read(&key(1), NOW).await, None);
        let first = storage.remove(&key(1)).await;
        assert_eq!(first, RemoveOutcome::Removed, "{end:?}");
        let second = storage.remove(&key(1)).await;
        assert_eq!(second, RemoveOutcome::Absent, "{end:?}");
    }
}

/// Of concurrent removals of one record exactly one is told `Removed`.
pub async fn of_removals_at_once_exactly_one_is_told_removed<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        storage.keep(&key(round), &signed_in("ada")).await;
        let outcomes = storage
            .at_once(move |storage, _| async move { storage.remove(&key(round)).await })
            .await;
        let absent = outcomes
            .iter()
            .filter(|outcome| **outcome == RemoveOutcome::Absent);
        assert_eq!(absent.count(), TASKS - 1);
    }
}
