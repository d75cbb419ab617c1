//! The storages on a file and on real servers: the suite for every storage, and faults.

#![cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#![expect(clippy::panic, clippy::unwrap_used, reason = "how a test fails")]

#[macro_use]
mod faults;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
mod refused;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod trips;

use cloakroom_storage::Timestamp;

/// The beginning of the year 2100.
const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);
