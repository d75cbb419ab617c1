//! Ktor's transformers beyond the recordings: the vectors that Ktor's own tests name, forgeries,
//! properties over all contents and tokens, and a second decoder that knows nothing of the first.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test may fail it"
)]

mod configuration;
mod decoder;
mod differential;
mod named;
mod padding;
mod properties;
mod support;
