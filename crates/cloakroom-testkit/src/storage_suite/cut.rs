//! More calls that are dropped early: those that look, those of a scope, and many at once.

use cloakroom_storage::{RemoveOutcome, Storage, TouchOutcome};

use super::samples::{HOUR, NOW, began, idle, key, later, scope, signed_in, subject};
use super::trial::{POLLS, Trial, dropped_after, dropped_ever_later};

/// A `read`, a `list` or a `begin_sign_in` that is dropped changes nothing.
pub async fn a_dropped_look_changes_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let ada = subject("ada");
    storage.keep(&key(1), &signed_in("ada")).await;
    let (before, number) = (storage.found(&key(1)).await, storage.number(&ada).await);
    dropped_ever_later(async |polls| {
        let looked = [
            dropped_after(polls, storage.storage().read(&key(1), NOW)).await,
            dropped_after(polls, storage.storage().list(&ada, NOW)).await,
            dropped_after(polls, storage.storage().begin_sign_in(&ada, NOW)).await,
        ];
        assert_eq!(storage.found(&key(1)).await, before);
        assert_eq!(storage.keys(&ada).await, [key(1)]);
        assert_eq!(storage.number(&ada).await, number);
        looked == [true; 3]
    })
    .await;
}

/// An `end_before` that is dropped has ended all that is below the floor, or nothing.
///
/// It may run on by itself, and is one step per record: who looks meanwhile may find some ended and
/// some not, and soon none.
pub async fn a_dropped_floor_ends_all_below_it_or_nothing<S: Storage>(make: impl AsyncFn() -> S) {
    dropped_ever_later(async |polls| {
        let storage = Trial::of(&make).await;
        for number in 0..4 {
            storage.keep(&key(number), &began("ada", 10)).await;
        }
        let scope = scope();
        let call = storage.storage().end_before(&scope, NOW);
        let done = dropped_after(polls, call).await;
        if done {
            assert_eq!(storage.keys(&subject("ada")).await, []);
        }
        if done || live(&storage).await < 4 {
            assert_all_end_soon(&storage).await;
        }
        done
    })
    .await;
}

/// How many of the four are alive, by the list or by reading each, whichever says fewer.
async fn live<S: Storage>(storage: &Trial<S>) -> usize {
    let listed = storage.keys(&subject("ada")).await.len();
    let mut read = 0;
    for number in 0..4 {
        let found = storage.read(&key(number), NOW).await;
        read += usize::from(found.is_some());
    }
    listed.min(read)
}

/// Looks again until none of the four is alive, and finds none by either way after it.
async fn assert_all_end_soon<S: Storage>(storage: &Trial<S>) {
    const LOOKS: usize = 10_000;
    let mut left = 4;
    for _ in 0..LOOKS {
        left = live(storage).await;
        if left == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(left, 0, "some outlive the others");
    assert_eq!(storage.keys(&subject("ada")).await, []);
    for number in 0..4 {
        assert_eq!(storage.read(&key(number), NOW).await, None, "{number}");
    }
}

/// A `sweep` that is dropped leaves the living as they are, and the rest of the dead to the next.
pub async fn a_dropped_sweep_leaves_the_living<S: Storage>(make: impl AsyncFn() -> S) {
    dropped_ever_later(async |polls| {
        let storage = Trial::of(&make).await;
        storage.keep(&key(9), &signed_in("ada")).await;
        let alive = storage.found(&key(9)).await;
        for number in 0..4 {
            storage.keep(&key(number), &idle(1)).await;
        }
        let call = storage.storage().sweep(later(2 * HOUR), 100);
        let done = dropped_after(polls, call).await;
        assert_eq!(storage.found(&key(9)).await, alive, "{polls}");
        assert_eq!(storage.keys(&subject("ada")).await, [key(9)], "{polls}");
        let left = storage.sweep(later(2 * HOUR), 100).await;
        assert!(left <= 4 && (left == 0 || !done), "{left} after {polls}");
        for number in 0..4 {
            assert_eq!(storage.remove(&key(number)).await, RemoveOutcome::Absent);
        }
        done
    })
    .await;
}

/// A `remove_all` that is dropped has not touched the session that it excepts, but for its number.
pub async fn a_dropped_remove_all_spares_the_excepted<S: Storage>(make: impl AsyncFn() -> S) {
    dropped_ever_later(async |polls| {
        let storage = Trial::of(&make).await;
        let ada = subject("ada");
        for number in 1..4 {
            storage.keep(&key(number), &signed_in("ada")).await;
        }
        let mut spared = storage.found(&key(2)).await;
        let excepted = key(2);
        let call = storage.storage().remove_all(&ada, Some(&excepted), NOW);
        let done = dropped_after(polls, call).await;
        assert!(storage.keys(&ada).await.contains(&key(2)), "{polls}");
        storage.found(&key(2)).await;
        // Again, and to the end: calling again is safe.
        storage.remove_all(&ada, Some(&excepted), NOW).await;
        spared.record.subject_number = Some(storage.number(&ada).await);
        assert_eq!(storage.found(&key(2)).await, spared);
        assert_eq!(storage.keys(&ada).await, [key(2)]);
        done
    })
    .await;
}

/// Many calls that are dropped one after another leave nothing behind that later ones wait for.
pub async fn later_calls_work_after_many_that_were_dropped<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    storage.keep(&key(1), &idle(10)).await;
    let (ada, new) = (subject("ada"), signed_in("ada"));
    for number in 0..POLLS {
        let at = key(100 + number);
        let polls = number % 4;
        dropped_after(polls, storage.storage().create(&at, &new, None, NOW)).await;
        dropped_after(polls, storage.storage().touch(&key(1), later(20), NOW)).await;
        dropped_after(polls, storage.storage().remove_all(&ada, None, NOW)).await;
        dropped_after(polls, storage.storage().remove(&at)).await;
    }
    let touched = storage.touch(&key(1), later(30), NOW).await;
    assert_eq!(touched, TouchOutcome::Touched);
    storage.remove_all(&ada, None, NOW).await;
    storage.keep(&key(2), &signed_in("ada")).await;
    storage.found(&key(2)).await;
    storage.end(&key(2)).await;
}
