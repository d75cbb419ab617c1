//! What a cache serves, for how long, and what makes it ask the storage.

#![expect(
    unused_must_use,
    clippy::unwrap_used,
    clippy::panic,
    reason = "how a test fails, and what a call came to is seen by what is read after it"
)]

mod bounds;
mod house;
mod stale;
mod stampede;
mod watching;
mod written;
