//! A master that dies, and the replica that takes its place.

use std::num::NonZeroU32;
use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_testkit::Load;
use servers::RedisSentinel;

use super::samples::connect;

/// With `acknowledged_by` nothing that was acknowledged is lost with the master, though the replica
/// was cut off when it died. The new master, which knows no script, is found and told by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_failover_loses_nothing_that_a_replica_has_acknowledged() {
    let missed = Duration::from_secs(1);
    let mut servers = tokio::task::block_in_place(|| RedisSentinel::start(missed));
    let storage = RedisStorage::sentinel(servers.urls(), servers.master_name())
        .acknowledged_by(NonZeroU32::MIN, Duration::from_millis(300))
        .timeout(Duration::from_secs(1));
    let storage = connect(storage).await;
    let load = Load::on(&storage, 0..8);
    load.until_done(500).await;
    let before = servers.master_port();
    // What the master takes from then on nobody else will ever have, and nobody acknowledges.
    load.until_failed_in(async || tokio::task::block_in_place(|| servers.cut_replica_off()))
        .await;
    tokio::task::block_in_place(|| {
        servers.kill_master();
        servers.let_replica_go_on();
        servers.until_other_master(before);
        servers.restart_killed();
    });
    load.until_done(500).await;
    let (done, failed) = load.check(&storage).await;
    println!("failover: {done} calls succeeded, {failed} failed");
}
