//! Ending all sessions of a subject, and the sign-ins that cross it.

use cloakroom_storage::{CreateOutcome, Record, Storage, Subject, SubjectNumber, Timestamp};

use super::samples::{
    End, HOUR, NOW, earlier, key, later, other_scope, record, signed_in, subject, with_content,
};
use super::trial::{ROUNDS, TASKS, Trial};

/// A subject's number stays as it is until all of its sessions are ended.
pub async fn the_number_stays_until_all_are_ended<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.remove_all(&subject("ada"), None, NOW).await;
    let number = storage.number(&subject("ada")).await;
    let version = storage.keep(&key(1), &signed_in("ada")).await;
    let kept = storage.found(&key(1)).await.record;
    storage.replace(&key(1), version, &kept).await;
    storage.end(&key(1)).await;
    storage.remove_all(&subject("bob"), None, NOW).await;
    assert_eq!(storage.number(&subject("ada")).await, number);
}

/// Removes every session of the subject and gives how many live records it removed.
pub async fn remove_all_ends_every_session_and_counts_the_live<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        storage.keep_ended(&key(1), end).await;
        for number in 2..5 {
            storage.keep(&key(number), &signed_in("ada")).await;
        }
        let removed = storage.remove_all(&subject("ada"), None, NOW).await;
        assert_eq!(removed, 3, "{end:?}");
        assert_eq!(storage.keys(&subject("ada")).await, []);
        for number in 1..5 {
            assert_eq!(storage.read(&key(number), earlier(1)).await, None);
        }
        let again = storage.remove_all(&subject("ada"), None, NOW).await;
        assert_eq!(again, 0, "{end:?}");
    }
}

/// The number becomes max(old + 1, `now` in milliseconds), sessions or none.
pub async fn remove_all_raises_the_number<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let ada = subject("ada");
    let mut expected = storage.number(&ada).await;
    for now in [NOW, NOW, earlier(5_000), later(5_000)] {
        storage.remove_all(&ada, None, now).await;
        expected = expected.raised(now);
        assert_eq!(storage.number(&ada).await, expected);
        storage.keep(&key(1), &signed_in("ada")).await;
    }
}

/// No session whose `begin_sign_in` came before survives, whenever its `create` comes.
pub async fn a_sign_in_from_before_is_refused_whenever_it_comes<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let before = begin(&storage, "ada").await;
    storage.remove_all(&subject("ada"), None, NOW).await;
    let after = begin(&storage, "ada").await;
    assert_refused(&storage, &before, NOW).await;
    storage.keep(&key(2), &after).await;
    // While others are signed in.
    assert_refused(&storage, &before, NOW).await;
    storage.end(&key(2)).await;
    storage.sweep(later(3 * HOUR), 100).await;
    // When nobody is signed in any more.
    assert_refused(&storage, &before, later(3 * HOUR)).await;
}

/// A sign-in that begins after all were ended is let in, in the same millisecond too.
pub async fn a_sign_in_from_after_is_let_in<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for number in 0..3 {
        storage.remove_all(&subject("ada"), None, NOW).await;
        let after = begin(&storage, "ada").await;
        storage.keep(&key(number), &after).await;
        storage.found(&key(number)).await;
    }
}

/// The excepted record takes the new number and keeps its version, and all else.
pub async fn the_excepted_session_takes_the_number_and_keeps_its_version<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let ada = subject("ada");
    for number in 1..4 {
        storage.keep(&key(number), &signed_in("ada")).await;
    }
    let mut expected = storage.found(&key(2)).await;
    let removed = storage.remove_all(&ada, Some(&key(2)), NOW).await;
    assert_eq!(removed, 2);
    expected.record.subject_number = Some(storage.number(&ada).await);
    assert_eq!(storage.found(&key(2)).await, expected);
    assert_eq!(storage.keys(&ada).await, [key(2)]);
    let next = with_content(expected.record, b"next");
    storage.replace(&key(2), expected.version, &next).await;
}

/// An exception that is no session of the subject spares nothing, and stays as it is.
pub async fn an_exception_of_another_subject_spares_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &signed_in("ada")).await;
    storage.keep(&key(2), &signed_in("bob")).await;
    let bob = storage.found(&key(2)).await;
    for except in [key(2), key(9)] {
        storage
            .remove_all(&subject("ada"), Some(&except), NOW)
            .await;
        assert_eq!(storage.keys(&subject("ada")).await, []);
        assert_eq!(
            storage.read(&except, NOW).await,
            (except == key(2)).then(|| bob.clone())
        );
        storage.keep(&key(1), &signed_in("ada")).await;
    }
}

/// Other subjects' sessions stay, and those that have none; an empty name is a name.
pub async fn remove_all_leaves_other_subjects_alone<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let names = ["", "ada", "Ada", "ada ", "ad"];
    for (number, name) in names.iter().enumerate() {
        storage.keep(&key(number), &signed_in(name)).await;
    }
    storage.keep(&key(9), &record()).await;
    for (number, name) in names.iter().enumerate() {
        let removed = storage.remove_all(&subject(name), None, NOW).await;
        assert_eq!(removed, 1, "{name:?}");
        for (other, of) in names.iter().enumerate() {
            let is_left = storage.read(&key(other), NOW).await.is_some();
            assert_eq!(is_left, other > number, "{of:?} after {name:?}");
        }
    }
    storage.found(&key(9)).await;
}

/// A storage that several providers share keeps their subjects apart by the scope.
pub async fn one_name_in_two_scopes_is_two_subjects<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let (here, there) = (subject("ada"), Subject::new(other_scope(), "ada"));
    let mut elsewhere = signed_in("ada");
    elsewhere.scope = other_scope();
    storage.keep(&key(1), &signed_in("ada")).await;
    storage.keep(&key(2), &elsewhere).await;
    let (number, kept) = (storage.number(&there).await, storage.found(&key(2)).await);
    assert_eq!(storage.remove_all(&here, None, NOW).await, 1);
    assert_eq!(storage.number(&there).await, number);
    assert_eq!(storage.keys(&there).await, [key(2)]);
    assert_eq!(storage.found(&key(2)).await, kept);
    elsewhere.subject_number = Some(number);
    storage.keep(&key(3), &elsewhere).await;
}

/// Sign-ins that began before and cross the ending of all sessions: none is left.
pub async fn no_sign_in_survives_that_crosses_the_ending<S: Storage>(make: impl AsyncFn() -> S) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let begun = begin(&storage, "ada").await;
        let outcomes = storage
            .at_once(move |storage, task| {
                let begun = begun.clone();
                async move {
                    if task == TASKS / 2 {
                        storage.remove_all(&subject("ada"), None, NOW).await;
                        return None;
                    }
                    Some(storage.create(&key(task), &begun, None, NOW).await)
                }
            })
            .await;
        for outcome in outcomes.into_iter().flatten() {
            let is_known = matches!(
                outcome,
                CreateOutcome::Created(_) | CreateOutcome::SignedOutMeanwhile
            );
            assert!(is_known, "{outcome:?}");
        }
        assert_eq!(storage.keys(&subject("ada")).await, []);
        for task in 0..TASKS {
            assert_eq!(storage.read(&key(task), NOW).await, None, "{task}");
        }
    }
}

/// Endings at once each raise the number, and each session is counted by one of them.
pub async fn endings_at_once_each_raise_the_number<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let ada = subject("ada");
    for number in 0..TASKS {
        storage.keep(&key(number), &signed_in("ada")).await;
    }
    let mut expected = storage.number(&ada).await;
    let removed = storage
        .at_once(|storage, _| async move { storage.remove_all(&subject("ada"), None, NOW).await })
        .await;
    assert_eq!(removed.iter().sum::<u64>(), TASKS as u64);
    for _ in 0..TASKS {
        expected = expected.raised(NOW);
    }
    assert_eq!(storage.number(&ada).await, expected);
    assert!(expected > SubjectNumber::new(NOW.as_millis()));
}

/// The record of a sign-in that begins now.
async fn begin<S: Storage>(storage: &Trial<S>, name: &str) -> Record {
    let mut record = signed_in(name);
    record.subject_number = Some(storage.number(&subject(name)).await);
    record
}

/// A sign-in with this record makes nothing.
async fn assert_refused<S: Storage>(storage: &Trial<S>, begun: &Record, now: Timestamp) {
    let outcome = storage.create(&key(1), begun, None, now).await;
    assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile);
    assert_eq!(storage.read(&key(1), now).await, None);
}
