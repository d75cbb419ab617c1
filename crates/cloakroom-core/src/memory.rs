//! A storage in this process's memory.
//!
//! * **Two kinds of shards, one lock order.** Records lie in 64 shards by key, the sessions and
//!   numbers of subjects in 64 shards by subject, each behind its own mutex. A thread holds at most
//!   one of each kind, and takes the subject's first: no deadlock is possible.
//! * **What makes or ends a record with a subject holds the subject's lock.** Sign-ins and endings
//!   of one subject come one after the other; `read`, `update` and `touch` take the record's lock
//!   alone.
//! * **Nothing is awaited under a lock**, nothing is awaited at all: every call is whole when its
//!   future is first polled, and a future that was never polled did nothing.
//! * **An index of ends, corrected late.** Moving a deadline forward leaves the index as it is;
//!   whoever looks for what ended puts right what it finds there. So an update costs no search in
//!   a tree, and a sweep looks at what is due only.
//! * **Bounded.** Records with a subject, records without, and remembered numbers of subjects each
//!   have a limit of their own.

mod builder;
mod create;
mod ending;
mod entry;
mod locks;
mod places;
mod shard;
mod storage;
mod store;
mod subjects;
#[cfg(test)]
mod tests;

pub use builder::MemoryStorageBuilder;
pub use storage::MemoryStorage;
