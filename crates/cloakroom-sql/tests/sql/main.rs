//! The storages on a file and on real servers: the suite for every storage, and faults.

#![cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "how a test fails"
)]

#[cfg(any(feature = "mysql", feature = "postgres"))]
mod crash;
mod ledger;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod proxy;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod trips;
