//! A storage is swept by one of many, and gives back its room.

mod together;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use cloakroom::{Clock as _, EventKind, MemoryStorage, Storage as _, Sweeper};
use cloakroom_storage::{CreateOutcome, ProofHash, Record, Scope, StorageKey};
use cloakroom_testkit::{Call, EventLog, FaultyStorage, ManualClock, SeededEntropy, When};

pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// A storage with so many sessions, each of which ends in a minute.
pub(crate) async fn with_sessions(clock: &ManualClock, sessions: u8) -> MemoryStorage {
    let storage = MemoryStorage::new();
    let now = clock.now();
    for number in 0..sessions {
        let scope = Scope::new("shop/cart");
        let mut record = Record::new(scope, ProofHash::new([1; 32]), now, b"cart".as_slice());
        record.absolute_deadline = Some(now.saturating_add(MINUTE));
        let key = StorageKey::hash([number; 32]);
        let made = storage.create(&key, &record, None, now).await.unwrap();
        assert!(matches!(made, CreateOutcome::Created(_)));
    }
    storage
}

fn sweeper(storage: &MemoryStorage, clock: &ManualClock) -> Sweeper {
    Sweeper::new(storage)
        .clock(clock.clone())
        .entropy(SeededEntropy::new(1))
        .every(10 * MINUTE)
}

#[tokio::test]
async fn what_ended_long_ago_is_removed_in_batches() {
    let clock = ManualClock::default();
    let storage = with_sessions(&clock, 25).await;
    let sweeper = sweeper(&storage, &clock).batch(10).alone();
    assert_eq!(sweeper.turn().await.unwrap(), Some(0), "they are alive");
    clock.advance(MINUTE + HOUR);
    assert_eq!(sweeper.turn().await.unwrap(), Some(0), "an hour is spared");
    clock.advance(MINUTE);
    assert_eq!(sweeper.turn().await.unwrap(), Some(25));
    assert_eq!(storage.len(), 0);
}

#[tokio::test]
async fn of_many_processes_one_sweeps_at_a_time_and_another_may_be_next() {
    let clock = ManualClock::default();
    let storage = with_sessions(&clock, 0).await;
    let processes: Vec<_> = (0..4).map(|_| sweeper(&storage, &clock)).collect();
    for round in 0..3 {
        let mut sweeps = 0;
        for process in 0..4 {
            // Each time another one is first.
            let turn = processes[(process + round) % 4].turn().await.unwrap();
            sweeps += usize::from(turn.is_some());
        }
        assert_eq!(sweeps, 1, "round {round}");
        clock.advance(10 * MINUTE);
    }
}

#[tokio::test]
async fn a_storage_without_room_for_the_lease_is_swept_all_the_same() {
    let clock = ManualClock::default();
    let storage = MemoryStorage::builder().max_without_subject(0).build();
    let (scope, proof) = (Scope::new("shop/cart"), ProofHash::new([1; 32]));
    let record = Record::new(scope, proof, clock.now(), b"cart".as_slice());
    let key = StorageKey::hash([9; 32]);
    let made = storage.create(&key, &record, None, clock.now()).await;
    assert_eq!(made.unwrap(), CreateOutcome::Full);
    assert_eq!(sweeper(&storage, &clock).turn().await.unwrap(), Some(0));
}

#[tokio::test]
async fn a_failing_storage_is_told_and_asked_again() {
    let clock = ManualClock::default();
    let faulty = FaultyStorage::new(with_sessions(&clock, 0).await);
    let sweeper = Sweeper::new(&faulty).clock(clock.clone());
    faulty.fail_next(Call::Create, When::BeforeEffect);
    sweeper.turn().await.unwrap_err();
    assert_eq!(sweeper.turn().await.unwrap(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_task_sweeps_at_jittered_intervals_until_it_is_stopped() {
    let (clock, events) = (ManualClock::default(), Arc::new(EventLog::new()));
    let storage = with_sessions(&clock, 3).await;
    clock.advance(2 * HOUR);
    let sweeping = sweeper(&storage, &clock)
        .alone()
        .observer(EventLog::clone(&events))
        .start();
    // Time is tokio's here, which runs on as soon as all are waiting.
    tokio::time::sleep(8 * MINUTE).await;
    assert_eq!(events.kinds(), []);
    tokio::time::sleep(4 * MINUTE).await;
    let first = [EventKind::SweepBegan, EventKind::Swept { removed: 3 }];
    assert_eq!(events.kinds(), first);
    tokio::time::sleep(12 * MINUTE).await;
    let second = [EventKind::SweepBegan, EventKind::Swept { removed: 0 }];
    assert_eq!(events.kinds()[2..], second);
    sweeping.stop().await;
    tokio::time::sleep(HOUR).await;
    assert_eq!(events.kinds().len(), 4);
}
