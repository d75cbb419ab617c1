//! A disk that is full.

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{Storage, StorageErrorKind};
use cloakroom_testkit::Load;
use servers::{Redis, SmallDisk};

use super::samples::{connect, found, keep, key, listed, signed_in};

/// A server that cannot write a command to its file, as it was told to before it answers, goes down.
/// With room, and started again, it has what it acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_the_server_down_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(4 * 1024) else {
        return;
    };
    let mut server = tokio::task::block_in_place(|| Redis::start_with_data_on(&disk, &[]));
    let storage = connect(RedisStorage::server(server.url())).await;
    let load = Load::on(&storage, 0..8);
    load.until_done(300).await;
    load.until_failed_in(async || disk.fill()).await;
    tokio::task::block_in_place(|| servers::until("it is down", || server.is_down()));
    disk.clear();
    tokio::task::block_in_place(|| server.restart());
    load.until_done(300).await;
    let (done, failed) = load.check(&storage).await;
    println!("full: {done} calls succeeded, {failed} failed");
}

/// A server that writes its file once a second refuses what changes something for as long as it cannot
/// write; what is read and listed it answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_writes_later_refuses_changes_while_the_disk_is_full() {
    let Some(disk) = SmallDisk::mount(4 * 1024) else {
        return;
    };
    let later = ["--appendfsync everysec"];
    let server = tokio::task::block_in_place(|| Redis::start_with_data_on(&disk, &later));
    let storage = connect(RedisStorage::server(server.url())).await;
    keep(&storage, 1, &signed_in("ada", b"content")).await;
    let load = Load::on(&storage, 0..8);
    load.until_done(300).await;
    load.until_failed_in(async || disk.fill()).await;
    assert!(found(&storage, 1).await.is_some());
    assert_eq!(listed(&storage, "ada").await, [key(1)]);
    let refused = storage.remove(&key(1)).await.map_err(|error| error.kind());
    assert_eq!(refused, Err(StorageErrorKind::Unavailable));
    disk.clear();
    load.until_done(300).await;
    assert_eq!(listed(&storage, "ada").await, [key(1)]);
    let (done, failed) = load.check(&storage).await;
    println!("full, written later: {done} calls succeeded, {failed} failed");
}
