//! Limits, and who gives way.

use cloakroom_storage::{CreateOutcome, RemoveOutcome, StorageKey, TouchOutcome, WhenFull};

use super::super::storage::MemoryStorage;
use super::support::{HOUR, at, at_most, key, login, store, subject, visit};

#[test]
fn a_visit_over_the_limit_takes_the_place_of_the_one_that_ends_soonest() {
    let store = store(10, 3);
    for (number, ends) in [(1, 50), (2, 30), (3, 40)] {
        store.make(number, &visit(ends), 0);
    }
    store.make(4, &visit(60), 0);
    assert_eq!(
        [1, 2, 3, 4].map(|n| store.has(n, 0)),
        [true, false, true, true]
    );
    store.make(5, &visit(60), 0);
    assert_eq!(
        [1, 3, 4, 5].map(|n| store.has(n, 0)),
        [true, false, true, true]
    );
    assert_eq!(store.counted(), 3);
}

#[test]
fn what_was_touched_is_judged_by_its_new_end() {
    let store = store(10, 2);
    let idle = |ends| {
        let mut record = visit(1_000);
        record.idle_deadline = Some(at(ends));
        record
    };
    store.make(1, &idle(10), 0);
    store.make(2, &idle(20), 0);
    assert_eq!(store.touch(&key(1), at(30), at(5)), TouchOutcome::Touched);
    store.make(3, &idle(40), 5);
    assert_eq!([1, 2, 3].map(|n| store.has(n, 5)), [true, false, true]);
    assert_eq!(store.counted(), 2);
}

#[test]
fn what_has_no_end_gives_way_last() {
    let store = store(10, 2);
    let mut endless = visit(0);
    endless.absolute_deadline = None;
    store.make(1, &endless, 0);
    store.make(2, &visit(u64::MAX / 2_000), 0);
    store.make(3, &endless, 0);
    assert_eq!([1, 2, 3].map(|n| store.has(n, 0)), [true, false, true]);
}

#[test]
fn a_login_is_never_evicted() {
    let store = store(2, 1);
    store.make(1, &login("alice", 0), 0);
    store.make(2, &login("bob", 0), 0);
    for number in 10..20 {
        store.make(number, &visit(50), 0);
    }
    let full = store.create(&key(3), &login("carol", 0), None, at(0));
    assert_eq!(full, CreateOutcome::Full);
    assert!(store.has(1, 0) && store.has(2, 0) && store.has(19, 0));
    assert!(store.list(&subject("carol"), at(0)).is_empty());
    assert_eq!(store.counted(), 3);
}

#[test]
fn a_login_takes_the_place_of_one_that_has_ended_and_was_not_swept() {
    let store = store(2, 0);
    let mut short = login("alice", 0);
    short.idle_deadline = Some(at(10));
    store.make(1, &short, 0);
    store.make(2, &login("bob", 0), 0);
    let early = store.create(&key(3), &login("carol", 0), None, at(9));
    assert_eq!(early, CreateOutcome::Full);
    store.make(3, &login("carol", 0), 10);
    assert_eq!(store.remove(&key(1)), RemoveOutcome::Absent);
    assert_eq!(store.counted(), 2);
}

#[test]
fn with_a_limit_of_zero_every_visit_is_too_many() {
    let store = store(1, 0);
    let full = store.create(&key(1), &visit(50), None, at(0));
    assert_eq!(full, CreateOutcome::Full);
    assert_eq!(store.counted(), 0);
}

#[test]
fn what_is_refused_for_another_reason_takes_no_place_and_evicts_nothing() {
    let store = store(2, 1);
    store.make(1, &visit(50), 0);
    let exists = store.create(&key(1), &visit(60), None, at(0));
    assert_eq!(exists, CreateOutcome::Exists);
    store.make(2, &login("alice", 0), 0);
    let one = at_most(1, WhenFull::RejectNew);
    for number in 3..9 {
        let refused = store.create(&key(number), &login("alice", 1), one, at(1));
        assert_eq!(refused, CreateOutcome::TooManyForSubject);
    }
    assert!(store.has(1, 0));
    assert_eq!(store.counted(), 2);
    store.make(9, &login("bob", 0), 0);
}

#[test]
fn ending_the_oldest_works_in_a_full_storage() {
    let store = store(2, 0);
    store.make(1, &login("alice", 1), 5);
    store.make(2, &login("bob", 1), 5);
    let oldest_out = at_most(1, WhenFull::EndOldest);
    let made = store.create(&key(3), &login("alice", 5), oldest_out, at(5));
    assert!(matches!(made, CreateOutcome::Created(_)));
    assert_eq!([1, 2, 3].map(|n| store.has(n, 5)), [false, true, true]);
    assert_eq!(store.counted(), 2);
}

#[test]
fn a_lowered_limit_ends_as_many_of_the_oldest_as_it_takes() {
    let store = store(10, 0);
    for (number, created) in [(1, 4), (2, 2), (3, 3), (4, 1)] {
        store.make(number, &login("alice", created), 5);
    }
    let oldest_out = at_most(2, WhenFull::EndOldest);
    let made = store.create(&key(5), &login("alice", 5), oldest_out, at(5));
    assert!(matches!(made, CreateOutcome::Created(_)));
    let left: Vec<_> = store.list(&subject("alice"), at(5));
    let left: Vec<_> = left.into_iter().map(|listed| listed.key).collect();
    assert_eq!(left, [key(1), key(5)]);
    assert_eq!(store.counted(), 2);
}

#[test]
fn a_dead_record_under_the_key_makes_way_whosever_it_was() {
    let store = store(10, 10);
    let mut short = login("alice", 0);
    short.idle_deadline = Some(at(10));
    store.make(1, &short, 0);
    store.make(1, &login("bob", 10), 10);
    store.make(2, &visit(20), 10);
    store.make(2, &login("bob", 20), 20);
    assert!(store.list(&subject("alice"), at(0)).is_empty());
    assert_eq!(store.list(&subject("bob"), at(20)).len(), 2);
    assert_eq!(store.counted(), 2);
}

#[test]
fn text_keys_lie_apart_from_hashes() {
    let store = store(10, 10);
    let text = StorageKey::text(&"\u{1}".repeat(32)).unwrap();
    let hash = StorageKey::hash([1; 32]);
    for key in [&text, &hash, &StorageKey::text("").unwrap()] {
        let made = store.create(key, &visit(50), None, at(0));
        assert!(matches!(made, CreateOutcome::Created(_)));
    }
    assert_eq!(store.remove(&text), RemoveOutcome::Removed);
    assert!(store.read(&hash, at(0)).is_some());
    assert_eq!(store.counted(), 2);
}

#[test]
fn the_default_limits_are_what_is_documented() {
    let text = format!("{:?}", MemoryStorage::new());
    assert!(text.contains("max_with_subject: 1000000,"), "{text}");
    assert!(text.contains("max_without_subject: 100000,"), "{text}");
}

/// Rules: secrets.
#[tokio::test]
async fn debug_shows_numbers_only() {
    use cloakroom_storage::Storage;
    let storage = MemoryStorage::new();
    let secret = login("alice", 0);
    let key = StorageKey::text("id-7").unwrap();
    let made = storage.create(&key, &secret, None, at(HOUR)).await.unwrap();
    assert!(matches!(made, CreateOutcome::Created(_)));
    let text = format!("{storage:?}");
    assert!(text.contains("with_subject: 1,"), "{text}");
    assert!(!text.contains("alice") && !text.contains("id-7"), "{text}");
    assert_eq!(storage.clone().len(), 1);
}
