//! A local cache over any storage: bounded, with a staleness that the application declares.
//!
//! [`Cached`] keeps copies of the records that this process reads, and answers `read` by them. It is
//! itself a [`Storage`](cloakroom_storage::Storage) with the whole contract, and what it makes weaker
//! is said on its page and nowhere else.
//!
//! * **Never later than declared.** A copy is served for less than the staleness, counted from before
//!   its reading was sent, by the monotonic clock and by the `now` of the calls, whichever says more (a
//!   machine that slept).
//! * **This process sees its own writes at once**: every write drops what it may have changed, whatever
//!   came of it, and what was being read meanwhile is not kept.
//! * **No copy says no.** That a record is not there, or has ended, is always the storage's own word.
//!   Nothing is remembered of what is not there, so that asking for it fills no memory.
//! * **Nothing final is decided by a copy**: `read_latest` goes past them.
//! * **Many at once are one**: reads of one record that come together make one read of the storage.
//! * **Push makes it fresher**, where the storage [tells of changes](cloakroom_storage::Watch). What it
//!   does not tell, time does.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use cloakroom_cache::Cached;
//! # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
//! # use cloakroom_storage::{ProofHash, Record, Scope, StorageKey};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let shared = MemoryStorage::new(); // In production: a database server.
//! // What another node changes is seen here at most two seconds later.
//! let storage = Cached::new(shared.clone(), Duration::from_secs(2)).unwrap();
//!
//! # let (key, now) = (StorageKey::hash([7; 32]), Timestamp::from_secs(100));
//! # let record = Record::new(Scope::new("shop/login"), ProofHash::new([1; 32]), now, vec![]);
//! shared.create(&key, &record, None, now).await.unwrap();
//! assert!(storage.read(&key, now).await.unwrap().is_some());
//! shared.remove(&key).await.unwrap(); // As another node would.
//! assert!(storage.read(&key, now).await.unwrap().is_some(), "a copy");
//! assert!(storage.read_latest(&key, now).await.unwrap().is_none());
//! # shared.create(&key, &record, None, now).await.unwrap();
//! # assert!(storage.read(&key, now).await.unwrap().is_some());
//! # shared.remove(&key).await.unwrap();
//!
//! let later = Timestamp::from_secs(102);
//! assert!(storage.read(&key, later).await.unwrap().is_none());
//! # }
//! ```

mod builder;
mod cached;
mod copies;
mod flight;
mod moment;
mod shared_error;
mod shelf;
mod storage;
mod watching;

pub use builder::{CachedBuilder, InvalidCache};
pub use cached::Cached;
pub use watching::Watching;

pub use cloakroom_storage::{Change, Watch};
