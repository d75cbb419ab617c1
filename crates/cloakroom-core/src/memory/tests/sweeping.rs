//! What a sweep removes, and what it leaves.

use cloakroom_storage::{CreateOutcome, RemoveOutcome, Timestamp, TouchOutcome, UpdateOutcome};

use super::support::{HOUR, at, key, login, scope, store, subject, visit};

#[test]
fn an_ended_record_lies_for_an_hour_and_not_a_millisecond_more() {
    let store = store(10, 10);
    let mut short = login("alice", 0);
    short.idle_deadline = Some(at(10));
    store.make(1, &short, 0);
    store.make(2, &visit(10), 0);
    let hour_later = at(10 + HOUR);
    assert_eq!(store.sweep(hour_later, 10), 0);
    let later = Timestamp::from_millis(hour_later.as_millis() + 1);
    assert_eq!(store.sweep(later, 10), 2);
    assert_eq!(store.remove(&key(1)), RemoveOutcome::Absent);
    assert_eq!(store.counted(), 0);
}

#[test]
fn what_is_alive_is_never_swept() {
    let store = store(10, 10);
    let mut idle = login("alice", 0);
    idle.idle_deadline = Some(at(10));
    store.make(1, &idle, 0);
    store.make(2, &login("bob", 0), 0);
    let far = at(100 * HOUR);
    assert_eq!(store.touch(&key(1), far, at(5)), TouchOutcome::Touched);
    assert_eq!(store.sweep(at(99 * HOUR), 10), 0);
    assert!(store.has(1, 99 * HOUR));
    assert_eq!(store.sweep(at(102 * HOUR), 10), 1);
    assert_eq!(store.sweep(Timestamp::MAX, 10), 0);
    assert!(store.has(2, 102 * HOUR));
    assert_eq!(store.counted(), 1);
}

#[test]
fn batches_keep_to_their_limit_and_come_to_an_end() {
    let store = store(1_000, 1_000);
    for number in 0..500 {
        store.make(number, &visit(10), 0);
        let mut short = login(&format!("user {}", number % 7), 0);
        short.idle_deadline = Some(at(10));
        store.make(number + 500, &short, 0);
    }
    let mut batches = Vec::new();
    while batches.last() != Some(&0) {
        batches.push(store.sweep(at(2 * HOUR), 300));
        assert_eq!(store.counted(), 1_000 - batches.iter().sum::<usize>());
    }
    assert_eq!(batches, [300, 300, 300, 100, 0]);
}

#[test]
fn a_limit_of_zero_sweeps_nothing() {
    let store = store(1, 1);
    store.make(1, &visit(10), 0);
    assert_eq!(store.sweep(at(2 * HOUR), 0), 0);
    assert_eq!(store.counted(), 1);
    assert_eq!(store.sweep(at(2 * HOUR), usize::MAX), 1);
}

#[test]
fn a_shard_that_fills_as_fast_as_it_is_swept_does_not_hold_up_the_others() {
    let store = store(0, 300);
    for number in 0..200 {
        store.make(number, &visit(10), 0);
    }
    for round in 0..400 {
        let refilled = key(1_000 + 256 * (round % 50));
        let made = store.create(&refilled, &visit(10), None, at(0));
        assert!(matches!(
            made,
            CreateOutcome::Created(_) | CreateOutcome::Exists
        ));
        assert_eq!(store.sweep(at(2 * HOUR), 1), 1);
    }
    assert!((0..200).all(|number| !store.has(number, 0)));
}

#[test]
fn more_corrections_than_one_lock_is_held_for_do_not_end_the_sweep() {
    let store = store(0, 2_000);
    let mut idle = visit(0);
    idle.absolute_deadline = None;
    for number in 0..1_000 {
        // All of them in one shard.
        idle.idle_deadline = Some(at(10 + u64::from(number)));
        store.make(256 * (number % 256) + 64 * (number / 256), &idle, 0);
    }
    for number in 0..999 {
        let key = key(256 * (number % 256) + 64 * (number / 256));
        assert_eq!(
            store.touch(&key, at(5 * HOUR), at(5)),
            TouchOutcome::Touched
        );
    }
    assert_eq!(store.sweep(at(2 * HOUR), 10), 1);
    assert_eq!(store.counted(), 999);
}

/// Rules: no-upsert.
#[test]
fn a_swept_record_is_gone_for_a_late_update() {
    let store = store(1, 1);
    let version = store.make(1, &visit(10), 0);
    assert_eq!(store.sweep(at(2 * HOUR), 1), 1);
    let late = store.update(&key(1), version, &visit(10), at(5));
    assert_eq!(late, UpdateOutcome::Gone);
    assert_eq!(store.counted(), 0);
}

#[test]
fn a_session_that_got_its_first_idle_deadline_by_an_update_is_found() {
    let store = store(1, 1);
    let version = store.make(1, &login("alice", 0), 0);
    let mut idle = login("alice", 0);
    idle.idle_deadline = Some(at(10));
    let updated = store.update(&key(1), version, &idle, at(5));
    assert!(matches!(updated, UpdateOutcome::Updated(_)));
    assert_eq!(store.sweep(at(2 * HOUR), 10), 1);
    assert!(store.list(&subject("alice"), at(5)).is_empty());
    assert_eq!(store.counted(), 0);
}

#[test]
fn what_a_floor_ended_is_swept_an_hour_after_it() {
    let store = store(10, 10);
    store.make(1, &login("alice", 0), 0);
    store.make(2, &visit(1_000 * HOUR), 0);
    store.end_before(&scope(), at(100));
    assert_eq!(store.sweep(at(100 + HOUR), 10), 0);
    assert_eq!(store.sweep(at(101 + HOUR), 10), 2);
    assert_eq!(store.counted(), 0);
}
