//! Shards behind mutexes.
//!
//! * **A poisoned mutex is used on.** Nothing under a lock calls foreign code or leaves a shard
//!   half changed; one panic must not turn every later request into an error.

use std::array;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many shards there are of each kind: enough that threads seldom meet, few enough to ask all.
pub(super) const SHARDS: usize = 64;

/// [`SHARDS`] shards, each behind its own mutex.
#[derive(Debug)]
pub(super) struct Locks<T>([Mutex<T>; SHARDS]);

impl<T> Locks<T> {
    pub(super) fn new(shard: impl Fn(usize) -> T) -> Self {
        Self(array::from_fn(|place| Mutex::new(shard(place))))
    }

    /// The shard at `place`, counted round and round.
    pub(super) fn at(&self, place: usize) -> MutexGuard<'_, T> {
        let [first, ..] = &self.0;
        let shard = self.0.get(place % SHARDS).unwrap_or(first);
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
