//! Real database servers for tests: started on loopback, on free ports, in temporary folders, and
//! stopped when they are dropped, or when the program that started them ends.
//!
//! They are the servers of Debian's packages; `./test.sh` installs them. A [`Proxy`] before one of them
//! breaks what comes and goes, and a [`SmallDisk`] below one can be full.

mod mariadb;
mod postgres;
mod process;
mod proxy;
mod redis;
mod small_disk;
mod until;

pub use mariadb::MariaDb;
pub use postgres::Postgres;
pub use proxy::{Fate, Proxy};
pub use redis::{Redis, RedisCluster, RedisSentinel};
pub use small_disk::SmallDisk;
pub use until::until;
