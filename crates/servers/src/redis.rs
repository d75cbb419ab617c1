//! Redis servers of their own: one alone, a cluster of three, a master and a replica with three
//! sentinels.
//!
//! * **Nothing acknowledged is lost by a kill**: each writes its file of commands before it
//!   answers (`appendfsync always`), as our documentation advises.
//! * **Quick to notice**: nodes and sentinels take a server for dead after one or two seconds.

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "how a test fails"
)]

mod cluster;
mod sentinel;
mod server;

pub use cluster::RedisCluster;
pub use sentinel::RedisSentinel;
pub use server::Redis;
