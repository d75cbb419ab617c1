//! What Ktor's own tests of sessions ask, asked of Ktor's profiles; and where the profiles differ
//! from Ktor. `docs/ktor/tests.md` says which test stands for which of Ktor's.

#![expect(
    clippy::unwrap_used,
    reason = "how a test fails; the lints spare the tests themselves, not their helpers"
)]

mod auth;
mod by_id;
mod by_value;
mod compatible;
mod differences;
mod house;
mod modified;
mod moved;
mod providers;
mod reflection;
mod routes;
#[cfg(unix)]
mod shared;
mod transformers;
