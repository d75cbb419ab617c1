//! How old a copy may be, and what is never answered by one.

use std::time::Duration;

use cloakroom_storage::Storage;
use cloakroom_testkit::Call;
use tokio::time::advance;

use crate::house::{House, MILLI, NOW, STALENESS, content, key, record};

/// Rules: staleness.
#[tokio::test]
async fn a_session_that_ended_elsewhere_is_served_until_the_staleness_to_the_millisecond() {
    let house = House::with_a_copy_of(&record()).await;
    house.store.remove(&key(1)).await.unwrap();
    let last = NOW.saturating_add(STALENESS - MILLI);
    assert!(house.read(last).await.is_some());
    assert_eq!(house.reads(), 0);
    assert_eq!(house.read(NOW.saturating_add(STALENESS)).await, None);
    assert_eq!(house.read(last).await, None, "it stays ended");
}

/// Rules: staleness.
#[tokio::test(start_paused = true)]
async fn the_monotonic_clock_ends_a_copy_where_the_other_stands_still_or_goes_back() {
    let house = House::with_a_copy_of(&record()).await;
    house.changed_elsewhere(b"hat").await;
    advance(STALENESS - Duration::from_nanos(1)).await;
    assert_eq!(content(house.read(NOW).await), b"coat");
    let before = NOW.saturating_sub(Duration::from_secs(60));
    assert_eq!(content(house.read(before).await), b"coat");
    advance(Duration::from_nanos(1)).await;
    assert_eq!(content(house.read(before).await), b"hat");
}

/// Rules: staleness.
#[tokio::test(start_paused = true)]
async fn the_age_of_a_copy_counts_from_before_its_reading_was_sent() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    house
        .faulty
        .hang_next(Call::Read, cloakroom_testkit::When::AfterEffect);
    let slow = async {
        tokio::task::yield_now().await;
        advance(STALENESS - MILLI).await;
        house.changed_elsewhere(b"hat").await;
        house.faulty.release();
    };
    let (found, ()) = tokio::join!(house.read(NOW), slow);
    assert_eq!(content(found), b"coat");
    assert_eq!(content(house.read(NOW).await), b"coat", "a copy");
    advance(MILLI).await;
    assert_eq!(content(house.read(NOW).await), b"hat");
}

/// Rules: staleness.
#[tokio::test]
async fn nobody_joins_a_reading_that_began_a_staleness_ago() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    house
        .faulty
        .hang_next(Call::Read, cloakroom_testkit::When::AfterEffect);
    let later = async {
        tokio::task::yield_now().await;
        house.store.remove(&key(1)).await.unwrap();
        let found = house.read(NOW.saturating_add(STALENESS)).await;
        house.faulty.release();
        found
    };
    let (first, second) = tokio::join!(house.read(NOW), later);
    assert!(first.is_some());
    assert_eq!(second, None);
    assert_eq!(house.read(NOW).await, None, "what came late is not kept");
}

/// A deadline is judged by each call, also of a copy.
#[tokio::test]
async fn a_copy_ends_at_its_deadlines_to_the_millisecond() {
    let mut ends = record();
    ends.idle_deadline = Some(NOW.saturating_add(MILLI * 500));
    ends.absolute_deadline = Some(NOW.saturating_add(MILLI * 900));
    let house = House::with_a_copy_of(&ends).await;
    assert!(house.read(NOW.saturating_add(MILLI * 499)).await.is_some());
    assert_eq!(house.reads(), 0);
    assert_eq!(house.read(NOW.saturating_add(MILLI * 500)).await, None);
}

/// Rules: latest-word.
#[tokio::test]
async fn a_session_that_was_prolonged_elsewhere_does_not_end_by_its_copy() {
    let mut ends = record();
    ends.idle_deadline = Some(NOW.saturating_add(MILLI * 500));
    let house = House::with_a_copy_of(&ends).await;
    let longer = NOW.saturating_add(MILLI * 900);
    house.store.touch(&key(1), longer, NOW).await.unwrap();
    let found = house.read(NOW.saturating_add(MILLI * 500)).await;
    assert_eq!(found.unwrap().record.idle_deadline, Some(longer));
}

/// Rules: latest-word.
#[tokio::test]
async fn what_was_not_there_is_found_as_soon_as_it_is_made_elsewhere() {
    let house = House::new();
    assert_eq!(house.read(NOW).await, None);
    house.made_elsewhere(&key(1), &record()).await;
    assert!(house.read(NOW).await.is_some());
    assert_eq!(house.reads(), 2);
}

/// Rules: latest-word.
#[tokio::test]
async fn the_latest_word_goes_past_the_copy_and_takes_its_place() {
    let house = House::with_a_copy_of(&record()).await;
    house.changed_elsewhere(b"hat").await;
    assert_eq!(content(house.read(NOW).await), b"coat");
    let latest = house.cached.read_latest(&key(1), NOW).await.unwrap();
    assert_eq!(content(latest), b"hat");
    assert_eq!(house.reads(), 1);
    assert_eq!(content(house.read(NOW).await), b"hat");
    assert_eq!(house.reads(), 0);
    house.store.remove(&key(1)).await.unwrap();
    assert_eq!(house.cached.read_latest(&key(1), NOW).await.unwrap(), None);
    assert_eq!(house.read(NOW).await, None, "the copy is gone too");
}

/// Rules: latest-word.
#[tokio::test]
async fn the_latest_word_joins_no_reading_that_began_before_it_was_asked_for() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    house
        .faulty
        .hang_next(Call::Read, cloakroom_testkit::When::AfterEffect);
    let later = async {
        tokio::task::yield_now().await;
        house.changed_elsewhere(b"hat").await;
        let latest = house.cached.read_latest(&key(1), NOW).await.unwrap();
        house.faulty.release();
        latest
    };
    let (first, latest) = tokio::join!(house.read(NOW), later);
    assert_eq!(
        (content(first), content(latest)),
        (b"coat".to_vec(), b"hat".to_vec())
    );
    assert_eq!(
        content(house.read(NOW).await),
        b"hat",
        "the later one is kept"
    );
}
