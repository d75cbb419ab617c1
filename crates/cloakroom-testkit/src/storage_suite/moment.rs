//! Every call judges a deadline to the millisecond, and by our clock alone.
//!
//! * **The server's clock** cannot be set by a test, so ours is: by fifty minutes, which is within
//!   the hour that `sweep` spares, to either side of what the machine says.

use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Storage, StorageKey, Timestamp, TouchOutcome, UpdateOutcome,
};
use cloakroom_time::{Clock as _, SystemClock};

use super::samples::{HOUR, began, idle, key, later, reject_new, scope, signed_in, subject};
use super::trial::Trial;

/// By how much the two clocks differ.
const SKEW: Duration = Duration::from_secs(50 * 60);

/// `update`, `touch` and `create` find a record in its last millisecond, and none in the next.
pub async fn changes_judge_a_deadline_to_the_millisecond<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &idle(1_001)).await;
    let (last, over) = (later(1_000), later(1_001));
    for (now, is_live) in [(over, false), (last, true)] {
        let outcome = storage.update(&key(1), version, &idle(1_001), now).await;
        assert_eq!(outcome != UpdateOutcome::Gone, is_live, "update");
        let outcome = storage.touch(&key(1), later(1_001), now).await;
        assert_eq!(outcome != TouchOutcome::Gone, is_live, "touch");
    }
    let outcome = storage.create(&key(1), &idle(5), None, last).await;
    assert_eq!(outcome, CreateOutcome::Exists);
    storage.keep_at(&key(1), &idle(9_000), over).await;
}

/// So do `list`, the limit of a subject's sessions, and the count of `remove_all`.
pub async fn a_subject_has_a_session_until_its_deadline_to_the_millisecond<S: Storage>(
    make: impl AsyncFn() -> S,
) {
    let storage = Trial::of(make).await;
    let mut kept = signed_in("ada");
    kept.absolute_deadline = Some(later(1_001));
    storage.keep(&key(1), &kept).await;
    let (ada, last, over) = (subject("ada"), later(1_000), later(1_001));
    assert_is_live(&storage, &key(1), last).await;
    assert_is_none(&storage, &key(1), over).await;
    let (bob, limit) = (signed_in("ada"), Some(reject_new(1)));
    let outcome = storage.create(&key(2), &bob, limit, last).await;
    assert_eq!(outcome, CreateOutcome::TooManyForSubject);
    let outcome = storage.create(&key(2), &bob, limit, over).await;
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
    let mut counts = vec![storage.remove_all(&ada, None, over).await];
    for now in [last, over] {
        storage.keep(&key(3), &kept).await;
        counts.push(storage.remove_all(&ada, None, now).await);
    }
    // The second one alone; then the first one until its deadline.
    assert_eq!(counts, [1, 1, 0]);
}

/// A deadline that a touch or an update moved is met to the millisecond too.
pub async fn a_moved_deadline_is_met_to_the_millisecond<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let version = storage.keep(&key(1), &idle(10)).await;
    storage.prolong(&key(1), later(1_501)).await;
    assert!(storage.read(&key(1), later(1_500)).await.is_some());
    assert_eq!(storage.read(&key(1), later(1_501)).await, None);
    storage.replace(&key(1), version, &idle(2_503)).await;
    assert!(storage.read(&key(1), later(2_502)).await.is_some());
    assert_eq!(storage.read(&key(1), later(2_503)).await, None);
}

/// Dates far off come back as they are: the first instant, and thousands of years.
pub async fn dates_of_long_ago_and_far_ahead_come_back<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let far = Timestamp::from_millis((1 << 53) - 1);
    let mut kept = began("ada", 0);
    kept.created = Timestamp::EPOCH;
    kept.absolute_deadline = Some(far);
    kept.idle_deadline = Some(far);
    storage.keep(&key(1), &kept).await;
    let stored = storage.found(&key(1)).await.record;
    kept.subject_number = stored.subject_number;
    assert_eq!(stored, kept);
    assert_eq!(storage.read(&key(1), far).await, None);
}

/// A record from a server whose clock is ahead of this one's is alive here.
pub async fn a_record_that_began_in_the_future_is_alive<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let mut ahead = signed_in("ada");
    ahead.created = later(5_000);
    storage.keep_at(&key(1), &ahead, later(5_000)).await;
    storage.found(&key(1)).await;
    assert_eq!(storage.keys(&subject("ada")).await, [key(1)]);
    storage.prolong(&key(1), later(9_000)).await;
    storage.end_before(&scope(), later(4_999)).await;
    storage.found(&key(1)).await;
}

/// A store whose clock is ahead of ours ends nothing early: our `now` judges.
pub async fn a_clock_behind_the_stores_ends_nothing_early<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let now = SystemClock.now().saturating_sub(SKEW);
    let soon = now.saturating_add(Duration::from_millis(1_000));
    let version = storage.keep_at(&key(1), &ending(now, soon), now).await;
    assert_is_live(&storage, &key(1), now).await;
    let longer = soon.saturating_add(Duration::from_millis(500));
    let touched = storage.touch(&key(1), longer, now).await;
    assert_eq!(touched, TouchOutcome::Touched);
    let ends_soon = ending(now, soon);
    let updated = storage.update(&key(1), version, &ends_soon, now).await;
    assert!(matches!(updated, UpdateOutcome::Updated(_)), "{updated:?}");
    let made = storage.create(&key(1), &ends_soon, None, now).await;
    assert_eq!(made, CreateOutcome::Exists);
    assert_is_live(&storage, &key(1), soon).await;
    assert_is_none(&storage, &key(1), longer).await;
    assert_eq!(storage.sweep(now, 100).await, 0);
}

/// A store whose clock is behind ours ends nothing late: our `now` judges.
pub async fn a_clock_ahead_of_the_stores_ends_nothing_late<S: Storage>(make: impl AsyncFn() -> S) {
    let storage = Trial::of(make).await;
    let now = SystemClock.now().saturating_add(SKEW);
    let end = now.saturating_add(Duration::from_millis(1));
    let kept = ending(now, end);
    let version = storage.keep_at(&key(1), &kept, now).await;
    assert_is_none(&storage, &key(1), end).await;
    let outcome = storage.update(&key(1), version, &kept, end).await;
    assert_eq!(outcome, UpdateOutcome::Gone);
    assert_eq!(storage.touch(&key(1), end, end).await, TouchOutcome::Gone);
    let long_after = end.saturating_add(Duration::from_millis(HOUR + 1));
    assert_eq!(storage.sweep(long_after, 100).await, 1);
    storage.keep_at(&key(1), &kept, now).await;
    storage
        .keep_at(&key(1), &ending(end, long_after), end)
        .await;
}

/// A session of Ada's that ends at this instant if it is not used.
fn ending(created: Timestamp, end: Timestamp) -> Record {
    let mut record = Record::new(
        scope(),
        ProofHash::new([1; 32]),
        created,
        b"content".as_slice(),
    );
    record.subject = Some("ada".into());
    record.idle_deadline = Some(end);
    record
}

async fn assert_is_live<S: Storage>(storage: &Trial<S>, key: &StorageKey, now: Timestamp) {
    assert!(storage.read(key, now).await.is_some());
    assert_eq!(storage.list(&subject("ada"), now).await.len(), 1);
}

async fn assert_is_none<S: Storage>(storage: &Trial<S>, key: &StorageKey, now: Timestamp) {
    assert_eq!(storage.read(key, now).await, None);
    assert_eq!(storage.list(&subject("ada"), now).await, []);
}
