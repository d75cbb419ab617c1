//! Calls on a subject or a scope that come at once with calls on their records.

use cloakroom_storage::{CreateOutcome, RemoveOutcome, Storage, UpdateOutcome};

use super::samples::{NOW, began, key, later, reject_new, scope, signed_in, subject, with_content};
use super::trial::{ROUNDS, TASKS, Trial};

/// Whole sign-ins against the ending of all sessions: each is live and listed under the number that
/// is left, or it is none; never something between.
pub async fn sign_ins_that_cross_the_ending_are_live_and_listed_or_none<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let begun = storage
            .at_once(|storage, task| async move {
                if task == TASKS / 2 {
                    storage.remove_all(&subject("ada"), None, NOW).await;
                    return None;
                }
                let mut record = signed_in("ada");
                record.subject_number = Some(storage.number(&subject("ada")).await);
                let outcome = storage.create(&key(task), &record, None, NOW).await;
                let is_made = matches!(outcome, CreateOutcome::Created(_));
                assert!(is_made || outcome == CreateOutcome::SignedOutMeanwhile);
                record.subject_number.filter(|_| is_made)
            })
            .await;
        let number = storage.number(&subject("ada")).await;
        let listed = storage.keys(&subject("ada")).await;
        for (task, begun) in begun.into_iter().enumerate() {
            let is_live = storage.read(&key(task), NOW).await.is_some();
            assert_eq!(is_live, begun == Some(number), "{task}");
            assert_eq!(is_live, listed.contains(&key(task)), "{task}");
        }
    }
}

/// Updates that cross the ending of all sessions bring none of them back.
///
/// Rules: no-upsert.
pub async fn updates_that_cross_the_ending_of_all_bring_nothing_back<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let mut versions = Vec::new();
        for task in 0..TASKS {
            versions.push(storage.keep(&key(task), &signed_in("ada")).await);
        }
        storage
            .at_once(move |storage, task| {
                let version = versions.get(task).copied();
                async move {
                    if task == TASKS / 2 {
                        storage.remove_all(&subject("ada"), None, NOW).await;
                    } else if let Some(version) = version {
                        let next = with_content(signed_in("ada"), b"next");
                        let outcome = storage.update(&key(task), version, &next, NOW).await;
                        assert!(!matches!(outcome, UpdateOutcome::Conflict(_)));
                    }
                }
            })
            .await;
        assert_eq!(storage.keys(&subject("ada")).await, []);
        for task in 0..TASKS {
            assert_eq!(storage.read(&key(task), NOW).await, None);
            assert_eq!(storage.remove(&key(task)).await, RemoveOutcome::Absent);
        }
    }
}

/// The session that an ending excepts is alive after it, whoever changes it meanwhile, and has the
/// subject's new number.
pub async fn the_excepted_session_outlives_updates_that_cross_the_ending<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        storage.keep(&key(1), &signed_in("ada")).await;
        let before = storage.found(&key(1)).await.record;
        storage
            .at_once(move |storage, task| {
                let next = with_content(before.clone(), &task.to_le_bytes());
                async move {
                    if task == TASKS / 2 {
                        let ada = subject("ada");
                        let removed = storage.remove_all(&ada, Some(&key(1)), NOW).await;
                        assert_eq!(removed, 0);
                        return;
                    }
                    let version = storage.found(&key(1)).await.version;
                    let outcome = storage.update(&key(1), version, &next, NOW).await;
                    assert_ne!(outcome, UpdateOutcome::Gone);
                }
            })
            .await;
        let number = storage.number(&subject("ada")).await;
        let stored = storage.found(&key(1)).await.record;
        assert_eq!(stored.subject_number, Some(number));
        assert_eq!(storage.keys(&subject("ada")).await, [key(1)]);
    }
}

/// Removals that cross the ending of all sessions: each session is counted once.
pub async fn removals_that_cross_the_ending_of_all_count_each_once<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        for task in 0..TASKS {
            storage.keep(&key(task), &signed_in("ada")).await;
        }
        let removed = storage
            .at_once(|storage, task| async move {
                if task == TASKS / 2 {
                    return storage.remove_all(&subject("ada"), None, NOW).await;
                }
                u64::from(storage.remove(&key(task)).await == RemoveOutcome::Removed)
            })
            .await;
        assert_eq!(removed.iter().sum::<u64>(), TASKS as u64);
    }
}

/// A floor against creates: below it nothing is alive, whichever came first, and all else is.
pub async fn creates_that_cross_a_floor_are_none_below_it<S: Storage>(make: impl AsyncFn() -> S) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        storage
            .at_once(|storage, task| async move {
                if task == TASKS / 2 {
                    storage.end_before(&scope(), NOW).await;
                } else {
                    let record = began("ada", (task % 2) as u64);
                    storage.keep(&key(task), &record).await;
                }
            })
            .await;
        let listed = storage.keys(&subject("ada")).await;
        for task in (0..TASKS).filter(|task| *task != TASKS / 2) {
            let is_live = storage.read(&key(task), NOW).await.is_some();
            assert_eq!(is_live, task % 2 == 0, "{task}");
            assert_eq!(is_live, listed.contains(&key(task)), "{task}");
        }
    }
}

/// Updates that cross a floor bring nothing back from below it.
///
/// Rules: no-upsert.
pub async fn updates_that_cross_a_floor_bring_nothing_back<S: Storage>(make: impl AsyncFn() -> S) {
    for round in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        let version = storage.keep(&key(round), &began("ada", 1)).await;
        storage
            .at_once(move |storage, task| async move {
                if task == TASKS / 2 {
                    storage.end_before(&scope(), NOW).await;
                    return;
                }
                let next = with_content(began("ada", 1), b"next");
                let _either = storage.update(&key(round), version, &next, NOW).await;
            })
            .await;
        assert_eq!(storage.read(&key(round), later(1)).await, None);
        assert_eq!(storage.keys(&subject("ada")).await, []);
    }
}

/// A session is in the list as soon as its sign-in is acknowledged, whoever signs in beside it, and
/// is not in it any more as soon as its end is.
pub async fn the_list_knows_what_was_acknowledged<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage
        .at_once(|storage, task| async move {
            for _ in 0..4 {
                storage.keep(&key(task), &signed_in("ada")).await;
                assert!(storage.keys(&subject("ada")).await.contains(&key(task)));
                storage.end(&key(task)).await;
                assert!(!storage.keys(&subject("ada")).await.contains(&key(task)));
            }
        })
        .await;
}

/// The room that one ended session makes is taken by one login, not by two.
pub async fn room_that_an_end_makes_is_taken_once<S: Storage>(make: impl AsyncFn() -> S) {
    for _ in 0..ROUNDS {
        let storage = Trial::of(&make).await;
        storage.keep(&key(TASKS / 2), &signed_in("ada")).await;
        let made = storage
            .at_once(|storage, task| async move {
                if task == TASKS / 2 {
                    storage.end(&key(task)).await;
                    return 0;
                }
                let (key, new, limit) = (key(task), signed_in("ada"), Some(reject_new(1)));
                let outcome = storage.create(&key, &new, limit, NOW).await;
                usize::from(matches!(outcome, CreateOutcome::Created(_)))
            })
            .await;
        let made: usize = made.iter().sum();
        assert!(made <= 1, "{made} took one place");
        assert_eq!(storage.keys(&subject("ada")).await.len(), made);
    }
}
