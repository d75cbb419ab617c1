//! What is told when connections break and servers die: that anything may have changed, and then
//! all that follows.

use std::pin::pin;
use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{Change, Watch as _};
use servers::{Fate, Proxy, Redis, RedisCluster, RedisSentinel};
use tokio::sync::mpsc;

use super::samples::{connect, keep, key, prefix, record, replace};
use super::told::Told;

/// Long enough for a busy machine, short enough for a test that waits for it twice.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A connection that is closed, one on which nothing arrives any more, and a server that is out of
/// reach for some time.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_found_out_and_listening_begins_anew() {
    let server = Redis::shared();
    let (proxy, prefix) = (Proxy::before(server.port()).await, prefix());
    let through = RedisStorage::server(proxy.url(&server.url())).prefix(&prefix);
    let through = connect(through.timeout(TIMEOUT)).await;
    let other = connect(RedisStorage::server(server.url()).prefix(&prefix)).await;
    let mut told = Told::by(&through).await;
    for (number, fate) in [(1, Fate::IsRefused), (2, Fate::LosesAnswers)] {
        let dials = proxy.dials();
        proxy.let_it_be(fate);
        // Nobody is told of this one.
        keep(&other, number, &record(b"content")).await;
        proxy.until_dialed_after(dials).await;
        told.is_told_of_nothing_more();
        proxy.let_it_be(Fate::Passes);
        told.is_told_of_anything().await;
        keep(&other, 100 + number, &record(b"content")).await;
        told.is_told_of(100 + number).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_listened_to_again() {
    let mut server = tokio::task::block_in_place(Redis::start);
    let storage = connect(RedisStorage::server(server.url())).await;
    let mut told = Told::by(&storage).await;
    tokio::task::block_in_place(|| {
        server.kill();
        server.restart();
    });
    told.is_told_of_anything().await;
    keep(&storage, 1, &record(b"content")).await;
    told.is_told_of(1).await;
}

/// One of three comes back. The two others are listened to again with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_comes_back_is_listened_to_again() {
    let mut cluster = tokio::task::block_in_place(RedisCluster::start);
    let builder = RedisStorage::cluster(cluster.urls());
    let storage = connect(builder.clone().timeout(TIMEOUT)).await;
    let mut told = Told::by(&storage).await;
    tokio::task::block_in_place(|| {
        cluster.nodes()[0].kill();
        cluster.nodes()[0].restart();
    });
    told.is_told_of_anything().await;
    // With connections of its own: those of the first one would find out by a call that fails.
    let other = connect(builder.timeout(5 * TIMEOUT)).await;
    for number in 0..30 {
        keep(&other, number, &record(b"content")).await;
        told.is_told_of(number).await;
    }
}

/// From when it has a slot: what is changed there is told, though nobody named the node.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_joins_a_cluster_is_listened_to() {
    let cluster = tokio::task::block_in_place(RedisCluster::start);
    let storage = RedisStorage::cluster(cluster.urls()).timeout(TIMEOUT);
    let storage = connect(storage).await;
    let mut told = Told::by(&storage).await;
    keep(&storage, 1, &record(b"content")).await;
    told.is_told_of(1).await;
    // Where the record of this number lies.
    let partition = "{9e}";
    let (fourth, keys) = tokio::task::block_in_place(|| {
        let (fourth, slot) = (cluster.grow(), cluster.slot_of(partition));
        cluster.move_slot_to(slot, &fourth);
        let keys = fourth.ask(&["DBSIZE"]);
        (fourth, keys)
    });
    assert!(keys.parse().is_ok_and(|keys: u32| keys > 0), "{keys}");
    told.is_told_of_anything().await;
    replace(&storage, 1, &record(b"other")).await;
    told.is_told_of(1).await;
    drop(fourth);
}

/// What was a replica is listened to as soon as the sentinels name it.
#[tokio::test(flavor = "multi_thread")]
async fn the_master_after_a_failover_is_listened_to() {
    let missed = Duration::from_secs(1);
    let mut servers = tokio::task::block_in_place(|| RedisSentinel::start(missed));
    let builder = RedisStorage::sentinel(servers.urls(), servers.master_name());
    let storage = connect(builder.timeout(TIMEOUT)).await;
    let mut told = Told::by(&storage).await;
    keep(&storage, 1, &record(b"content")).await;
    told.is_told_of(1).await;
    tokio::task::block_in_place(|| servers.kill_master());
    told.is_told_of_anything().await;
    keep(&storage, 2, &record(b"content")).await;
    told.is_told_of(2).await;
}

/// Both servers go on running.
#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_became_a_replica_is_left_for_the_new_one() {
    let missed = Duration::from_secs(60);
    let servers = tokio::task::block_in_place(|| RedisSentinel::start(missed));
    let builder = RedisStorage::sentinel(servers.urls(), servers.master_name());
    let storage = connect(builder.timeout(TIMEOUT)).await;
    let mut told = Told::by(&storage).await;
    tokio::task::block_in_place(|| servers.demote_master());
    told.is_told_of_anything().await;
    keep(&storage, 1, &record(b"content")).await;
    told.is_told_of(1).await;
}

/// Of what comes while nobody polls so much is kept, and no more: then it is said that anything may have
/// changed, and nothing is missed for good.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_for_long_is_told_that_anything_may_have_changed() {
    let builder = RedisStorage::server(Redis::shared().url()).prefix(prefix());
    let storage = connect(builder).await;
    let (sender, mut changes) = mpsc::unbounded_channel();
    let mut watching = pin!(storage.watch(move |change| {
        sender.send(change).ok();
    }));
    let mut told = async || {
        let next = async {
            tokio::select! {
                () = &mut watching => None,
                change = changes.recv() => change,
            }
        };
        let next = tokio::time::timeout(20 * TIMEOUT, next).await;
        next.expect("it is told in time").expect("it watches")
    };
    assert_eq!(told().await, Change::Anything, "it listens");
    for number in 0..3_000 {
        keep(&storage, number, &record(b"content")).await;
    }
    assert_eq!(told().await, Change::Anything, "something was missed");
    keep(&storage, 3_000, &record(b"content")).await;
    while told().await != Change::Record(key(3_000)) {}
}
