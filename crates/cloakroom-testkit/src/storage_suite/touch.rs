//! How `touch` moves the idle deadline.

use cloakroom_storage::{RemoveOutcome, Storage, Timestamp, TouchOutcome};

use super::samples::{End, NOW, idle, key, later, record, signed_in, subject};
use super::trial::{TASKS, Trial};

/// Moves the idle deadline forward; the version and all else stays.
pub async fn touch_moves_the_idle_deadline_and_nothing_else<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut kept = signed_in("ada");
    kept.idle_deadline = Some(later(10));
    kept.absolute_deadline = Some(later(100));
    storage.keep(&key(1), &kept).await;
    let mut expected = storage.found(&key(1)).await;
    let outcome = storage.touch(&key(1), later(20), NOW).await;
    assert_eq!(outcome, TouchOutcome::Touched);
    expected.record.idle_deadline = Some(later(20));
    assert_eq!(storage.found(&key(1)).await, expected);
    assert!(storage.read(&key(1), later(19)).await.is_some());
    assert_eq!(storage.read(&key(1), later(20)).await, None);
}

/// Only forward: an earlier one changes nothing and is `Touched` all the same.
pub async fn touch_never_moves_the_idle_deadline_back<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(10)).await;
    let before = storage.found(&key(1)).await;
    for deadline in [later(10), later(9), NOW, Timestamp::EPOCH] {
        let outcome = storage.touch(&key(1), deadline, NOW).await;
        assert_eq!(outcome, TouchOutcome::Touched);
        assert_eq!(storage.found(&key(1)).await, before);
    }
}

/// Never beyond the absolute deadline.
pub async fn touch_stops_at_the_absolute_deadline<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut kept = idle(10);
    kept.absolute_deadline = Some(later(15));
    storage.keep(&key(1), &kept).await;
    let outcome = storage.touch(&key(1), later(16), NOW).await;
    assert_eq!(outcome, TouchOutcome::Touched);
    let stored = storage.found(&key(1)).await.record;
    assert_eq!(stored.idle_deadline, Some(later(15)));
    assert_eq!(stored.absolute_deadline, Some(later(15)));
}

/// Never on a record that has no idle deadline.
pub async fn touch_gives_no_idle_deadline_where_there_was_none<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let mut dated = record();
    dated.absolute_deadline = Some(later(50));
    for (number, kept) in [record(), dated].into_iter().enumerate() {
        storage.keep(&key(number), &kept).await;
        let outcome = storage.touch(&key(number), later(10), NOW).await;
        assert_eq!(outcome, TouchOutcome::Touched);
        assert_eq!(storage.found(&key(number)).await.record, kept);
    }
}

/// No live record lies there: `Gone`, and nothing was made.
///
/// Rules: no-upsert.
pub async fn touch_never_makes_a_record<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(10)).await;
    storage.end(&key(1)).await;
    for key in [key(1), key(2)] {
        let outcome = storage.touch(&key, later(20), NOW).await;
        assert_eq!(outcome, TouchOutcome::Gone);
        assert_eq!(storage.read(&key, NOW).await, None);
        assert_eq!(storage.remove(&key).await, RemoveOutcome::Absent);
    }
}

/// A record that has ended is `Gone`, and is not brought back.
///
/// Rules: no-upsert.
pub async fn touch_of_an_ended_record_is_gone<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        storage.keep_ended(&key(1), end).await;
        let outcome = storage.touch(&key(1), later(20), NOW).await;
        assert_eq!(outcome, TouchOutcome::Gone, "{end:?}");
        assert_eq!(storage.read(&key(1), NOW).await, None, "{end:?}");
        assert_eq!(storage.keys(&subject("ada")).await, [], "{end:?}");
    }
}

/// One atomic step: of touches at once the latest deadline is what is left.
pub async fn of_touches_at_once_the_latest_deadline_is_left<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(10)).await;
    let version = storage.found(&key(1)).await.version;
    let outcomes = storage
        .at_once(|storage, task| async move {
            let millis = 1_000 + (task as u64 * 7) % TASKS as u64;
            storage.touch(&key(1), later(millis), NOW).await
        })
        .await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == TouchOutcome::Touched)
    );
    let stored = storage.found(&key(1)).await;
    let latest = later(1_000 + TASKS as u64 - 1);
    assert_eq!(
        (stored.version, stored.record.idle_deadline),
        (version, Some(latest))
    );
}
