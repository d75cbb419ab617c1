//! Four processes that sweep one storage.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "how a test fails and tells; the lints spare the tests themselves, not their helpers"
)]

mod child;
mod four;
mod postgres;
mod redis;
mod sqlite;
