//! Real database servers for tests: started on loopback, on free ports, in temporary folders, and
//! stopped when they are dropped, or when the program that started them ends.
//!
//! They are the servers of Debian's packages; `./test.sh` installs them.

mod mariadb;
mod postgres;
mod process;
mod redis;

pub use mariadb::MariaDb;
pub use postgres::Postgres;
pub use redis::{Redis, RedisCluster, RedisSentinel};
