//! A future that is dropped early has had its whole effect or none.
//!
//! * **Each call is dropped after one poll more than the time before**, from none at all until it
//!   is done.
//! * **What is looked at second may have come since**: the effect of a call that was dropped may
//!   show late, so no assertion goes from an absence to an absence.

use cloakroom_storage::{CreateOutcome, Record, RemoveOutcome, Storage, StorageKey, TakeOutcome};

use super::samples::{NOW, began, end_oldest, idle, key, later, signed_in, subject, with_content};
use super::trial::{POLLS, Trial, dropped_after, never_done};

/// A `create` that is dropped has made a whole record or none.
pub async fn a_dropped_create_makes_a_whole_record_or_none<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut kept = signed_in("ada");
    kept.idle_deadline = Some(later(10));
    for polls in 0..POLLS {
        let key = key(polls);
        let call = storage.storage().create(&key, &kept, None, NOW);
        let done = dropped_after(polls, call).await;
        if storage.keys(&subject("ada")).await.contains(&key) {
            storage.found(&key).await;
        }
        if let Some(stored) = storage.read(&key, NOW).await {
            assert_eq!(stored.record.content, kept.content);
            assert_eq!(stored.record.idle_deadline, kept.idle_deadline);
            assert!(storage.keys(&subject("ada")).await.contains(&key));
        }
        if done {
            storage.found(&key).await;
            return;
        }
    }
    never_done();
}

/// A `create` that is dropped has ended the oldest session and made the new one, or neither.
pub async fn a_dropped_create_ends_the_oldest_or_does_nothing<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for polls in 0..POLLS {
        let storage = Trial::of(&make).await;
        storage.keep(&key(1), &began("ada", 10)).await;
        let (new, limit) = (signed_in("ada"), Some(end_oldest(1)));
        let key = key(2);
        let call = storage.storage().create(&key, &new, limit, NOW);
        let done = dropped_after(polls, call).await;
        assert_eq!(storage.keys(&subject("ada")).await.len(), 1, "{polls}");
        if done {
            storage.found(&key).await;
            return;
        }
    }
    never_done();
}

/// An `update` that is dropped has replaced the whole record or nothing.
pub async fn a_dropped_update_replaces_all_or_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for polls in 0..POLLS {
        let key = key(polls);
        let version = storage.keep(&key, &idle(10)).await;
        let next = with_content(idle(20), b"next");
        let call = storage.storage().update(&key, version, &next, NOW);
        let done = dropped_after(polls, call).await;
        let stored = storage.found(&key).await;
        if stored.version == version {
            assert_eq!(stored.record, idle(10), "{polls}");
            assert!(!done);
        } else {
            assert_eq!(stored.record, next, "{polls}");
        }
        if done {
            return;
        }
    }
    never_done();
}

/// A `touch` that is dropped has moved the deadline or not, and nothing else.
pub async fn a_dropped_touch_moves_the_deadline_or_not<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for polls in 0..POLLS {
        let key = key(polls);
        let version = storage.keep(&key, &idle(10)).await;
        let call = storage.storage().touch(&key, later(20), NOW);
        let done = dropped_after(polls, call).await;
        let stored = storage.found(&key).await;
        assert_eq!(stored.version, version);
        let is_moved = stored.record == idle(20);
        assert!(is_moved || stored.record == idle(10) && !done, "{polls}");
        if done {
            return;
        }
    }
    never_done();
}

/// A `remove` that is dropped has removed the whole record, its place in the list too, or nothing.
pub async fn a_dropped_remove_removes_all_or_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for polls in 0..POLLS {
        let key = key(polls);
        storage.keep(&key, &signed_in("ada")).await;
        let done = dropped_after(polls, storage.storage().remove(&key)).await;
        assert_in_step(&storage, &key).await;
        let rest = storage.remove(&key).await;
        assert!(!done || rest == RemoveOutcome::Absent, "{polls}");
        assert_eq!(storage.read(&key, NOW).await, None);
        if done {
            return;
        }
    }
    never_done();
}

/// A `take` that is dropped has removed the whole record, its place in the list too, or nothing.
pub async fn a_dropped_take_removes_all_or_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for polls in 0..POLLS {
        let key = key(polls);
        let version = storage.keep(&key, &signed_in("ada")).await;
        let call = storage.storage().take(&key, version, NOW);
        let done = dropped_after(polls, call).await;
        assert_in_step(&storage, &key).await;
        let rest = storage.take(&key, version, NOW).await;
        assert!(!done || rest == TakeOutcome::Gone, "{polls}");
        assert_eq!(storage.read(&key, NOW).await, None);
        if done {
            return;
        }
    }
    never_done();
}

/// A `remove_all` that is dropped has ended every session and raised the number, or nothing.
pub async fn a_dropped_remove_all_ends_all_or_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    for polls in 0..POLLS {
        let storage = Trial::of(&make).await;
        let ada = subject("ada");
        let mut begun = signed_in("ada");
        begun.subject_number = Some(storage.number(&ada).await);
        for number in 1..4 {
            storage.keep(&key(number), &begun).await;
        }
        let call = storage.storage().remove_all(&ada, None, NOW);
        let done = dropped_after(polls, call).await;
        let left = storage.keys(&ada).await.len();
        assert!(left == 0 || left == 3 && !done, "{left} after {polls}");
        let is_raised = Some(storage.number(&ada).await) > begun.subject_number;
        assert!(is_raised || left == 3, "ended without the number: {polls}");
        if is_raised {
            assert_all_ended(&storage, &begun).await;
        }
        if done {
            return;
        }
    }
    never_done();
}

/// What does not lie there is not listed, and what is not listed does not lie there.
async fn assert_in_step<S: Storage>(storage: &Trial<S>, key: &StorageKey) {
    if storage.read(key, NOW).await.is_none() {
        assert!(!storage.keys(&subject("ada")).await.contains(key));
    }
    if !storage.keys(&subject("ada")).await.contains(key) {
        assert_eq!(storage.read(key, NOW).await, None);
    }
}

/// No session is left, and the sign-in of this record is refused.
async fn assert_all_ended<S: Storage>(storage: &Trial<S>, begun: &Record) {
    assert_eq!(storage.keys(&subject("ada")).await, []);
    let outcome = storage.create(&key(9), begun, None, NOW).await;
    assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile);
}
