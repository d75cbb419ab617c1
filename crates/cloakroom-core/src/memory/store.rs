//! The shards together, and the calls that end nothing.

use std::hash::{BuildHasher, RandomState};
use std::sync::MutexGuard;
use std::sync::atomic::AtomicUsize;

use cloakroom_storage::{
    Listed, Record, StorageKey, Stored, Subject, SubjectNumber, Timestamp, TouchOutcome,
    UpdateOutcome, Version,
};

use super::locks::{Locks, SHARDS};
use super::places::Places;
use super::shard::Shard;
use super::subjects::Subjects;

/// What all clones of a storage share.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) records: Locks<Shard>,
    pub(super) subjects: Locks<Subjects>,
    pub(super) places: Places,
    /// With which shard the next sweep begins.
    pub(super) sweep_from: AtomicUsize,
    hasher: RandomState,
}

impl Store {
    pub(super) fn new(places: Places, max_remembered: usize) -> Self {
        Self {
            records: Locks::new(|place| Shard::new(place as u64, SHARDS as u64)),
            subjects: Locks::new(|_| Subjects::new(max_remembered.div_ceil(SHARDS))),
            places,
            sweep_from: AtomicUsize::new(0),
            hasher: RandomState::new(),
        }
    }

    /// The shard in which `key` lies.
    ///
    /// A hash is evenly spread as it is; a text may be of anyone's choosing and is hashed.
    pub(super) fn records_at(&self, key: &StorageKey) -> MutexGuard<'_, Shard> {
        match key.as_bytes() {
            [first, ..] if !key.is_text() => self.records.at(usize::from(*first)),
            _ => self.records.at(self.place_of(key)),
        }
    }

    pub(super) fn subjects_at(&self, subject: &Subject) -> MutexGuard<'_, Subjects> {
        self.subjects.at(self.place_of(subject))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lowest bits of a hash are as good as any"
    )]
    fn place_of(&self, value: impl std::hash::Hash) -> usize {
        self.hasher.hash_one(value) as usize
    }

    pub(super) fn read(&self, key: &StorageKey, now: Timestamp) -> Option<Stored> {
        self.records_at(key).read(key, now)
    }

    pub(super) fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> UpdateOutcome {
        self.records_at(key).update(key, version, record, now)
    }

    pub(super) fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> TouchOutcome {
        self.records_at(key).touch(key, idle_deadline, now)
    }

    pub(super) fn begin_sign_in(&self, subject: &Subject) -> SubjectNumber {
        self.subjects_at(subject).number(subject)
    }

    pub(super) fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        let subjects = self.subjects_at(subject);
        let sessions = subjects.sessions(subject).iter();
        sessions
            .filter_map(|(created, key)| {
                let shard = self.records_at(key);
                let record = &shard.live(key, now)?.record;
                let (absolute, idle) = (record.absolute_deadline, record.idle_deadline);
                Some(Listed::new(key.clone(), *created, absolute, idle))
            })
            .collect()
    }

    pub(super) fn is_live(&self, key: &StorageKey, now: Timestamp) -> bool {
        self.records_at(key).live(key, now).is_some()
    }
}
