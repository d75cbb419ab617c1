//! One record as it lies in memory.

use cloakroom_storage::{Record, Stored, Subject, Timestamp, Version};

/// Which of the two limits a record counts against.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    WithSubject,
    WithoutSubject,
}

impl Class {
    pub(super) const fn of(record: &Record) -> Self {
        match record.subject {
            Some(_) => Self::WithSubject,
            None => Self::WithoutSubject,
        }
    }
}

/// A record, its version, and what the shard knows about it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) record: Record,
    pub(super) version: Version,
    /// The time of the floor that ended it, where one did.
    pub(super) floor: Option<Timestamp>,
    /// Where it lies in the index of ends: never later than [`end`](Self::end).
    pub(super) indexed_at: Timestamp,
}

impl Entry {
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.floor.is_none() && self.record.is_live(now)
    }

    /// When it ends or ended: the last instant where it has no deadline.
    ///
    /// What a floor ended counts as ended at the floor's time, since a floor comes without a `now`.
    pub(super) fn end(&self) -> Timestamp {
        let deadline = self.record.ends_at().unwrap_or(Timestamp::MAX);
        self.floor.map_or(deadline, |floor| deadline.min(floor))
    }

    pub(super) const fn class(&self) -> Class {
        Class::of(&self.record)
    }

    pub(super) fn belongs_to(&self, subject: Option<&Subject>) -> bool {
        match (&self.record.subject, subject) {
            (None, None) => true,
            (Some(name), Some(subject)) => {
                **name == *subject.name() && self.record.scope == *subject.scope()
            }
            _ => false,
        }
    }

    pub(super) fn stored(&self) -> Stored {
        Stored::new(self.record.clone(), self.version)
    }
}
