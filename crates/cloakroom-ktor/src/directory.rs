//! Ktor's directory storage: a file for each session.
//!
//! * **Two types for two promises.** [`SharedDirectory`] keeps what can be kept in files that hold a
//!   text and nothing else, beside writers that ask nobody; [`ExclusiveDirectory`] keeps all of the
//!   contract, alone. The way from one to the other is [`ExclusiveDirectory::convert`].
//! * **Unix only**: what keeps every name below the root (`openat` without links), tells writers apart
//!   (`flock`) and lets a rename last (syncing a folder) has no like elsewhere.
//! * **No runtime is needed**, and none is held up: see `blocking`.

mod blocking;
mod draft;
mod error;
mod exclusive;
mod place;
mod shared;
mod step;
#[cfg(test)]
mod tests;
mod tree;

pub use error::{DirectoryError, DirectoryErrorKind};
pub use exclusive::ExclusiveDirectory;
pub use shared::SharedDirectory;
