//! A task that is stopped in the midst of a sweep, and storages and observers that go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloakroom::{Event, EventKind, MemoryStorage, Observer, Storage, StorageError, Sweeper};
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageErrorKind, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version,
};
use cloakroom_testkit::{Call, EventLog, FaultyStorage, ManualClock, SeededEntropy, When};

use super::{HOUR, MINUTE, with_sessions};

fn sweeper<S: Storage + Clone>(storage: &S, clock: &ManualClock, events: &EventLog) -> Sweeper {
    Sweeper::new(storage)
        .clock(clock.clone())
        .entropy(SeededEntropy::new(1))
        .observer(events.clone())
        .every(10 * MINUTE)
        .batch(10)
}

async fn ended(sessions: u8) -> (FaultyStorage<Arc<MemoryStorage>>, ManualClock, EventLog) {
    let clock = ManualClock::default();
    let storage = Arc::new(with_sessions(&clock, sessions).await);
    clock.advance(2 * HOUR);
    (FaultyStorage::new(storage), clock, EventLog::new())
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_the_batch_and_gives_the_lease_back() {
    let (storage, clock, events) = ended(25).await;
    let paused = storage.pause_next(Call::Sweep);
    let sweeping = sweeper(&storage, &clock, &events).start();
    paused.reached().await;
    let mut stopping = tokio::spawn(sweeping.stop());
    let early = tokio::time::timeout(Duration::from_secs(1), &mut stopping).await;
    assert!(early.is_err(), "the batch is under way");
    paused.resume();
    stopping.await.unwrap();
    let swept = EventKind::Swept { removed: 10 };
    assert_eq!(events.kinds(), [EventKind::SweepBegan, swept]);
    let other = sweeper(&storage, &clock, &events);
    assert_eq!(other.turn().await.unwrap(), Some(15), "at once");
}

#[tokio::test(start_paused = true)]
async fn stopping_after_a_whole_sweep_makes_no_other_one_due() {
    let (storage, clock, events) = ended(3).await;
    let sweeping = sweeper(&storage, &clock, &events).start();
    tokio::time::sleep(12 * MINUTE).await;
    sweeping.stop().await;
    let swept = EventKind::Swept { removed: 3 };
    assert_eq!(events.kinds(), [EventKind::SweepBegan, swept]);
    let other = sweeper(&storage, &clock, &events);
    assert_eq!(other.turn().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_half_a_minute_for_a_storage_that_hangs() {
    let (storage, clock, events) = ended(3).await;
    storage.hang_next(Call::Sweep, When::BeforeEffect);
    let sweeping = sweeper(&storage, &clock, &events).start();
    tokio::time::sleep(12 * MINUTE).await;
    let stopped = tokio::time::timeout(Duration::from_secs(31), sweeping.stop()).await;
    stopped.unwrap();
    let expected = [EventKind::SweepBegan, EventKind::StorageFailed];
    assert_eq!(events.kinds(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_fails_is_asked_once_an_interval() {
    let (storage, clock, events) = ended(3).await;
    storage.fail_always(Call::Read);
    let sweeping = sweeper(&storage, &clock, &events).start();
    tokio::time::sleep(120 * MINUTE).await;
    let failures = events.kinds();
    assert!((10..=12).contains(&failures.len()), "{failures:?}");
    assert!(
        failures
            .iter()
            .all(|kind| *kind == EventKind::StorageFailed)
    );
    storage.heal();
    events.clear();
    tokio::time::sleep(12 * MINUTE).await;
    sweeping.stop().await;
    let swept = EventKind::Swept { removed: 3 };
    assert_eq!(events.kinds(), [EventKind::SweepBegan, swept]);
}

/// No interval and no batch would be a loop that never waits, and one that never ends.
#[tokio::test(start_paused = true)]
async fn neither_an_interval_nor_a_batch_is_nothing() {
    let (storage, clock, events) = ended(3).await;
    let sweeper = sweeper(&storage, &clock, &events).alone();
    let sweeping = sweeper.every(Duration::ZERO).batch(0).start();
    tokio::time::sleep(Duration::from_millis(100)).await;
    sweeping.stop().await;
    let kinds = events.kinds();
    assert_eq!(kinds[1], EventKind::Swept { removed: 3 });
    assert!((2..=20).contains(&kinds.len()), "{}", kinds.len());
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_panics_is_told_and_asked_again() {
    let (clock, events) = (ManualClock::default(), EventLog::new());
    let storage = Panicking::default();
    let sweeping = sweeper(&storage, &clock, &events).alone().start();
    tokio::time::sleep(24 * MINUTE).await;
    sweeping.stop().await;
    let expected = [
        EventKind::SweepBegan,
        EventKind::StorageFailed,
        EventKind::SweepBegan,
        EventKind::Swept { removed: 7 },
    ];
    assert_eq!(events.kinds(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_keeps_nothing_from_the_others() {
    struct Panics;
    impl Observer for Panics {
        fn observe(&self, _: &Event<'_>) {
            panic!("as an observer must not");
        }
    }
    let (storage, clock, events) = ended(3).await;
    let sweeper = Sweeper::new(&storage).clock(clock).observer(Panics);
    let sweeping = sweeper.observer(events.clone()).start();
    tokio::time::sleep(12 * MINUTE).await;
    sweeping.stop().await;
    let swept = EventKind::Swept { removed: 3 };
    assert_eq!(events.kinds(), [EventKind::SweepBegan, swept]);
}

/// Panics when it is swept for the first time, and removes seven each other time.
#[derive(Clone, Default)]
struct Panicking(Arc<AtomicUsize>);

type Answer<T> = Result<T, StorageError>;

fn never<T>() -> Answer<T> {
    Err(StorageError::new(StorageErrorKind::Unavailable))
}

impl Storage for Panicking {
    async fn read(&self, _: &StorageKey, _: Timestamp) -> Answer<Option<Stored>> {
        never()
    }

    async fn create(
        &self,
        _: &StorageKey,
        _: &Record,
        _: Option<SubjectLimit>,
        _: Timestamp,
    ) -> Answer<CreateOutcome> {
        never()
    }

    async fn update(
        &self,
        _: &StorageKey,
        _: Version,
        _: &Record,
        _: Timestamp,
    ) -> Answer<UpdateOutcome> {
        never()
    }

    async fn touch(&self, _: &StorageKey, _: Timestamp, _: Timestamp) -> Answer<TouchOutcome> {
        never()
    }

    async fn take(&self, _: &StorageKey, _: Version, _: Timestamp) -> Answer<TakeOutcome> {
        never()
    }

    async fn remove(&self, _: &StorageKey) -> Answer<RemoveOutcome> {
        never()
    }

    async fn begin_sign_in(&self, _: &Subject, _: Timestamp) -> Answer<SubjectNumber> {
        never()
    }

    async fn list(&self, _: &Subject, _: Timestamp) -> Answer<Vec<Listed>> {
        never()
    }

    async fn remove_all(&self, _: &Subject, _: Option<&StorageKey>, _: Timestamp) -> Answer<u64> {
        never()
    }

    async fn end_before(&self, _: &Scope, _: Timestamp) -> Answer<()> {
        never()
    }

    async fn sweep(&self, _: Timestamp, limit: usize) -> Answer<usize> {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        assert!(before > 0, "as a storage must not");
        Ok(limit.min(7))
    }
}
