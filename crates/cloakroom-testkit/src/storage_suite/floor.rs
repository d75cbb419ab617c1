//! What `end_before` ends.

use cloakroom_storage::{RemoveOutcome, Storage};

use super::samples::{
    HOUR, NOW, began, earlier, key, later, other_scope, scope, signed_in, subject,
};
use super::trial::{TASKS, Trial};

/// Records created before the floor are none at once; one created at that instant is alive.
pub async fn a_floor_ends_what_was_created_before_it<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &began("ada", 11)).await;
    storage.keep(&key(2), &began("ada", 10)).await;
    storage.end_before(&scope(), earlier(10)).await;
    assert_eq!(storage.read(&key(1), NOW).await, None);
    assert_eq!(storage.read(&key(1), earlier(11)).await, None, "at any now");
    storage.found(&key(2)).await;
    assert_eq!(storage.keys(&subject("ada")).await, [key(2)]);
}

/// A floor only rises: an earlier one changes nothing.
pub async fn a_floor_only_rises<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &began("ada", 20)).await;
    storage.end_before(&scope(), earlier(10)).await;
    storage.end_before(&scope(), earlier(30)).await;
    assert_eq!(storage.read(&key(1), NOW).await, None);
    storage.keep(&key(2), &began("ada", 20)).await;
    assert_eq!(storage.read(&key(2), NOW).await, None);
    storage.keep(&key(3), &began("ada", 5)).await;
    storage.found(&key(3)).await;
    storage.end_before(&scope(), NOW).await;
    assert_eq!(storage.read(&key(3), NOW).await, None, "it rises again");
}

/// A floor is of one scope.
pub async fn a_floor_leaves_other_scopes_alone<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut elsewhere = began("ada", 20);
    elsewhere.scope = other_scope();
    storage.keep(&key(1), &elsewhere).await;
    storage.end_before(&scope(), NOW).await;
    storage.found(&key(1)).await;
    storage.keep(&key(2), &elsewhere).await;
    storage.found(&key(2)).await;
}

/// A `create` of a record below the floor is kept and is none.
pub async fn create_below_the_floor_is_kept_and_is_none<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.end_before(&scope(), NOW).await;
    storage.keep(&key(1), &began("ada", 1)).await;
    assert_eq!(storage.read(&key(1), NOW).await, None);
    assert_eq!(storage.keys(&subject("ada")).await, []);
    assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Removed);
    storage.keep(&key(2), &signed_in("ada")).await;
    storage.found(&key(2)).await;
}

/// The floor holds when all that it ended was swept.
pub async fn a_floor_outlives_what_it_ended<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &began("ada", 10)).await;
    storage.end_before(&scope(), NOW).await;
    storage.end(&key(1)).await;
    storage.sweep(later(3 * HOUR), 100).await;
    storage.keep(&key(1), &began("ada", 10)).await;
    assert_eq!(storage.read(&key(1), NOW).await, None);
}

/// Floors set at once: the highest is what is left.
pub async fn of_floors_at_once_the_highest_holds<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage
        .at_once(|storage, task| async move {
            let millis = (task as u64 * 7) % TASKS as u64;
            storage.end_before(&scope(), later(millis)).await;
        })
        .await;
    for (number, millis) in [(1, TASKS as u64 - 2), (2, TASKS as u64 - 1)] {
        let mut record = signed_in("ada");
        record.created = later(millis);
        storage.keep(&key(number), &record).await;
    }
    assert_eq!(storage.read(&key(1), later(TASKS as u64)).await, None);
    assert!(storage.read(&key(2), later(TASKS as u64)).await.is_some());
}
