//! The values that the tests keep, change and end.
//!
//! * **Their time lies in the future** of every machine, so that a store's own broom, which goes by
//!   its own clock, never comes before the test is over.

use std::num::NonZeroU32;

use cloakroom_storage::{
    ProofHash, Record, Scope, StorageKey, Subject, SubjectLimit, Timestamp, WhenFull,
};

/// The beginning of the year 2100.
pub(super) const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// How long a record that ended is left lying, in milliseconds.
pub(super) const HOUR: u64 = 60 * 60 * 1_000;

/// So many milliseconds after [`NOW`].
pub(super) fn later(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + millis)
}

/// So many milliseconds before [`NOW`].
pub(super) fn earlier(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - millis)
}

/// A key that is a hash.
pub(super) fn key(number: usize) -> StorageKey {
    let mut hash = [7; 32];
    for (byte, of_number) in hash.iter_mut().zip(number.to_le_bytes()) {
        *byte = of_number;
    }
    StorageKey::hash(hash)
}

/// The scope of all records that are not said to be of another one.
pub(super) fn scope() -> Scope {
    Scope::new("suite/login")
}

/// Another scope.
pub(super) fn other_scope() -> Scope {
    Scope::new("suite/cart")
}

/// The subject of this name in [`scope`].
pub(super) fn subject(name: &str) -> Subject {
    Subject::new(scope(), name)
}

/// A record without subject and deadlines.
pub(super) fn record() -> Record {
    Record::new(scope(), ProofHash::new([1; 32]), NOW, b"content".as_slice())
}

/// The same record with this content.
pub(super) fn with_content(mut record: Record, content: &[u8]) -> Record {
    record.content = content.into();
    record
}

/// A record of the subject of this name, without deadlines.
pub(super) fn signed_in(name: &str) -> Record {
    let mut record = record();
    record.subject = Some(name.into());
    record
}

/// A record of the subject of this name, which began so many milliseconds before [`NOW`].
pub(super) fn began(name: &str, millis: u64) -> Record {
    let mut record = signed_in(name);
    record.created = earlier(millis);
    record
}

/// A record that ends so many milliseconds after [`NOW`] if it is not used.
pub(super) fn idle(millis: u64) -> Record {
    let mut record = record();
    record.idle_deadline = Some(later(millis));
    record
}

/// At most so many sessions, or the new one is refused.
pub(super) fn reject_new(max: u32) -> SubjectLimit {
    limit(max, WhenFull::RejectNew)
}

/// At most so many sessions, or the oldest one ends.
pub(super) fn end_oldest(max: u32) -> SubjectLimit {
    limit(max, WhenFull::EndOldest)
}

fn limit(max: u32, when_full: WhenFull) -> SubjectLimit {
    SubjectLimit::new(NonZeroU32::new(max).unwrap_or(NonZeroU32::MIN), when_full)
}

/// How a record came to its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    AbsoluteDeadline,
    IdleDeadline,
    Floor,
}

impl End {
    pub(super) const ALL: [Self; 3] = [Self::AbsoluteDeadline, Self::IdleDeadline, Self::Floor];

    /// A record that is alive until one millisecond before [`NOW`]; where a floor is to end it,
    /// until there is one at [`NOW`].
    pub(super) fn record(self) -> Record {
        let mut record = began("ada", 10);
        match self {
            Self::AbsoluteDeadline => record.absolute_deadline = Some(NOW),
            Self::IdleDeadline => record.idle_deadline = Some(NOW),
            Self::Floor => {}
        }
        record
    }
}
