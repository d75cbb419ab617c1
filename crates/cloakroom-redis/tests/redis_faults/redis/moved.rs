//! Slots of a cluster that move while they are in use.

use std::sync::Arc;

use cloakroom_redis::RedisStorage;
use cloakroom_testkit::{Ledger, Load};
use servers::RedisCluster;

use super::samples::connect;

/// Nothing is lost, and calls that meet a slot on the move wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_moves_under_load_loses_nothing() {
    let cluster = tokio::task::block_in_place(|| Arc::new(RedisCluster::start()));
    let storage = connect(RedisStorage::cluster(cluster.urls())).await;
    let ledgers = (0..8).map(|writer| Ledger::of(writer).without_floors());
    let load = Load::of(&storage, ledgers);
    load.until_done(2_000).await;
    move_slots(&cluster, &load).await;
    let (done, failed) = load.check(&storage).await;
    assert_eq!(failed, 0, "of {done} calls");
    println!("moved: {done} calls succeeded, {failed} failed");
}

/// A floor is 256 calls at once. The cluster's client may wait for itself then, until all that is under
/// way is late: nothing is lost, and the service resumes.
#[tokio::test(flavor = "multi_thread")]
async fn floors_while_a_slot_moves_lose_nothing() {
    let cluster = tokio::task::block_in_place(|| Arc::new(RedisCluster::start()));
    let storage = connect(RedisStorage::cluster(cluster.urls())).await;
    let load = Load::on(&storage, 0..8);
    load.until_done(1_000).await;
    move_slots(&cluster, &load).await;
    let (done, failed) = load.check(&storage).await;
    println!("moved, with floors: {done} calls succeeded, {failed} failed");
}

async fn move_slots(cluster: &Arc<RedisCluster>, load: &Load) {
    for partition in ["{00}", "{7a}", "{c3}", "{ff}"] {
        let cluster = Arc::clone(cluster);
        let moving = move || cluster.move_slot(cluster.slot_of(partition));
        tokio::task::spawn_blocking(moving)
            .await
            .expect("the slot moves");
        load.until_done(200).await;
    }
}
