//! A SQLite file.
//!
//! * **One writer, pooled readers**, each a thread with a connection and its statements prepared: no
//!   call runs on a thread of the application's runtime, and none waits for another's statement to
//!   be parsed. In WAL mode readers and the writer do not wait for each other.
//! * **What waits is committed together.** Whatever calls have come while the writer was busy share
//!   its next transaction, and are answered when that is on disk. Where one of them fails, all are
//!   undone, and each is done again alone.
//! * **Numbers of versions are taken by the block**, in a transaction of its own, so that they cost
//!   nothing and are not given again, by this process or another one.
//! * **A call that nobody waits for any more is not begun**; one that has begun is finished.

mod builder;
mod connection;
mod job;
mod prepared;
mod reader;
mod storage;
mod synchronous;
#[cfg(test)]
mod tests;
mod writer;

pub use builder::SqliteStorageBuilder;
pub use storage::SqliteStorage;
pub use synchronous::Synchronous;
