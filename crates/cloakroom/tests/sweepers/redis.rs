//! On a Redis server.

use cloakroom::RedisStorage;
use servers::Redis;

use crate::four::one_of_four_sweeps;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_four_processes_sweeps_a_server_at_a_time() {
    let server = Redis::start();
    let storage = RedisStorage::server(server.url()).connect().await.unwrap();
    one_of_four_sweeps(&storage, &server.url()).await;
}
