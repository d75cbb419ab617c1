//! Providers with another session system's ways, and sessions that move from one form to another.

#![expect(
    clippy::unwrap_used,
    reason = "how a test fails; the lints spare the tests themselves, not their helpers"
)]

mod by_id;
mod by_value;
mod followed;
mod refused;
mod rules;
mod stores;
mod town;
