//! What a request does to a session's storage and to its client: every rule about losing, renewing,
//! rotating and expiring, and nothing else.
//!
//! * **Pure.** No clock, no I/O, no async, no bytes: [`plan`] looks at what was presented, what the
//!   handler wishes, the provider's policy and the moment, and gives one storage step and one
//!   client step; [`settle`](settle::settle) looks at the storage's answer.
//! * **Small enough to enumerate.** The table test has a row for every row of the rules
//!   (`rules/request.md`), and all combinations are run against the invariants.
//! * **One place performs plans**: the manager (`commit`).

mod decide;
mod settle;
mod types;

pub(crate) use decide::plan;
pub(crate) use settle::{moves, settle, settle_joined};
pub use types::Failure;
pub(crate) use types::{
    Answer, Change, ClientStep, ConflictRule, Joined, Lies, Live, Moment, Next, Notes, Plan,
    Policy, Presented, ProofChange, ProofState, Removal, Replacement, Sent, Settled, StorageStep,
    Tracking, Wish,
};

#[cfg(test)]
mod enumeration;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod table;
