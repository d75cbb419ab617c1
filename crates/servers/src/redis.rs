//! Redis servers of their own: one alone, a cluster of three, a master and a replica with three
//! sentinels.
//!
//! * **Nothing acknowledged is lost by a kill**: each writes its file of commands before it
//!   answers (`appendfsync always`), as our documentation advises.
//! * **Patience**: a busy machine makes no server seem dead, but for sentinels that are told to look
//!   for that.

#![expect(
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
