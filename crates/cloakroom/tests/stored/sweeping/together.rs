//! Several processes at one storage, of which one sweeps: whose lease it is, and until when.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloakroom::{Clock as _, Event, EventKind, MemoryStorage, Observer, Sweeper};
use cloakroom_testkit::{Call, FaultyStorage, ManualClock, SeededEntropy, When};
use tokio::time::Instant;

use super::{HOUR, MINUTE, with_sessions};

/// A storage with faults of one process's own, on sessions that ended long ago; and what all processes
/// share.
async fn ended(
    sessions: u8,
) -> (
    FaultyStorage<Arc<MemoryStorage>>,
    Arc<MemoryStorage>,
    ManualClock,
) {
    let clock = ManualClock::default();
    let shared = Arc::new(with_sessions(&clock, sessions).await);
    clock.advance(2 * HOUR);
    (FaultyStorage::new(Arc::clone(&shared)), shared, clock)
}

fn sweeper<S: cloakroom::Storage + Clone>(storage: &S, clock: &ManualClock) -> Sweeper {
    Sweeper::new(storage)
        .clock(clock.clone())
        .entropy(SeededEntropy::new(1))
        .every(10 * MINUTE)
        .batch(10)
}

#[tokio::test]
async fn a_sweep_that_takes_longer_than_its_lease_keeps_it() {
    let (slow, shared, clock) = ended(25).await;
    let (one, other) = (sweeper(&slow, &clock), sweeper(&shared, &clock));
    let pauses = [0; 3].map(|_| slow.pause_next(Call::Sweep));
    let turn = tokio::spawn(async move { one.turn().await });
    for paused in pauses {
        paused.reached().await;
        assert_eq!(other.turn().await.unwrap(), None);
        clock.advance(6 * MINUTE);
        assert_eq!(other.turn().await.unwrap(), None);
        paused.resume();
    }
    assert_eq!(turn.await.unwrap().unwrap(), Some(25));
}

#[tokio::test]
async fn who_lost_the_lease_in_a_batch_that_took_too_long_sweeps_no_more() {
    let (slow, shared, clock) = ended(25).await;
    let failing = FaultyStorage::new(Arc::clone(&shared));
    let (one, other) = (sweeper(&slow, &clock), sweeper(&failing, &clock));
    let paused = slow.pause_next(Call::Sweep);
    let turn = tokio::spawn(async move { one.turn().await });
    paused.reached().await;
    clock.advance(10 * MINUTE);
    failing.fail_next(Call::Sweep, When::BeforeEffect);
    other.turn().await.unwrap_err();
    paused.resume();
    assert_eq!(turn.await.unwrap().unwrap(), Some(10), "one batch, no more");
    assert_eq!(shared.len(), 15 + 1, "the other sessions and the lease");
}

#[tokio::test]
async fn a_lease_that_was_taken_over_is_not_taken_back_by_who_is_too_late() {
    let (slow, shared, clock) = ended(0).await;
    let (one, other) = (sweeper(&slow, &clock), sweeper(&shared, &clock));
    assert_eq!(one.turn().await.unwrap(), Some(0));
    clock.advance(10 * MINUTE);
    // It saw that the lease was free, and another one has it before it can write so.
    let paused = slow.pause_next(Call::Create);
    let late = tokio::spawn(async move { one.turn().await });
    paused.reached().await;
    assert_eq!(other.turn().await.unwrap(), Some(0));
    paused.resume();
    assert_eq!(late.await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn a_lease_of_a_process_whose_clock_is_ahead_is_put_aside() {
    let (_, shared, clock) = ended(0).await;
    let ahead = ManualClock::new(clock.now().saturating_add(24 * HOUR));
    let (wrong, right) = (sweeper(&shared, &ahead), sweeper(&shared, &clock));
    assert_eq!(wrong.turn().await.unwrap(), Some(0));
    assert_eq!(right.turn().await.unwrap(), Some(0), "a day is not waited");
    assert_eq!(right.turn().await.unwrap(), None, "and it has the lease");
}

#[tokio::test]
async fn clocks_that_are_a_minute_apart_are_no_reason_to_put_a_lease_aside() {
    let (_, shared, clock) = ended(0).await;
    let ahead = ManualClock::new(clock.now().saturating_add(MINUTE));
    let (one, other) = (sweeper(&shared, &ahead), sweeper(&shared, &clock));
    assert_eq!(one.turn().await.unwrap(), Some(0));
    assert_eq!(other.turn().await.unwrap(), None);
    clock.advance(11 * MINUTE);
    assert_eq!(other.turn().await.unwrap(), Some(0));
}

/// Four that are started at one instant ask from one to 1.2 intervals later, each at another time.
#[tokio::test(start_paused = true)]
async fn processes_that_start_together_do_not_ask_together() {
    let (_, shared, clock) = ended(0).await;
    let asked = Asked::default();
    let tasks: Vec<_> = (0..4)
        .map(|process| {
            let sweeper = sweeper(&shared, &clock).alone();
            let sweeper = sweeper.entropy(SeededEntropy::new(process));
            sweeper.observer(Asks(process, asked.clone())).start()
        })
        .collect();
    tokio::time::sleep(20 * 12 * MINUTE).await;
    drop(tasks);
    let asked = asked.0.lock().unwrap().clone();
    assert!(asked.len() >= 80, "{}", asked.len());
    for process in 0..4 {
        let of_one = asked.iter().filter(|(by, _)| *by == process);
        let at: Vec<_> = of_one.map(|(_, at)| *at).collect();
        for two in at.windows(2) {
            let waited = two[1] - two[0];
            assert!(waited >= 10 * MINUTE, "{waited:?}");
            assert!(waited <= 12 * MINUTE + TIMER, "{waited:?}");
        }
    }
    let mut times: Vec<_> = asked.iter().map(|(_, at)| *at).collect();
    times.sort();
    times.dedup();
    assert!(times.len() + 3 > asked.len(), "{} apart", times.len());
}

/// How exact the timer is.
const TIMER: Duration = Duration::from_millis(2);

/// When each process swept.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<(u64, Instant)>>>);

struct Asks(u64, Asked);

impl Observer for Asks {
    fn observe(&self, event: &Event<'_>) {
        if event.kind == EventKind::SweepBegan {
            let Self(process, asked) = self;
            asked.0.lock().unwrap().push((*process, Instant::now()));
        }
    }
}
