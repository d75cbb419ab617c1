//! What `update` replaces, and what it leaves alone.

use cloakroom_storage::{
    PreviousProof, ProofHash, RemoveOutcome, Storage, StorageKey, TouchOutcome, UpdateOutcome,
    Version,
};

use super::samples::{End, NOW, idle, key, later, record, signed_in, subject, with_content};
use super::trial::{ROUNDS, TASKS, Trial};

/// The record is replaced, all of it, under a new version.
///
/// Rules: no-upsert.
pub async fn update_replaces_the_record_under_a_new_version<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut first = signed_in("ada");
    first.absolute_deadline = Some(later(9_000));
    first.idle_deadline = Some(later(1_000));
    let created = storage.keep(&key(1), &first).await;
    let mut next = storage.found(&key(1)).await.record;
    next.content = b"next".as_slice().into();
    next.proof = ProofHash::new([2; 32]);
    let mut previous = PreviousProof::new(first.proof, NOW);
    for until in [None, Some(later(30))] {
        previous.until = until;
        next.previous = Some(previous);
        next.idle_deadline = next.idle_deadline.max(until);
        let before = storage.found(&key(1)).await.version;
        let version = storage.replace(&key(1), before, &next).await;
        let stored = storage.found(&key(1)).await;
        assert!(version != before && version != created);
        assert_eq!((stored.version, &stored.record), (version, &next));
    }
    next.previous = None;
    let before = storage.found(&key(1)).await.version;
    storage.replace(&key(1), before, &next).await;
    assert_eq!(storage.found(&key(1)).await.record, next);
}

/// The subject's number stays the one that lies there: `remove_all` may have raised it since the
/// record was read.
pub async fn update_keeps_the_number_that_lies_there<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &signed_in("ada")).await;
    let read = storage.found(&key(1)).await;
    storage
        .remove_all(&subject("ada"), Some(&key(1)), NOW)
        .await;
    let next = with_content(read.record, b"next");
    storage.replace(&key(1), read.version, &next).await;
    let number = storage.number(&subject("ada")).await;
    let stored = storage.found(&key(1)).await.record;
    assert_eq!(stored.subject_number, Some(number));
}

/// Never makes a record: `Gone` where none is, nor where it was removed.
///
/// Rules: no-upsert.
pub async fn update_never_makes_a_record<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &signed_in("ada")).await;
    storage.end(&key(1)).await;
    for key in [key(1), key(2)] {
        let outcome = storage.update(&key, version, &signed_in("ada"), NOW).await;
        assert_eq!(outcome, UpdateOutcome::Gone);
        assert_eq!(storage.read(&key, NOW).await, None);
        assert_eq!(storage.remove(&key).await, RemoveOutcome::Absent);
    }
    assert_eq!(storage.keys(&subject("ada")).await, []);
}

/// `Gone` where the record is not alive; a longer life in the update does not bring it back.
///
/// Rules: no-upsert.
pub async fn update_of_an_ended_record_is_gone<S: Storage>(make: impl AsyncFn() -> S) {
    for end in End::ALL {
        let storage = Trial::of(&make).await;
        let version = storage.keep_ended(&key(1), end).await;
        let mut longer = end.record();
        longer.idle_deadline = longer.idle_deadline.map(|_| later(1_000));
        let outcome = storage.update(&key(1), version, &longer, NOW).await;
        assert_eq!(outcome, UpdateOutcome::Gone, "{end:?}");
        assert_eq!(storage.read(&key(1), NOW).await, None, "{end:?}");
        assert_eq!(storage.keys(&subject("ada")).await, [], "{end:?}");
    }
}

/// On `Conflict` the answer holds what lies there; nothing was changed.
pub async fn update_of_another_version_is_a_conflict<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let first = storage.keep(&key(1), &idle(10)).await;
    let second = with_content(idle(20), b"second");
    let version = storage.replace(&key(1), first, &second).await;
    let stored = storage.found(&key(1)).await;
    let never_given = Version::new(version.get().wrapping_add(1 << 40));
    for wrong in [first, never_given] {
        let third = with_content(idle(30), b"third");
        let outcome = storage.update(&key(1), wrong, &third, NOW).await;
        assert_eq!(outcome, UpdateOutcome::Conflict(Box::new(stored.clone())));
        assert_eq!(storage.found(&key(1)).await, stored);
    }
}

/// The idle deadline becomes the later of the two, so that an update never undoes a touch.
pub async fn update_never_moves_the_idle_deadline_back<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut version = storage.keep(&key(1), &idle(50)).await;
    for (updating, left) in [(40, 50), (60, 60), (60, 60), (1, 60)] {
        version = storage.replace(&key(1), version, &idle(updating)).await;
        let stored = storage.found(&key(1)).await.record;
        assert_eq!(stored.idle_deadline, Some(later(left)), "{updating}");
    }
}

/// The idle deadline becomes the updating one's where either has none.
pub async fn update_sets_and_clears_the_idle_deadline<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &record()).await;
    let version = storage.replace(&key(1), version, &idle(5)).await;
    assert!(storage.read(&key(1), later(4)).await.is_some());
    assert_eq!(storage.read(&key(1), later(5)).await, None);
    storage.replace(&key(1), version, &record()).await;
    let stored = storage.read(&key(1), later(5)).await;
    assert_eq!(stored.map(|stored| stored.record), Some(record()));
}

/// A touch leaves the version, so an update that began before it is no conflict, nor undoes it.
pub async fn a_touch_and_an_update_that_cross_both_hold<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &idle(10)).await;
    let touched = storage.touch(&key(1), later(90), NOW).await;
    assert_eq!(touched, TouchOutcome::Touched);
    let next = with_content(idle(20), b"next");
    storage.replace(&key(1), version, &next).await;
    let stored = storage.found(&key(1)).await.record;
    assert_eq!(stored.idle_deadline, Some(later(90)));
    assert_eq!(*stored.content, *b"next");
}

/// One atomic step: of updates at once from one version exactly one replaces the record, and the
/// others are told its version.
///
/// Rules: no-upsert.
pub async fn of_updates_at_once_exactly_one_replaces<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let version = storage.keep(&key(round), &record()).await;
        let outcomes = storage
            .at_once(move |storage, task| async move {
                let mine = with_content(record(), &task.to_le_bytes());
                storage.update(&key(round), version, &mine, NOW).await
            })
            .await;
        let stored = storage.found(&key(round)).await;
        let mut winners = 0;
        for (task, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                UpdateOutcome::Conflict(there) => assert_eq!(*there, stored),
                outcome => {
                    winners += 1;
                    assert_eq!(outcome, UpdateOutcome::Updated(stored.version));
                    assert_eq!(*stored.record.content, task.to_le_bytes());
                }
            }
        }
        assert_eq!(winners, 1);
    }
}

/// Acknowledged is kept: a counter that many raise, each trying again on a conflict, misses none.
///
/// Rules: no-upsert.
pub async fn no_acknowledged_update_is_lost<S: Storage>(make: impl AsyncFn() -> S) {
    const EACH: usize = 8;
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &with_content(record(), &[0])).await;
    storage
        .at_once(|storage, _| async move {
            for _ in 0..EACH {
                raise_the_count(&storage, &key(1)).await;
            }
        })
        .await;
    let content = storage.found(&key(1)).await.record.content;
    assert_eq!(
        content.iter().map(|part| usize::from(*part)).sum::<usize>(),
        TASKS * EACH
    );
}

/// An update that crosses a removal does not bring the record back.
///
/// Rules: no-upsert.
pub async fn updates_at_once_with_a_removal_bring_nothing_back<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    for round in 0..ROUNDS {
        let version = storage.keep(&key(round), &signed_in("ada")).await;
        let wrote = storage
            .at_once(move |storage, task| async move {
                let key = key(round);
                if task == TASKS / 2 {
                    storage.end(&key).await;
                    return None;
                }
                Some(storage.update(&key, version, &signed_in("ada"), NOW).await)
            })
            .await;
        let updated = wrote.iter().flatten();
        let updated = updated.filter(|outcome| matches!(outcome, UpdateOutcome::Updated(_)));
        assert!(updated.count() <= 1);
        assert_eq!(storage.read(&key(round), NOW).await, None);
        assert_eq!(storage.remove(&key(round)).await, RemoveOutcome::Absent);
    }
    assert_eq!(storage.keys(&subject("ada")).await, []);
}

/// Adds one to the count in a record: the first byte that has room.
async fn raise_the_count<S: Storage>(storage: &Trial<S>, key: &StorageKey) {
    // Each conflict is another task's success, so there are fewer than all successes together.
    for _ in 0..TASKS * TASKS {
        let stored = storage.found(key).await;
        let mut content = stored.record.content.to_vec();
        match content.last_mut() {
            Some(last) if *last < u8::MAX => *last += 1,
            _ => content.push(1),
        }
        let next = with_content(stored.record, &content);
        let outcome = storage.update(key, stored.version, &next, NOW).await;
        if matches!(outcome, UpdateOutcome::Updated(_)) {
            return;
        }
    }
    #[expect(clippy::panic, reason = "how a test fails")]
    {
        panic!("a conflict though nobody else can have written");
    }
}
