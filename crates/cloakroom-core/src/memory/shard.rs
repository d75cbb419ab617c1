//! One shard of the records: everything here happens under its lock.

use std::collections::{BTreeSet, HashMap};
use std::mem;

use cloakroom_storage::{
    Record, Scope, StorageKey, Stored, Subject, SubjectNumber, Timestamp, TouchOutcome,
    UpdateOutcome, Version,
};

use super::entry::{Class, Entry};

/// How many places in the index are put right before others get the lock.
const CORRECTIONS: usize = 256;

/// What lies under a key.
#[derive(Debug)]
pub(super) enum Occupant {
    None,
    Live,
    /// Expired or below a floor, and not swept yet.
    Dead(Option<Subject>),
}

/// A record that ends before others.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) end: Timestamp,
    pub(super) key: StorageKey,
    pub(super) subject: Option<Subject>,
}

/// Which record of a shard ends soonest.
#[derive(Debug)]
pub(super) enum Soonest {
    None,
    Found(Ending),
    /// So much had to be put right that the lock is better given back before asking again.
    AskAgain,
}

/// Records, an index of their ends, and the floors of scopes.
#[derive(Debug)]
pub(super) struct Shard {
    entries: HashMap<StorageKey, Entry>,
    with_subject: BTreeSet<(Timestamp, StorageKey)>,
    without_subject: BTreeSet<(Timestamp, StorageKey)>,
    /// One for each scope that was ever given a floor: no more than the application has providers.
    floors: HashMap<Scope, Timestamp>,
    next_version: u64,
    version_step: u64,
}

impl Shard {
    /// A shard whose versions are `first_version` and every `version_step`-th from there, so that
    /// no two shards give one version and none needs to ask the others.
    pub(super) fn new(first_version: u64, version_step: u64) -> Self {
        Self {
            entries: HashMap::new(),
            with_subject: BTreeSet::new(),
            without_subject: BTreeSet::new(),
            floors: HashMap::new(),
            next_version: first_version,
            version_step,
        }
    }

    pub(super) fn get(&self, key: &StorageKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    pub(super) fn live(&self, key: &StorageKey, now: Timestamp) -> Option<&Entry> {
        self.get(key).filter(|entry| entry.is_live(now))
    }

    pub(super) fn read(&self, key: &StorageKey, now: Timestamp) -> Option<Stored> {
        self.live(key, now).map(Entry::stored)
    }

    pub(super) fn occupant(&self, key: &StorageKey, now: Timestamp) -> Occupant {
        match self.get(key) {
            None => Occupant::None,
            Some(entry) if entry.is_live(now) => Occupant::Live,
            Some(entry) => Occupant::Dead(entry.record.subject()),
        }
    }

    /// Keeps `record` under `key`, unless something lies there, alive or not.
    pub(super) fn insert(&mut self, key: &StorageKey, record: Record) -> Option<Version> {
        if self.entries.contains_key(key) {
            return None;
        }
        let version = next(&mut self.next_version, self.version_step);
        let floor = self.floors.get(&record.scope).copied();
        let mut entry = Entry {
            floor: floor.filter(|floor| record.created < *floor),
            record,
            version,
            indexed_at: Timestamp::MAX,
        };
        entry.indexed_at = entry.end();
        self.index(entry.class())
            .insert((entry.indexed_at, key.clone()));
        self.entries.insert(key.clone(), entry);
        Some(version)
    }

    /// Compare and set. What never changes is kept as it lies here, whatever `record` says: the
    /// number of the subject may have risen since `record` was read.
    pub(super) fn update(
        &mut self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> UpdateOutcome {
        let Some(entry) = self.entries.get_mut(key).filter(|entry| entry.is_live(now)) else {
            return UpdateOutcome::Gone;
        };
        if entry.version != version {
            return UpdateOutcome::Conflict(Box::new(entry.stored()));
        }
        entry.version = next(&mut self.next_version, self.version_step);
        entry.record.content.clone_from(&record.content);
        entry.record.proof = record.proof;
        entry.record.previous = record.previous;
        let idle = Record::idle_after_update(entry.record.idle_deadline, record.idle_deadline);
        entry.record.idle_deadline = idle;
        let (version, end) = (entry.version, entry.end());
        // Only a record that had no idle deadline before can end earlier than the index says.
        if end < entry.indexed_at {
            self.reindex(key, end);
        }
        UpdateOutcome::Updated(version)
    }

    pub(super) fn touch(
        &mut self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> TouchOutcome {
        let Some(entry) = self.entries.get_mut(key).filter(|entry| entry.is_live(now)) else {
            return TouchOutcome::Gone;
        };
        let record = &mut entry.record;
        if let Some(idle) = record.idle_deadline {
            let last = record.absolute_deadline.unwrap_or(Timestamp::MAX);
            record.idle_deadline = Some(idle.max(idle_deadline.min(last)));
        }
        TouchOutcome::Touched
    }

    pub(super) fn set_number(&mut self, key: &StorageKey, number: SubjectNumber) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.record.subject_number = Some(number);
        }
    }

    pub(super) fn remove(&mut self, key: &StorageKey) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        self.index(entry.class())
            .remove(&(entry.indexed_at, key.clone()));
        Some(entry)
    }

    /// Raises the floor of `scope` and ends what is below it.
    pub(super) fn end_before(&mut self, scope: &Scope, time: Timestamp) {
        let floor = self.floors.entry(scope.clone()).or_default();
        *floor = time.max(*floor);
        let floor = *floor;
        let mut earlier = Vec::new();
        for (key, entry) in &mut self.entries {
            if entry.record.created < floor && entry.record.scope == *scope {
                entry.floor.get_or_insert(floor);
                if entry.end() < entry.indexed_at {
                    earlier.push((key.clone(), entry.end()));
                }
            }
        }
        for (key, end) in earlier {
            self.reindex(&key, end);
        }
    }

    /// The record of this class that ends soonest, if its end is `due`.
    ///
    /// The index may have it earlier than its end; what is found so is put right on the way.
    pub(super) fn soonest(&mut self, class: Class, due: impl Fn(Timestamp) -> bool) -> Soonest {
        for _ in 0..CORRECTIONS {
            let Some((at, key)) = self.index(class).first().cloned() else {
                return Soonest::None;
            };
            if !due(at) {
                return Soonest::None;
            }
            let Some(entry) = self.get(&key) else {
                self.index(class).remove(&(at, key));
                continue;
            };
            let end = entry.end();
            if end <= at {
                let subject = entry.record.subject();
                return Soonest::Found(Ending { end, key, subject });
            }
            self.reindex(&key, end);
        }
        Soonest::AskAgain
    }

    fn reindex(&mut self, key: &StorageKey, end: Timestamp) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let class = entry.class();
        let before = mem::replace(&mut entry.indexed_at, end);
        let index = self.index(class);
        index.remove(&(before, key.clone()));
        index.insert((end, key.clone()));
    }

    const fn index(&mut self, class: Class) -> &mut BTreeSet<(Timestamp, StorageKey)> {
        match class {
            Class::WithSubject => &mut self.with_subject,
            Class::WithoutSubject => &mut self.without_subject,
        }
    }
}

/// Takes the next version; 2^58 updates of one shard later it would wrap.
const fn next(counter: &mut u64, step: u64) -> Version {
    let version = Version::new(*counter);
    *counter = counter.wrapping_add(step);
    version
}

#[cfg(test)]
impl Shard {
    /// How many records of a class lie here, if the index knows each of them at its right place.
    pub(super) fn counted(&mut self, class: Class) -> usize {
        let mut indexed = 0;
        for entry in self.entries.values().filter(|entry| entry.class() == class) {
            assert!(entry.indexed_at <= entry.end());
            indexed += 1;
        }
        let entries = &self.entries;
        let known = |(at, key): &(_, _)| entries.get(key).is_some_and(|e| e.indexed_at == *at);
        assert!(self.with_subject.iter().all(known) && self.without_subject.iter().all(known));
        assert_eq!(self.index(class).len(), indexed);
        indexed
    }
}
