//! What a storage answers.
//!
//! These enums are exhaustive on purpose: each answer demands its own treatment from the caller,
//! so one more is a breaking change and should be.

use crate::record::{Stored, Version};

/// What [`Storage::create`](crate::Storage::create) came to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum CreateOutcome {
    /// The record is kept, under this version.
    Created(Version),
    /// A record lies under the key; nothing was changed.
    Exists,
    /// The storage is bounded and full; nothing was changed.
    Full,
    /// The subject has as many sessions as the limit allows; nothing was changed.
    TooManyForSubject,
    /// All sessions of the subject were ended after this sign-in began; nothing was changed.
    SignedOutMeanwhile,
}

/// What [`Storage::update`](crate::Storage::update) came to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum UpdateOutcome {
    /// The record is replaced, under this version.
    Updated(Version),
    /// Another version lies there, given here; nothing was changed.
    Conflict(Box<Stored>),
    /// No live record lies there; nothing was made.
    Gone,
}

/// What [`Storage::touch`](crate::Storage::touch) came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum TouchOutcome {
    /// The record is alive, and its idle deadline is the given one or one that was later already.
    Touched,
    /// No live record lies there; nothing was made.
    Gone,
}

/// What [`Storage::take`](crate::Storage::take) came to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum TakeOutcome {
    /// This call removed the record, and it was of the version that was named.
    Taken,
    /// Another version lies there, given here; nothing was changed.
    Conflict(Box<Stored>),
    /// No live record lies there.
    Gone,
}

/// What [`Storage::remove`](crate::Storage::remove) came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "every answer demands its own treatment"
)]
pub enum RemoveOutcome {
    /// This call removed the record.
    Removed,
    /// No record was there.
    Absent,
}
