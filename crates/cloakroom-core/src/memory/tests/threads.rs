//! Many threads at once: what is counted afterwards is exact, and nothing waits for ever.

use std::sync::Barrier;
use std::thread;

use cloakroom_storage::{
    CreateOutcome, Record, RemoveOutcome, SubjectNumber, UpdateOutcome, WhenFull,
};

use super::super::store::Store;
use super::support::{HOUR, at, at_most, key, login, scope, store, subject, visit};

const THREADS: u16 = 8;

/// Runs `work` on all threads at once, and gives what each came to.
fn together<T: Send>(work: impl Fn(u16) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(usize::from(THREADS));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn count<T: PartialEq>(outcomes: &[T], outcome: &T) -> usize {
    outcomes.iter().filter(|other| *other == outcome).count()
}

#[test]
fn of_many_removals_exactly_one_removed() {
    let store = store(1_000, 1_000);
    for number in 0..200 {
        let record = if number % 2 == 0 {
            login("alice", 1)
        } else {
            visit(50)
        };
        store.make(number, &record, 1);
        let outcomes = together(|_| store.remove(&key(number)));
        assert_eq!(count(&outcomes, &RemoveOutcome::Removed), 1);
    }
    assert_eq!(store.counted(), 0);
}

/// Rules: no-upsert.
#[test]
fn of_many_creates_under_one_key_exactly_one_is_kept_whosever_they_are() {
    let store = store(1_000, 1_000);
    for number in 0..200 {
        let outcomes = together(|thread| {
            let record = match thread % 3 {
                0 => visit(50),
                1 => login("alice", 1),
                _ => login("bob", 1),
            };
            store.create(&key(number), &record, None, at(1))
        });
        let exists = count(&outcomes, &CreateOutcome::Exists);
        assert_eq!(exists, usize::from(THREADS) - 1);
    }
    assert_eq!(store.counted(), 200);
}

/// Rules: no-upsert.
#[test]
fn of_many_updates_of_one_version_exactly_one_is_taken() {
    let store = store(1_000, 1_000);
    let mut version = store.make(1, &login("alice", 1), 1);
    for _ in 0..200 {
        let outcomes = together(|_| store.update(&key(1), version, &login("alice", 1), at(1)));
        let mut taken = outcomes.into_iter().filter_map(|outcome| match outcome {
            UpdateOutcome::Updated(version) => Some(version),
            _ => None,
        });
        version = taken.next().unwrap();
        assert_eq!(taken.next(), None);
    }
}

#[test]
fn ending_the_oldest_never_leaves_more_than_the_limit() {
    let store = store(10, 0);
    let limit = at_most(3, WhenFull::EndOldest);
    let counts = together(|thread| {
        let one = |round| {
            let number = thread * 1_000 + round;
            let made = store.create(&key(number), &login("alice", 1), limit, at(1));
            assert!(matches!(made, CreateOutcome::Created(_)), "{made:?}");
            store.list(&subject("alice"), at(1)).len()
        };
        (0..200).map(one).max().unwrap()
    });
    assert!(counts.iter().all(|count| *count <= 3), "{counts:?}");
    assert_eq!(store.counted(), 3);
}

#[test]
fn no_limit_is_passed_by_creating_at_once() {
    let store = store(100, 50);
    let made = together(|thread| {
        let mut made = 0;
        for round in 0..40 {
            let number = thread * 1_000 + round;
            let outcome = store.create(&key(number), &login("alice", 1), None, at(1));
            made += usize::from(outcome != CreateOutcome::Full);
            assert!(
                store
                    .places
                    .used(super::super::entry::Class::WithoutSubject)
                    <= 50
            );
            store.make(number + 500, &visit(100 + u64::from(round)), 1);
        }
        made
    });
    assert_eq!(made.iter().sum::<usize>(), 100);
    assert_eq!(store.counted(), 150);
}

#[test]
fn no_sign_in_survives_an_end_of_all_that_it_began_before() {
    let store = store(10_000, 0);
    let alice = subject("alice");
    for round in 1..100 {
        let numbers = together(|thread| {
            let number = store.begin_sign_in(&alice);
            if thread == 0 {
                return (store.remove_all(&alice, None, at(round)), number);
            }
            let mut record = login("alice", round);
            record.subject_number = Some(number);
            let made = store.create(&key(thread), &record, None, at(round));
            (u64::from(matches!(made, CreateOutcome::Created(_))), number)
        });
        let current = store.begin_sign_in(&alice);
        assert!(numbers.iter().all(|(_, number)| *number <= current));
        for listed in store.list(&alice, at(round)) {
            let record = store.read(&listed.key, at(round)).unwrap().record;
            assert_eq!(record.subject_number, Some(current));
        }
        let made: u64 = numbers.iter().skip(1).map(|(made, _)| made).sum();
        let (removed, left) = (numbers[0].0, store.remove_all(&alice, None, at(round)));
        assert_eq!(made, removed + left);
    }
    assert!(store.begin_sign_in(&alice) > SubjectNumber::default());
}

/// What each thread does to the same few records: everything, in an order of its own.
fn meddle(store: &Store, thread: u16, round: u16) {
    let dice = (round.wrapping_mul(40_503) ^ thread.wrapping_mul(30_011)) >> 3;
    let (number, now) = (dice % 40, at(u64::from(round) * 20));
    let names = ["alice", "bob", "carol"];
    let mut record: Record = match names.get(usize::from(dice % 5)) {
        Some(name) => login(name, u64::from(round) * 20),
        None => visit(u64::from(round) * 20 + 50),
    };
    record.idle_deadline = Some(at(u64::from(round) * 20 + 30));
    let limit = at_most(4, WhenFull::EndOldest);
    match dice % 11 {
        0..=4 => drop(store.create(&key(number), &record, limit, now)),
        5 | 6 => {
            if let Some(stored) = store.read(&key(number), now) {
                drop(store.update(&key(number), stored.version, &record, now));
            }
        }
        7 => {
            let _touched = store.touch(&key(number), at(u64::from(round) * 20 + 90), now);
        }
        8 => {
            let _removed = store.remove(&key(number));
        }
        9 => drop(store.list(&subject(names[usize::from(dice % 3)]), now)),
        _ => match round % 3 {
            0 => {
                store.remove_all(
                    &subject(names[usize::from(dice % 3)]),
                    Some(&key(number)),
                    now,
                );
            }
            1 => {
                store.sweep(at(u64::from(round) * 20 + HOUR), 5);
            }
            _ => store.end_before(&scope(), at(u64::from(round) * 10)),
        },
    }
}

#[test]
fn everything_at_once_ends_and_everything_inside_agrees() {
    let store = store(9, 9);
    for lap in 0..10 {
        together(|thread| (0..2_000).for_each(|round| meddle(&store, thread, lap * 2_000 + round)));
        assert!(store.counted() <= 18);
    }
}
