//! How many sessions a subject may have.

use cloakroom_storage::{CreateOutcome, Storage, StorageKey, SubjectLimit};

use super::samples::{
    End, NOW, began, end_oldest, key, other_scope, record, reject_new, signed_in, subject,
};
use super::trial::{ROUNDS, TASKS, Trial};

/// One more than allowed is `TooManyForSubject`; nothing was changed.
pub async fn one_session_too_many_is_refused<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 0..2 {
        let outcome = storage
            .create(&key(number), &signed_in("ada"), Some(reject_new(2)), NOW)
            .await;
        assert!(matches!(outcome, CreateOutcome::Created(_)));
    }
    let outcome = storage
        .create(&key(2), &signed_in("ada"), Some(reject_new(2)), NOW)
        .await;
    assert_eq!(outcome, CreateOutcome::TooManyForSubject);
    assert_eq!(storage.read(&key(2), NOW).await, None);
    assert_eq!(storage.keys(&subject("ada")).await.len(), 2);
}

/// Or the oldest one ends: the oldest by its created time, whenever it was kept.
pub async fn one_session_too_many_ends_the_oldest<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for (number, age) in [(1, 20), (2, 30), (3, 10)] {
        storage.keep(&key(number), &began("ada", age)).await;
    }
    let outcome = storage
        .create(&key(4), &signed_in("ada"), Some(end_oldest(3)), NOW)
        .await;
    assert!(matches!(outcome, CreateOutcome::Created(_)));
    let left = [key(1), key(3), key(4)];
    assert_eq!(storage.keys(&subject("ada")).await, left);
    assert_eq!(storage.read(&key(2), NOW).await, None);
    for key in &left {
        storage.found(key).await;
    }
}

/// As long as there is room, `EndOldest` ends nothing.
pub async fn the_oldest_stays_while_there_is_room<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &began("ada", 10)).await;
    let outcome = storage
        .create(&key(2), &signed_in("ada"), Some(end_oldest(2)), NOW)
        .await;
    assert!(matches!(outcome, CreateOutcome::Created(_)));
    assert_eq!(storage.keys(&subject("ada")).await, [key(1), key(2)]);
}

/// The subject's live sessions are counted: not what ended or was removed.
pub async fn only_live_sessions_are_counted<S: Storage>(make: impl AsyncFn() -> S) {
    for limit in [reject_new(1), end_oldest(1)] {
        for end in End::ALL {
            let storage = Trial::of(&make).await;
            storage.keep_ended(&key(1), end).await;
            storage.keep(&key(2), &signed_in("ada")).await;
            storage.end(&key(2)).await;
            assert_admits(&storage, &key(3), limit).await;
        }
    }
}

/// Other subjects' sessions are not counted, nor those of this name in another scope.
pub async fn only_the_subjects_own_sessions_are_counted<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut elsewhere = began("ada", 10);
    elsewhere.scope = other_scope();
    storage.keep(&key(1), &elsewhere).await;
    storage.keep(&key(2), &began("bob", 10)).await;
    storage.keep(&key(3), &record()).await;
    assert_admits(&storage, &key(4), reject_new(1)).await;
    storage.end(&key(4)).await;
    assert_admits(&storage, &key(5), end_oldest(1)).await;
    for number in [1, 2, 3, 5] {
        storage.found(&key(number)).await;
    }
}

/// Without a limit, or without a subject, nothing is counted.
pub async fn without_limit_or_subject_nothing_is_counted<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 0..5 {
        storage.keep(&key(number), &signed_in("ada")).await;
    }
    assert_eq!(storage.keys(&subject("ada")).await.len(), 5);
    for (number, limit) in [(5, reject_new(1)), (6, reject_new(1)), (7, end_oldest(1))] {
        assert_created(&storage, &key(number), limit).await;
    }
    for number in 5..8 {
        storage.found(&key(number)).await;
    }
}

/// In the same step: of logins at once exactly as many are let in as there is room for.
pub async fn logins_at_once_are_let_in_up_to_the_limit<S: Storage>(make: impl AsyncFn() -> S) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let outcomes = storage
            .at_once(|storage, task| async move {
                let record = signed_in("ada");
                let limit = Some(reject_new(3));
                storage.create(&key(task), &record, limit, NOW).await
            })
            .await;
        let refused = outcomes
            .iter()
            .filter(|outcome| **outcome == CreateOutcome::TooManyForSubject);
        assert_eq!(refused.count(), TASKS - 3);
        assert_eq!(storage.keys(&subject("ada")).await.len(), 3);
    }
}

/// In the same step: no moment shows more sessions than allowed, though each login is let in.
pub async fn logins_at_once_never_exceed_the_limit<S: Storage>(make: impl AsyncFn() -> S) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let seen = storage
            .at_once(|storage, task| async move {
                // Every other one only looks, in the midst of the logins.
                if task % 2 == 0 {
                    assert_admits(&storage, &key(task), end_oldest(3)).await;
                }
                storage.keys(&subject("ada")).await.len()
            })
            .await;
        assert!(seen.iter().all(|sessions| *sessions <= 3), "{seen:?}");
        let left = storage.keys(&subject("ada")).await;
        assert_eq!(left.len(), 3);
        for task in 0..TASKS {
            let is_alive = storage.read(&key(task), NOW).await.is_some();
            assert_eq!(is_alive, left.contains(&key(task)));
        }
    }
}

async fn assert_admits<S: Storage>(storage: &Trial<S>, key: &StorageKey, limit: SubjectLimit) {
    let outcome = storage
        .create(key, &signed_in("ada"), Some(limit), NOW)
        .await;
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
}

async fn assert_created<S: Storage>(storage: &Trial<S>, key: &StorageKey, limit: SubjectLimit) {
    let outcome = storage.create(key, &record(), Some(limit), NOW).await;
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
}
