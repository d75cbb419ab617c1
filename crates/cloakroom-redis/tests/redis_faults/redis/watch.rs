//! Which changes are told.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{Change, CreateOutcome, RemoveOutcome, Storage, StorageKey};
use servers::{Redis, RedisCluster};

use super::samples::{
    NOW, after, connect, keep, key, listed, prefix, record, remove, remove_all, replace, scope,
    signed_in, subject, touch,
};
use super::told::Told;

/// Two storages with nothing in common but what lies in the server.
async fn two(prefix: &str) -> (RedisStorage, RedisStorage) {
    let url = Redis::shared().url();
    let storage = || connect(RedisStorage::server(&url).prefix(prefix));
    (storage().await, storage().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_of_a_record_is_told_whoever_makes_it() {
    let (storage, other) = two(&prefix()).await;
    keep(&other, 1, &record(b"before")).await;
    let mut told = Told::by(&storage).await;
    let mut idle = record(b"content");
    idle.idle_deadline = Some(after(Duration::from_secs(60)));
    for storage in [&other, &storage] {
        keep(storage, 2, &idle).await;
        told.is_told_of(2).await;
        replace(storage, 2, &idle).await;
        told.is_told_of(2).await;
        touch(storage, 2, after(Duration::from_secs(90))).await;
        told.is_told_of(2).await;
        assert_eq!(remove(storage, 2).await, RemoveOutcome::Removed);
        told.is_told_of(2).await;
    }
    told.is_told_of_nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_under_a_text_is_told_by_its_text() {
    let (storage, other) = two(&prefix()).await;
    let mut told = Told::by(&storage).await;
    let text = StorageKey::text("an id} of {somebody's").expect("it is short");
    let made = other.create(&text, &record(b""), None, NOW).await;
    assert!(matches!(made, Ok(CreateOutcome::Created(_))), "{made:?}");
    assert_eq!(told.next().await, Change::Record(text));
}

/// Also the one that is spared, which gets another number.
#[tokio::test(flavor = "multi_thread")]
async fn ending_the_sessions_of_a_subject_tells_each() {
    let (storage, other) = two(&prefix()).await;
    for number in 1..=3 {
        keep(&other, number, &signed_in("ada", b"content")).await;
    }
    let mut told = Told::by(&storage).await;
    assert_eq!(listed(&other, "ada").await.len(), 3);
    let (ada, spared) = (subject("ada"), key(3));
    let ended = other.remove_all(&ada, Some(&spared), NOW).await;
    assert_eq!(ended.expect("it answers"), 2);
    let changes = [told.next().await, told.next().await, told.next().await];
    for number in 1..=3 {
        assert!(changes.contains(&Change::Record(key(number))), "{number}");
    }
    assert_eq!(remove_all(&other, "ada").await, 1);
    told.is_told_of(3).await;
    told.is_told_of_nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_floor_and_an_emptied_server_may_change_anything() {
    let server = tokio::task::block_in_place(Redis::start);
    let storage = connect(RedisStorage::server(server.url())).await;
    keep(&storage, 1, &record(b"content")).await;
    let mut told = Told::by(&storage).await;
    storage.end_before(&scope(), NOW).await.expect("it answers");
    // As many as there are partitions at most.
    told.is_told_of_anything().await;
    keep(&storage, 2, &record(b"content")).await;
    while told.next().await != Change::Record(key(2)) {}
    assert_eq!(
        tokio::task::block_in_place(|| server.ask(&["FLUSHALL"])),
        "OK"
    );
    assert_eq!(told.next().await, Change::Anything);
}

/// Not of one whose prefix goes on from ours, nor of what others keep on the server.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_another_storage_are_not_told() {
    let prefix = prefix();
    let (storage, other) = two(&prefix).await;
    let (longer, _) = two(&format!("{prefix}1:")).await;
    let mut told = Told::by(&storage).await;
    keep(&longer, 1, &signed_in("ada", b"content")).await;
    let strange = format!("{prefix}more");
    assert_eq!(
        tokio::task::block_in_place(|| Redis::shared().ask(&["SET", &strange, "1"])),
        "OK"
    );
    keep(&other, 2, &signed_in("ada", b"content")).await;
    told.is_told_of(2).await;
}

/// On whichever of its masters a record lies.
#[tokio::test(flavor = "multi_thread")]
async fn changes_on_each_master_of_a_cluster_are_told() {
    let (urls, prefix) = (RedisCluster::shared().urls(), prefix());
    let builder = || RedisStorage::cluster(urls.clone()).prefix(&prefix);
    let (storage, other) = (connect(builder()).await, connect(builder()).await);
    let mut told = Told::by(&storage).await;
    for number in 0..60 {
        keep(&other, number, &signed_in("ada", b"content")).await;
        told.is_told_of(number).await;
    }
    storage.end_before(&scope(), NOW).await.expect("it answers");
    assert_eq!(told.next().await, Change::Anything);
}

/// Neither the connections nor what the server remembers for them stay behind.
#[tokio::test(flavor = "multi_thread")]
async fn who_stops_watching_leaves_no_connection_behind() {
    let server = tokio::task::block_in_place(Redis::start);
    let storage = connect(RedisStorage::server(server.url())).await;
    let listening = || {
        let info = tokio::task::block_in_place(|| server.ask(&["INFO", "clients"]));
        let mut lines = info.lines().map(str::trim);
        let count = lines.find_map(|line| line.strip_prefix("tracking_clients:"));
        count.expect("it says so").to_owned()
    };
    assert_eq!(listening(), "0");
    let told = Told::by(&storage).await;
    assert_eq!(listening(), "1");
    told.stop().await;
    servers::until("the server tells no more", || listening() == "0");
    keep(&storage, 1, &record(b"content")).await;
}
