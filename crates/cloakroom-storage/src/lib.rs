//! The contract between cloakroom and what keeps its server-side sessions.
//!
//! A storage implements [`Storage`]; everything that it needs to know is on that trait's page and
//! on the pages of the types that it names. It never sees a session id, a key or a cookie: it is
//! given a [`StorageKey`] (a hash) and a [`Record`] (opaque bytes, deadlines, hashes of proofs).
//!
//! * **No upsert.** [`Storage::create`] makes, [`Storage::update`] replaces what is there. A call
//!   that does both brings ended sessions back and loses updates.
//! * **Compare and set.** Every update names the [`Version`] that it replaces.
//! * **Time is an argument.** What is alive is judged by the `now` of the call; a store's own
//!   expiry is only a late broom.
//! * **Outcomes are not errors.** `Gone`, `Conflict`, `Full` are answers; [`StorageError`] means
//!   that the storage could not do its work.
//!
//! This crate is small and changes slowly, so that a store need not wait for a release of the rest.
//! `cloakroom-testkit` has the suite that proves each sentence of the contract.

mod error;
mod key;
mod outcome;
mod record;
mod storage;
mod subject;
mod watch;

pub use error::{StorageError, StorageErrorKind};
pub use key::{KeyTooLong, StorageKey};
pub use outcome::{CreateOutcome, RemoveOutcome, TakeOutcome, TouchOutcome, UpdateOutcome};
pub use record::{PreviousProof, ProofHash, Record, Stored, Version};
pub use storage::Storage;
pub use subject::{Listed, Scope, Subject, SubjectLimit, SubjectNumber, WhenFull};
pub use watch::{Change, Watch};

pub use cloakroom_time::Timestamp;
