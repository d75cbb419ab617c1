//! A server that is killed in the middle of a load, and started again.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_testkit::Load;
use servers::{Redis, RedisCluster};

use super::samples::connect;

/// With `appendfsync always` nothing that was acknowledged is lost, nothing that was ended comes
/// back, and the service resumes by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing_and_is_back_when_it_is_started() {
    let mut server = Redis::start();
    let storage = connect(RedisStorage::server(server.url())).await;
    let load = Load::on(&storage, 0..8);
    for _ in 0..3 {
        load.until_done(300).await;
        load.until_failed_in(async || tokio::task::block_in_place(|| server.kill()))
            .await;
        tokio::task::block_in_place(|| server.restart());
    }
    load.until_done(300).await;
    let (done, failed) = load.check(&storage).await;
    println!("kill: {done} calls succeeded, {failed} failed");
}

/// A node of a cluster that is killed: its sessions wait for it, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_nothing_and_is_back_when_it_is_started() {
    let mut cluster = tokio::task::block_in_place(RedisCluster::start);
    let builder = RedisStorage::cluster(cluster.urls()).timeout(Duration::from_millis(500));
    let storage = connect(builder).await;
    let load = Load::on(&storage, 0..8);
    for number in 0..3 {
        load.until_done(300).await;
        load.until_failed_in(async || {
            tokio::task::block_in_place(|| cluster.nodes()[number].kill());
        })
        .await;
        tokio::task::block_in_place(|| cluster.nodes()[number].restart());
    }
    load.until_done(300).await;
    let (done, failed) = load.check(&storage).await;
    println!("node killed: {done} calls succeeded, {failed} failed");
}
