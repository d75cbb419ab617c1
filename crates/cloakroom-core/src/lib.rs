//! Typed sessions: providers, transports, trackers, codecs, transformers, the native token, plan
//! and manager. No framework, no HTTP types.

mod event;
mod plan;
mod refusal;

pub use event::{Event, EventKind, LogHandle, Observer, RenewReason};
pub use refusal::Refusal;
