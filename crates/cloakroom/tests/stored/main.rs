//! Stored sessions (by id), from the outside: a real router, real requests, two and more per test.
//!
//! One binary for all themes, so that they share the shop and one link step.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "how a test fails; the lints spare the tests themselves, not their helpers"
)]

mod at_rest;
mod by_id;
mod committed_early;
mod conflicts;
mod deadlines;
mod failures;
mod rotation;
mod shop;
mod sign_in;
mod subjects;
mod sweeping;
