//! What this process writes it sees at once, whatever was being read.

use std::num::NonZeroU32;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use cloakroom_storage::{Storage, StorageError, SubjectLimit, WhenFull};
use cloakroom_testkit::{Call, When};
use tokio::task::yield_now;

use crate::house::{Asked, House, NOW, ada, content, key, of_ada, record, scope};

/// A call of this node on the record under `key(1)`.
async fn call(house: &House, call: Call) -> Result<(), StorageError> {
    let (cached, later) = (&house.cached, NOW.saturating_add(Duration::from_secs(9)));
    match call {
        Call::Create => drop(cached.create(&key(1), &record(), None, NOW).await?),
        Call::Update => {
            let found = house.store.read(&key(1), NOW).await?.unwrap();
            let key = key(1);
            drop(
                cached
                    .update(&key, found.version, &found.record, NOW)
                    .await?,
            );
        }
        Call::Touch => drop(cached.touch(&key(1), later, NOW).await?),
        Call::Remove => drop(cached.remove(&key(1)).await?),
        Call::RemoveAll => drop(cached.remove_all(&ada(), None, NOW).await?),
        Call::EndBefore => cached.end_before(&scope(), later).await?,
        other => panic!("{other:?} writes nothing"),
    }
    Ok(())
}

const WRITES: [Call; 6] = [
    Call::Create,
    Call::Update,
    Call::Touch,
    Call::Remove,
    Call::RemoveAll,
    Call::EndBefore,
];

/// Rules: staleness.
#[tokio::test]
async fn each_write_drops_the_copy_whatever_comes_of_it() {
    for write in WRITES {
        for fault in [None, Some(When::BeforeEffect), Some(When::AfterEffect)] {
            let house = House::with_a_copy_of(&of_ada()).await;
            house.changed_elsewhere(b"hat").await;
            if let Some(when) = fault {
                house.faulty.fail_next(write, when);
            }
            let answer = call(&house, write).await;
            assert_eq!(answer.is_err(), fault.is_some(), "{write:?} {fault:?}");
            let there = house.store.read(&key(1), NOW).await.unwrap();
            assert_eq!(house.read(NOW).await, there, "{write:?} {fault:?}");
        }
    }
}

/// Rules: staleness.
#[tokio::test]
async fn each_write_drops_the_copy_also_where_its_future_is_dropped() {
    for write in WRITES {
        let house = House::with_a_copy_of(&of_ada()).await;
        house.faulty.hang_next(write, When::AfterEffect);
        {
            let mut dropped = pin!(call(&house, write));
            let polled = std::future::poll_fn(|cx| Poll::Ready(dropped.as_mut().poll(cx))).await;
            assert!(polled.is_pending(), "{write:?}");
        }
        let there = house.store.read(&key(1), NOW).await.unwrap();
        assert_eq!(house.read(NOW).await, there, "{write:?}");
    }
}

/// Rules: staleness.
#[tokio::test]
async fn a_read_that_crosses_a_write_is_not_kept() {
    for write in WRITES {
        let house = House::new();
        house.made_elsewhere(&key(1), &of_ada()).await;
        house.faulty.hang_next(Call::Read, When::AfterEffect);
        let crossing = async {
            yield_now().await;
            house.changed_elsewhere(b"hat").await;
            call(&house, write).await.unwrap();
            // Who asks now does not join what was sent before.
            let there = house.store.read(&key(1), NOW).await.unwrap();
            assert_eq!(house.read(NOW).await, there, "{write:?}");
            call(&house, write).await.ok();
            house.faulty.release();
        };
        let (found, ()) = tokio::join!(house.read(NOW), crossing);
        assert_eq!(content(found), b"coat", "{write:?}: it was sent before");
        let there = house.store.read(&key(1), NOW).await.unwrap();
        assert_eq!(house.read(NOW).await, there, "{write:?}");
    }
}

/// A login under a limit may end another session of the subject.
#[tokio::test]
async fn the_session_that_makes_room_for_another_is_not_served() {
    let house = House::with_a_copy_of(&of_ada()).await;
    let one = SubjectLimit::new(NonZeroU32::MIN, WhenFull::EndOldest);
    drop(
        house
            .cached
            .create(&key(2), &of_ada(), Some(one), NOW)
            .await
            .unwrap(),
    );
    assert_eq!(house.read(NOW).await, None);
}

#[tokio::test]
async fn ending_one_subjects_sessions_keeps_the_copies_of_others() {
    let house = House::with_a_copy_of(&of_ada()).await;
    let mut of_ben = of_ada();
    of_ben.subject = Some("ben".into());
    house.made_elsewhere(&key(2), &of_ben).await;
    house.made_elsewhere(&key(3), &record()).await;
    let read_others = async || {
        for number in [2, 3] {
            let found = house.cached.read(&key(number), NOW).await.unwrap();
            assert!(found.is_some());
        }
    };
    read_others().await;
    house.cached.remove_all(&ada(), None, NOW).await.unwrap();
    house.spy.take_calls();
    read_others().await;
    // One in 4,096 shares ada's group.
    assert!(house.reads() <= 1);
    assert_eq!(house.read(NOW).await, None);
}

/// The number that it has now is the one by which it outlives the others.
#[tokio::test]
async fn the_session_that_outlives_the_others_is_read_anew() {
    let house = House::with_a_copy_of(&of_ada()).await;
    let before = house.read(NOW).await.unwrap().record.subject_number;
    assert_eq!(
        house
            .cached
            .remove_all(&ada(), Some(&key(1)), NOW)
            .await
            .unwrap(),
        0
    );
    assert!(house.read(NOW).await.unwrap().record.subject_number > before);
}

#[tokio::test]
async fn a_clone_is_the_same_cache() {
    let house = House::with_a_copy_of(&record()).await;
    let clone: cloakroom_cache::Cached<Asked> = house.cached.clone();
    clone.remove(&key(1)).await.unwrap();
    assert_eq!(house.read(NOW).await, None);
}

/// Two caches over one storage are two nodes: what both promise holds between them too.
#[tokio::test]
async fn a_version_that_another_node_has_replaced_is_a_conflict_with_what_lies_there() {
    let house = House::with_a_copy_of(&record()).await;
    let stale = house.read(NOW).await.unwrap();
    house.changed_elsewhere(b"hat").await;
    let cloakroom_storage::UpdateOutcome::Conflict(theirs) = house
        .cached
        .update(&key(1), stale.version, &stale.record, NOW)
        .await
        .unwrap()
    else {
        panic!("the version is an old one");
    };
    assert_eq!(&*theirs.record.content, b"hat");
    assert_eq!(content(house.read(NOW).await), b"hat");
}
