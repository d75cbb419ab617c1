//! The calls that end records, and making room for new ones.
//!
//! * **Found first, then removed.** Whose record it is shows only under the record's lock, and the
//!   subject's lock comes before that. So a record is found, both locks are taken in their order,
//!   and it is removed if it is still what was found; else one looks again.
//! * **One test for both looks**: what it finds due it may remove, so that looking again ends.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cloakroom_storage::{
    RemoveOutcome, Scope, StorageKey, Subject, TakeOutcome, Timestamp, Version,
};

use super::entry::{Class, Entry};
use super::locks::SHARDS;
use super::places::Place;
use super::shard::{Ending, Soonest};
use super::store::Store;

/// How long a record that ended is left lying, as the contract has it.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

impl Store {
    pub(super) fn remove(&self, key: &StorageKey) -> RemoveOutcome {
        loop {
            let subject = match self.records_at(key).get(key) {
                None => return RemoveOutcome::Absent,
                Some(entry) => entry.record.subject(),
            };
            if self.remove_where(key, subject, |_| true).is_some() {
                return RemoveOutcome::Removed;
            }
        }
    }

    pub(super) fn take(&self, key: &StorageKey, version: Version, now: Timestamp) -> TakeOutcome {
        loop {
            let subject = match self.records_at(key).get(key) {
                Some(entry) if !entry.is_live(now) => return TakeOutcome::Gone,
                Some(entry) if entry.version != version => {
                    return TakeOutcome::Conflict(Box::new(entry.stored()));
                }
                Some(entry) => entry.record.subject(),
                None => return TakeOutcome::Gone,
            };
            let is_it = |entry: &Entry| entry.is_live(now) && entry.version == version;
            if self.remove_where(key, subject, is_it).is_some() {
                return TakeOutcome::Taken;
            }
        }
    }

    pub(super) fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> u64 {
        let mut subjects = self.subjects_at(subject);
        let (number, ended) = subjects.end_all(subject.clone(), except, now);
        let mut live = 0;
        for (_, key) in ended {
            let Some(entry) = self.records_at(&key).remove(&key) else {
                continue;
            };
            drop(self.places.of_removed(entry.class()));
            live += u64::from(entry.is_live(now));
        }
        for (_, key) in subjects.sessions(subject) {
            self.records_at(key).set_number(key, number);
        }
        live
    }

    pub(super) fn end_before(&self, scope: &Scope, time: Timestamp) {
        for place in 0..SHARDS {
            self.records.at(place).end_before(scope, time);
        }
    }

    /// Removes what ended long ago, each under locks of its own, from the shard after the one
    /// where the sweep before had enough.
    pub(super) fn sweep(&self, now: Timestamp, limit: usize) -> usize {
        let before = now.saturating_sub(SWEEP_AFTER);
        let due = |end| end < before;
        let from = self.sweep_from.load(Ordering::Relaxed);
        let mut swept = 0;
        for place in (from..from + SHARDS).map(|place| place % SHARDS) {
            for class in [Class::WithSubject, Class::WithoutSubject] {
                while swept < limit {
                    let Some(ending) = self.soonest(place, class, due) else {
                        break;
                    };
                    swept += usize::from(self.remove_due(ending, due).is_some());
                }
            }
            if swept == limit {
                self.sweep_from.store(place + 1, Ordering::Relaxed);
                break;
            }
        }
        swept
    }

    /// Room for one more record of this class, which others must give up where there is none:
    /// the one without a subject that ends soonest; with a subject only one that has ended.
    ///
    /// To be called without a lock.
    pub(super) fn make_room(&self, class: Class, now: Timestamp) -> Option<Place<'_>> {
        // The last instant stands for no end at all.
        let has_ended = |end| end <= now && end < Timestamp::MAX;
        let due = |end| class == Class::WithoutSubject || has_ended(end);
        loop {
            if let Some(place) = self.places.reserve(class) {
                return Some(place);
            }
            let endings = (0..SHARDS).filter_map(|place| self.soonest(place, class, due));
            let soonest = endings.min_by_key(|ending| ending.end)?;
            if let Some(place) = self.remove_due(soonest, due) {
                return Some(place);
            }
        }
    }

    /// Removes the record under `key`, if it is `subject`'s and passes `test`.
    ///
    /// To be called without a lock.
    pub(super) fn remove_where(
        &self,
        key: &StorageKey,
        subject: Option<Subject>,
        test: impl Fn(&Entry) -> bool,
    ) -> Option<Place<'_>> {
        let mut subjects = subject.as_ref().map(|subject| self.subjects_at(subject));
        let mut shard = self.records_at(key);
        shard
            .get(key)
            .filter(|entry| entry.belongs_to(subject.as_ref()) && test(entry))?;
        let entry = shard.remove(key)?;
        if let (Some(subjects), Some(subject)) = (&mut subjects, subject) {
            subjects.remove(subject, &(entry.record.created, key.clone()));
        }
        Some(self.places.of_removed(entry.class()))
    }

    fn remove_due(&self, ending: Ending, due: impl Fn(Timestamp) -> bool) -> Option<Place<'_>> {
        self.remove_where(&ending.key, ending.subject, |entry| due(entry.end()))
    }

    fn soonest(
        &self,
        place: usize,
        class: Class,
        due: impl Fn(Timestamp) -> bool,
    ) -> Option<Ending> {
        loop {
            match self.records.at(place).soonest(class, &due) {
                Soonest::None => return None,
                Soonest::Found(ending) => return Some(ending),
                Soonest::AskAgain => {}
            }
        }
    }
}
