//! What `create` keeps, and what it refuses.

use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, Storage, SubjectNumber, UpdateOutcome, Version,
};

use super::samples::{
    End, NOW, began, idle, key, later, record, reject_new, signed_in, subject, with_content,
};
use super::trial::{ROUNDS, Trial};

/// The record is kept, under the version that is given.
///
/// Rules: no-upsert.
pub async fn create_keeps_the_record_under_the_version_it_gives<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &record()).await;
    let stored = storage.found(&key(1)).await;
    assert_eq!((stored.version, stored.record), (version, record()));
}

/// `Exists` where a live record lies there; nothing was changed.
///
/// Rules: no-upsert.
pub async fn create_on_a_live_key_answers_exists<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &signed_in("ada")).await;
    let first = storage.found(&key(1)).await;
    let second = with_content(signed_in("bob"), b"second");
    let outcome = storage.create(&key(1), &second, None, NOW).await;
    assert_eq!(outcome, CreateOutcome::Exists);
    assert_eq!(storage.found(&key(1)).await, first);
    assert_eq!(storage.keys(&subject("ada")).await, [key(1)]);
    assert_eq!(storage.keys(&subject("bob")).await, []);
}

/// A record that is not alive is replaced, however it came to its end.
pub async fn create_on_a_key_that_ended_replaces_it<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        let ended = storage.keep_ended(&key(1), end).await;
        let second = with_content(signed_in("bob"), b"second");
        let version = storage.keep(&key(1), &second).await;
        assert_ne!(version, ended, "{end:?}");
        let stored = storage.found(&key(1)).await;
        assert_eq!(stored.record.content, second.content, "{end:?}");
        assert_eq!(storage.keys(&subject("ada")).await, [], "{end:?}");
        assert_eq!(storage.keys(&subject("bob")).await, [key(1)], "{end:?}");
    }
}

/// The order of the checks: `Exists` comes before `SignedOutMeanwhile` and `TooManyForSubject`.
pub async fn exists_is_answered_before_all_else<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let before = storage.number(&subject("ada")).await;
    storage.remove_all(&subject("ada"), None, NOW).await;
    storage.keep(&key(1), &signed_in("ada")).await;
    let mut late = signed_in("ada");
    late.subject_number = Some(before);
    let outcome = storage
        .create(&key(1), &late, Some(reject_new(1)), NOW)
        .await;
    assert_eq!(outcome, CreateOutcome::Exists);
}

/// The order of the checks: `SignedOutMeanwhile` comes before `TooManyForSubject`.
pub async fn signed_out_is_answered_before_too_many<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let before = storage.number(&subject("ada")).await;
    storage.remove_all(&subject("ada"), None, NOW).await;
    storage.keep(&key(1), &signed_in("ada")).await;
    let mut late = signed_in("ada");
    late.subject_number = Some(before);
    let outcome = storage
        .create(&key(2), &late, Some(reject_new(1)), NOW)
        .await;
    assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile);
}

/// Where a record has a subject and no number, the subject's is filled in.
pub async fn create_fills_in_the_subjects_number<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 0..3 {
        let expected = storage.number(&subject("ada")).await;
        storage.keep(&key(number), &signed_in("ada")).await;
        let stored = storage.found(&key(number)).await;
        assert_eq!(stored.record.subject_number, Some(expected));
        storage.remove_all(&subject("ada"), None, NOW).await;
    }
}

/// Only an older number is refused; the subject's own or a newer one is kept as it is.
pub async fn create_keeps_the_number_that_a_sign_in_found<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.remove_all(&subject("ada"), None, NOW).await;
    let number = storage.number(&subject("ada")).await;
    for newer in 0..2 {
        let mut record = signed_in("ada");
        record.subject_number = Some(SubjectNumber::new(number.get() + newer));
        let at = key(usize::from(newer == 1));
        storage.keep(&at, &record).await;
        assert_eq!(storage.found(&at).await.record, record);
    }
}

/// Without a subject the number means nothing.
pub async fn without_a_subject_the_number_means_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.remove_all(&subject(""), None, NOW).await;
    let mut numbered = record();
    numbered.subject_number = Some(SubjectNumber::new(0));
    storage.keep(&key(1), &numbered).await;
    assert_eq!(storage.found(&key(1)).await.record, numbered);
    storage.keep(&key(2), &record()).await;
    assert_eq!(storage.found(&key(2)).await.record.subject_number, None);
}

/// A record that has ended already is kept and is none.
pub async fn create_of_an_ended_record_is_kept_and_is_none<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(0)).await;
    assert_eq!(storage.read(&key(1), NOW).await, None);
    assert_eq!(storage.remove(&key(1)).await, RemoveOutcome::Removed);
}

/// No version is given twice for one key, not even after the record was removed or had ended.
pub async fn no_version_is_given_twice_for_a_key<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut given: Vec<Version> = Vec::new();
    for life in 0..6 {
        let mut version = storage.keep(&key(1), &idle(1)).await;
        given.push(version);
        for _ in 0..3 {
            version = storage.replace(&key(1), version, &idle(1)).await;
            given.push(version);
        }
        if life % 2 == 0 {
            storage.end(&key(1)).await;
        } else {
            // It ends, and the next record takes its place.
            let next = storage.keep_at(&key(1), &idle(9), later(1)).await;
            given.push(next);
            storage.end(&key(1)).await;
        }
    }
    let distinct: std::collections::HashSet<_> = given.iter().collect();
    assert_eq!(distinct.len(), given.len(), "{given:?}");
}

/// A version of a record that was removed replaces nothing of the one that came after it.
///
/// Rules: no-upsert.
pub async fn a_version_from_before_a_removal_is_a_conflict<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let before = storage.keep(&key(1), &record()).await;
    storage.end(&key(1)).await;
    storage
        .keep(&key(1), &with_content(record(), b"next"))
        .await;
    let next = storage.found(&key(1)).await;
    let outcome = storage.update(&key(1), before, &record(), NOW).await;
    assert_eq!(outcome, UpdateOutcome::Conflict(Box::new(next.clone())));
    assert_eq!(storage.found(&key(1)).await, next);
}

/// Of two calls on one key each sees the other's whole effect or none: one `create` of many makes
/// the record, and it is that one's record.
///
/// Rules: no-upsert.
pub async fn of_creates_at_once_exactly_one_makes_the_record<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let outcomes = storage
            .at_once(move |storage, task| async move {
                let mine = with_content(began("ada", 0), &task.to_le_bytes());
                storage.create(&key(round), &mine, None, NOW).await
            })
            .await;
        let stored = storage.found(&key(round)).await;
        let mut winners = 0;
        for (task, outcome) in outcomes.into_iter().enumerate() {
            if outcome == CreateOutcome::Exists {
                continue;
            }
            winners += 1;
            assert_eq!(outcome, CreateOutcome::Created(stored.version));
            assert_eq!(*stored.record.content, task.to_le_bytes());
        }
        assert_eq!(winners, 1);
    }
}
