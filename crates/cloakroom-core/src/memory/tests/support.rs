//! Short words for the tests of the memory storage.

use std::num::NonZeroU32;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, StorageKey, Subject, SubjectLimit, Timestamp, Version,
    WhenFull,
};

use super::super::entry::Class;
use super::super::locks::SHARDS;
use super::super::places::Places;
use super::super::store::Store;

pub(super) const HOUR: u64 = 60 * 60;

pub(super) fn store(with_subject: usize, without_subject: usize) -> Store {
    Store::new(Places::new(with_subject, without_subject), 1_000 * SHARDS)
}

pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

pub(super) fn key(number: u16) -> StorageKey {
    let [low, high] = number.to_le_bytes();
    let mut hash = [high; 32];
    hash[0] = low;
    StorageKey::hash(hash)
}

pub(super) fn scope() -> Scope {
    Scope::new("shop/login")
}

pub(super) fn subject(name: &str) -> Subject {
    Subject::new(scope(), name)
}

/// A record without a subject that ends at `ends`.
pub(super) fn visit(ends: u64) -> Record {
    let mut record = Record::new(scope(), ProofHash::new([1; 32]), at(0), vec![1]);
    record.absolute_deadline = Some(at(ends));
    record
}

/// A record of `name` that was created at `created` and has no end.
pub(super) fn login(name: &str, created: u64) -> Record {
    let mut record = Record::new(scope(), ProofHash::new([1; 32]), at(created), vec![1]);
    record.subject = Some(name.into());
    record
}

pub(super) fn at_most(sessions: u32, when_full: WhenFull) -> Option<SubjectLimit> {
    Some(SubjectLimit::new(
        NonZeroU32::new(sessions).unwrap(),
        when_full,
    ))
}

impl Store {
    /// A create without a limit that must succeed.
    pub(super) fn make(&self, number: u16, record: &Record, now: u64) -> Version {
        match self.create(&key(number), record, None, at(now)) {
            CreateOutcome::Created(version) => version,
            other => panic!("not created: {other:?}"),
        }
    }

    pub(super) fn has(&self, number: u16, now: u64) -> bool {
        self.read(&key(number), at(now)).is_some()
    }

    /// How many records lie here, if everything inside agrees on it.
    pub(super) fn counted(&self) -> usize {
        let mut found = [0, 0];
        let mut sessions = 0;
        for place in 0..SHARDS {
            let mut shard = self.records.at(place);
            found[0] += shard.counted(Class::WithSubject);
            found[1] += shard.counted(Class::WithoutSubject);
            drop(shard);
            sessions += self.subjects.at(place).counted().0;
        }
        assert_eq!(found[0], self.places.used(Class::WithSubject));
        assert_eq!(found[1], self.places.used(Class::WithoutSubject));
        assert_eq!(found[0], sessions);
        found[0] + found[1]
    }

    /// How many numbers of subjects without sessions are remembered.
    pub(super) fn remembered(&self) -> usize {
        let shards = 0..SHARDS;
        shards
            .map(|place| self.subjects.at(place).counted().1)
            .sum()
    }
}
