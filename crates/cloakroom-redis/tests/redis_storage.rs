//! The storage passes the suite, on one server, in a cluster and under sentinels.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloakroom_redis::RedisStorage;

/// The suite is about what is answered, not how soon: the machine may have much else to do.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A prefix that no other storage of this program has.
fn prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("suite{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

mod redis {
    use super::{RedisStorage, TIMEOUT, prefix};

    mod server {
        use super::{RedisStorage, TIMEOUT, prefix};

        async fn empty() -> RedisStorage {
            let builder = RedisStorage::server(servers::Redis::shared().url());
            builder
                .prefix(prefix())
                .timeout(TIMEOUT)
                .connect()
                .await
                .expect("the server answers")
        }

        cloakroom_testkit::storage_suite!(empty);
    }

    mod cluster {
        use super::{RedisStorage, TIMEOUT, prefix};

        async fn empty() -> RedisStorage {
            let builder = RedisStorage::cluster(servers::RedisCluster::shared().urls());
            let storage = builder.prefix(prefix()).timeout(TIMEOUT).connect().await;
            storage.expect("the cluster answers")
        }

        cloakroom_testkit::storage_suite!(empty);
    }

    mod sentinel {
        use super::{RedisStorage, TIMEOUT, prefix};

        async fn empty() -> RedisStorage {
            let servers = servers::RedisSentinel::shared();
            let builder = RedisStorage::sentinel(servers.urls(), servers.master_name());
            let storage = builder.prefix(prefix()).timeout(TIMEOUT).connect().await;
            storage.expect("the master answers")
        }

        cloakroom_testkit::storage_suite!(empty);
    }
}
