//! A directory that only one Rust process writes.

mod claims;
mod create;
mod ending;
mod index;
mod opening;
mod state;
mod storage;
mod store;

pub use storage::ExclusiveDirectory;
