//! Sessions that move from one real store to another while they are in use.

#![expect(
    clippy::unwrap_used,
    reason = "how a test fails; the lints spare the tests themselves, not their helpers"
)]

mod mariadb;
mod postgres;
mod redis;
mod traffic;
