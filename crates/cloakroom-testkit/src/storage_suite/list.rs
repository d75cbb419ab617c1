//! What `list` gives.

use cloakroom_storage::{Listed, Storage, Subject};

use super::samples::{End, NOW, began, key, later, other_scope, record, signed_in, subject};
use super::trial::Trial;

/// Names and dates, with the deadlines as they are now.
pub async fn list_gives_names_and_dates<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut dated = began("ada", 10);
    dated.absolute_deadline = Some(later(100));
    dated.idle_deadline = Some(later(10));
    let version = storage.keep(&key(1), &dated).await;
    storage.keep(&key(2), &signed_in("ada")).await;
    let expected = |idle| {
        let first = Listed::new(key(1), dated.created, dated.absolute_deadline, Some(idle));
        [first, Listed::new(key(2), NOW, None, None)]
    };
    let ada = subject("ada");
    assert_eq!(storage.list(&ada, NOW).await, expected(later(10)));
    storage.prolong(&key(1), later(20)).await;
    assert_eq!(storage.list(&ada, NOW).await, expected(later(20)));
    let mut next = storage.found(&key(1)).await.record;
    next.idle_deadline = Some(later(30));
    storage.replace(&key(1), version, &next).await;
    assert_eq!(storage.list(&ada, NOW).await, expected(later(30)));
}

/// Oldest first, by the created time, whenever they were kept.
pub async fn list_is_oldest_first<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for (number, age) in [(5, 20), (4, 40), (3, 10), (2, 50), (1, 30)] {
        storage.keep(&key(number), &began("ada", age)).await;
    }
    let expected = [key(2), key(4), key(1), key(5), key(3)];
    assert_eq!(storage.keys(&subject("ada")).await, expected);
}

/// Live sessions only, by the `now` of the call.
pub async fn list_holds_live_sessions_only<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        storage.keep_ended(&key(1), end).await;
        storage.keep(&key(2), &signed_in("ada")).await;
        assert_eq!(storage.keys(&subject("ada")).await, [key(2)], "{end:?}");
    }
}

/// The subject's own sessions only.
pub async fn list_holds_the_subjects_own_sessions_only<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut elsewhere = signed_in("ada");
    elsewhere.scope = other_scope();
    storage.keep(&key(1), &signed_in("ada")).await;
    storage.keep(&key(2), &signed_in("bob")).await;
    storage.keep(&key(3), &elsewhere).await;
    storage.keep(&key(4), &record()).await;
    let there = Subject::new(other_scope(), "ada");
    let nobody = Subject::new(other_scope(), "bob");
    for (subject, expected) in [
        (subject("ada"), vec![key(1)]),
        (subject("bob"), vec![key(2)]),
        (there, vec![key(3)]),
        (nobody, vec![]),
        (subject(""), vec![]),
    ] {
        assert_eq!(storage.keys(&subject).await, expected);
    }
}
