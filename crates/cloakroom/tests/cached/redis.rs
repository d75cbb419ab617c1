//! Redis tells of changes to whoever tracks them.

use cloakroom::RedisStorage;
use servers::Redis;

use crate::told::what_one_node_does_is_seen_at_the_other;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_does_is_seen_at_the_other_as_redis_tells_it() {
    let connect = || RedisStorage::server(Redis::shared().url()).connect();
    let storages = [connect().await.unwrap(), connect().await.unwrap()];
    what_one_node_does_is_seen_at_the_other(storages).await;
}
