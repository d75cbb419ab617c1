//! Many who sign in and out at once, in a cluster, where index and records lie apart.

use std::num::NonZeroU32;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{CreateOutcome, Storage, SubjectLimit, WhenFull};
use servers::RedisCluster;
use tokio::task::JoinSet;

use super::samples::{
    connect, create, found, keep, key, listed, prefix, remove, remove_all, signed_in,
};

const TASKS: u64 = 16;
const EACH: u64 = 24;

async fn in_cluster() -> RedisStorage {
    let urls = tokio::task::block_in_place(|| RedisCluster::shared().urls());
    connect(RedisStorage::cluster(urls).prefix(prefix())).await
}

/// What can be read is listed, and nothing else.
async fn assert_index_is_complete(storage: &RedisStorage, name: &str, numbers: u64) -> usize {
    let listed = listed(storage, name).await;
    for number in 0..numbers {
        let is_there = found(storage, number).await.is_some();
        assert_eq!(is_there, listed.contains(&key(number)), "{number}");
    }
    listed.len()
}

/// The index of a subject misses none of the sign-ins that come at once.
#[tokio::test(flavor = "multi_thread")]
async fn logins_at_once_are_all_in_the_index() {
    let storage = in_cluster().await;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let storage = storage.clone();
        let _task = tasks.spawn(async move {
            for number in task * EACH..(task + 1) * EACH {
                keep(&storage, number, &signed_in("ada", b"content")).await;
                if number % 3 == 0 {
                    let _removed = remove(&storage, number).await;
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("no panic");
    }
    let left = assert_index_is_complete(&storage, "ada", TASKS * EACH).await;
    assert_eq!(left as u64, TASKS * EACH * 2 / 3);
    assert_eq!(remove_all(&storage, "ada").await, TASKS * EACH * 2 / 3);
    assert_eq!(
        assert_index_is_complete(&storage, "ada", TASKS * EACH).await,
        0
    );
}

/// Sign-ins under a limit, endings of one and of all, and lists, all at once: no moment shows more
/// sessions than allowed, and in the end index and records agree.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_in_the_midst_of_everything() {
    const MAX: usize = 3;
    let storage = in_cluster().await;
    let max = NonZeroU32::new(MAX as u32).expect("it is not 0");
    let limit = Some(SubjectLimit::new(max, WhenFull::EndOldest));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let storage = storage.clone();
        let _task = tasks.spawn(async move {
            for number in task * EACH..(task + 1) * EACH {
                match (task + number) % 8 {
                    0 => drop(remove(&storage, number.saturating_sub(2)).await),
                    1 if number % 3 == 0 => drop(remove_all(&storage, "ada").await),
                    2 | 3 => assert!(listed(&storage, "ada").await.len() <= MAX),
                    _ => {
                        let record = signed_in("ada", b"content");
                        let outcome = create(&storage, number, &record, limit).await;
                        assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
                    }
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("no panic");
    }
    let left = assert_index_is_complete(&storage, "ada", TASKS * EACH).await;
    assert!(left <= MAX, "{left}");
    let swept = storage
        .sweep(cloakroom_storage::Timestamp::MAX, 1_000)
        .await;
    assert_eq!(
        swept.expect("it answers"),
        0,
        "nothing has ended by a deadline"
    );
}
