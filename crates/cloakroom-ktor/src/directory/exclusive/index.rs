//! What is known of all records without reading them.
//!
//! * **A mirror of the files**: an entry comes when its file lies there for good, and goes when the
//!   file is gone. What is not in the index is none.
//! * **A subject without sessions costs nothing** unless all its sessions were ended: then its number
//!   is remembered. Past a bound all such numbers are forgotten at once, and the greatest becomes
//!   the number of every subject that is not known: that can refuse a sign-in which is under way
//!   just then, and never lets an older one through.

use std::collections::{BTreeSet, HashMap, HashSet};

use cloakroom_storage::{Listed, Scope, StorageKey, Subject, SubjectNumber, Timestamp, Version};

use crate::directory::place::Place;
use crate::kept_record::KeptRecord;

/// How many numbers of subjects without sessions are remembered.
const MAX_REMEMBERED: usize = 100_000;

/// A record without its content and proofs.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) version: Version,
    pub(super) subject: Option<Subject>,
    pub(super) number: Option<SubjectNumber>,
    pub(super) created: Timestamp,
    pub(super) absolute_deadline: Option<Timestamp>,
    pub(super) idle_deadline: Option<Timestamp>,
    pub(super) scope: Scope,
    /// The time of the floor that ended it, where one did.
    floor: Option<Timestamp>,
}

/// A subject's number, and its sessions, oldest first.
struct Known {
    number: SubjectNumber,
    sessions: BTreeSet<(Timestamp, StorageKey)>,
}

/// How many records and damaged files there are.
#[derive(Clone, Copy)]
pub(super) struct Counts {
    pub(super) records: usize,
    pub(super) damaged: usize,
}

/// All records, by key, by end and by subject.
#[derive(Default)]
pub(super) struct Index {
    entries: HashMap<StorageKey, Entry>,
    /// Those that end, by when.
    ends: BTreeSet<(Timestamp, StorageKey)>,
    subjects: HashMap<Subject, Known>,
    /// The number of every subject that is not known.
    unknown: SubjectNumber,
    /// The known ones without sessions.
    idle: HashSet<Subject>,
    floors: HashMap<Scope, Timestamp>,
    /// Where files lie that cannot be read as records.
    damaged: HashSet<Place>,
}

impl Entry {
    pub(super) fn of(kept: &KeptRecord) -> Self {
        let record = &kept.record;
        Self {
            version: kept.version,
            subject: record.subject(),
            number: record.subject_number,
            created: record.created,
            absolute_deadline: record.absolute_deadline,
            idle_deadline: record.idle_deadline,
            scope: record.scope.clone(),
            floor: None,
        }
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.floor.is_none() && self.deadline().is_none_or(|end| now < end)
    }

    /// When it ends or ended; what a floor ended, at the floor's time at the latest.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.floor.into_iter().chain(self.deadline()).min()
    }

    fn deadline(&self) -> Option<Timestamp> {
        let deadlines = [self.absolute_deadline, self.idle_deadline];
        deadlines.into_iter().flatten().min()
    }
}

impl Index {
    /// An index whose unknown subjects have this number.
    pub(super) fn new(unknown: SubjectNumber, floors: HashMap<Scope, Timestamp>) -> Self {
        Self {
            unknown,
            floors,
            ..Self::default()
        }
    }

    /// Takes in a record that lies there from before.
    ///
    /// The subject's number is the lowest of its records': each of them was let in with at least
    /// the number that the subject had when all were ended last, and took it over where it was spared.
    pub(super) fn found(&mut self, kept: &KeptRecord) {
        let entry = Entry::of(kept);
        if let (Some(subject), Some(number)) = (&entry.subject, entry.number) {
            let known = self.known(subject);
            if known.sessions.is_empty() || number < known.number {
                known.number = number;
            }
        }
        self.insert(&kept.key, entry);
    }

    /// Puts an entry in, in the place of the one that was there.
    pub(super) fn insert(&mut self, key: &StorageKey, mut entry: Entry) {
        self.remove(key);
        let floor = self.floors.get(&entry.scope).copied();
        entry.floor = floor.filter(|floor| entry.created < *floor);
        self.ends.extend(entry.end().map(|end| (end, key.clone())));
        if let Some(subject) = &entry.subject {
            let known = self.known(subject);
            known.sessions.insert((entry.created, key.clone()));
            self.idle.remove(subject);
        }
        self.entries.insert(key.clone(), entry);
    }

    pub(super) fn remove(&mut self, key: &StorageKey) -> Option<Entry> {
        let entry = self.entries.remove(key)?;
        if let Some(end) = entry.end() {
            self.ends.remove(&(end, key.clone()));
        }
        if let Some(subject) = &entry.subject {
            let known = self.known(subject);
            known.sessions.remove(&(entry.created, key.clone()));
            self.remember_if_idle(subject);
        }
        Some(entry)
    }

    /// Changes an entry, if it is there.
    pub(super) fn change(&mut self, key: &StorageKey, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        let before = entry.end();
        change(entry);
        let after = entry.end();
        if before != after {
            if let Some(end) = before {
                self.ends.remove(&(end, key.clone()));
            }
            self.ends.extend(after.map(|end| (end, key.clone())));
        }
    }

    pub(super) fn set_number(&mut self, subject: &Subject, number: SubjectNumber) {
        self.known(subject).number = number;
        self.remember_if_idle(subject);
    }

    /// Raises the floor of a scope and ends what is below it.
    pub(super) fn raise_floor(&mut self, scope: &Scope, time: Timestamp) {
        let floor = self.floors.entry(scope.clone()).or_default();
        *floor = time.max(*floor);
        let floor = *floor;
        let ended: Vec<StorageKey> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.created < floor && entry.scope == *scope)
            .map(|(key, _)| key.clone())
            .collect();
        for key in ended {
            self.change(&key, |entry| {
                entry.floor.get_or_insert(floor);
            });
        }
    }

    pub(super) fn damaged(&mut self, place: Place) {
        self.damaged.insert(place);
    }

    pub(super) fn repaired(&mut self, place: &Place) {
        self.damaged.remove(place);
    }

    pub(super) fn get(&self, key: &StorageKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    pub(super) fn live(&self, key: &StorageKey, now: Timestamp) -> Option<&Entry> {
        self.get(key).filter(|entry| entry.is_live(now))
    }

    pub(super) fn is_damaged(&self, place: &Place) -> bool {
        self.damaged.contains(place)
    }

    pub(super) fn number(&self, subject: &Subject) -> SubjectNumber {
        let known = self.subjects.get(subject);
        known.map_or(self.unknown, |known| known.number)
    }

    /// The subject's records, oldest first, alive or not.
    pub(super) fn sessions(&self, subject: &Subject) -> Vec<StorageKey> {
        let sessions = self.subjects.get(subject).map(|known| &known.sessions);
        let keys = sessions.into_iter().flatten().map(|(_, key)| key.clone());
        keys.collect()
    }

    pub(super) fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        let keys = self.sessions(subject).into_iter();
        keys.filter_map(|key| {
            let entry = self.live(&key, now)?;
            let (absolute, idle) = (entry.absolute_deadline, entry.idle_deadline);
            Some(Listed::new(key, entry.created, absolute, idle))
        })
        .collect()
    }

    /// Some of those that ended before this moment: the first ones, at most so many.
    pub(super) fn ended_before(&self, before: Timestamp, limit: usize) -> Vec<StorageKey> {
        let ended = self.ends.iter().take_while(|(end, _)| *end < before);
        ended.take(limit).map(|(_, key)| key.clone()).collect()
    }

    /// How many records and damaged files there are.
    pub(super) fn counts(&self) -> Counts {
        Counts {
            records: self.entries.len(),
            damaged: self.damaged.len(),
        }
    }

    fn known(&mut self, subject: &Subject) -> &mut Known {
        let unknown = self.unknown;
        let known = self.subjects.entry(subject.clone());
        known.or_insert_with(|| Known {
            number: unknown,
            sessions: BTreeSet::new(),
        })
    }

    /// Remembers the number of a subject that has no session, if that is not everyone's.
    fn remember_if_idle(&mut self, subject: &Subject) {
        match self.subjects.get(subject) {
            Some(known) if known.sessions.is_empty() && known.number == self.unknown => {
                self.subjects.remove(subject);
                self.idle.remove(subject);
            }
            Some(known) if known.sessions.is_empty() => {
                self.idle.insert(subject.clone());
            }
            _ => {}
        }
        if self.idle.len() > MAX_REMEMBERED {
            for subject in self.idle.drain() {
                if let Some(known) = self.subjects.remove(&subject) {
                    self.unknown = self.unknown.max(known.number);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(name: &str) -> Subject {
        Subject::new(Scope::new("a/b"), name)
    }

    #[test]
    fn forgotten_numbers_are_everyones_from_then_on() {
        let mut index = Index::default();
        let number = SubjectNumber::new;
        index.set_number(&subject("ada"), number(7));
        for other in 0..MAX_REMEMBERED as u64 {
            assert_eq!(index.number(&subject("ada")), number(7));
            assert_eq!(index.number(&subject("unheard")), number(0));
            index.set_number(&subject(&other.to_string()), number(other % 5 + 1));
        }
        assert_eq!(index.number(&subject("unheard")), number(7));
        assert_eq!(index.number(&subject("ada")), number(7));
        assert!(index.subjects.len() <= 1 && index.idle.len() <= 1);
    }

    #[test]
    fn a_subject_whose_sessions_were_never_all_ended_is_forgotten_with_the_last() {
        let mut index = Index::default();
        let scope = Scope::new("a/b");
        let proof = cloakroom_storage::ProofHash::new([0; 32]);
        let mut record = cloakroom_storage::Record::new(scope, proof, Timestamp::EPOCH, vec![]);
        record.subject = Some("ada".into());
        record.idle_deadline = Some(Timestamp::MAX);
        let key = StorageKey::hash([1; 32]);
        let kept = KeptRecord::new(key.clone(), Version::new(1), record);
        index.insert(&key, Entry::of(&kept));
        assert!(index.remove(&key).is_some());
        assert!(index.subjects.is_empty() && index.ends.is_empty() && index.idle.is_empty());
    }
}
