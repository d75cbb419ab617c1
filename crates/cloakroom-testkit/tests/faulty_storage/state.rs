//! What a small storage knows, and what it takes for alive.

use std::collections::HashMap;
use std::time::Duration;

use cloakroom_core::{Clock as _, SystemClock, Timestamp};
use cloakroom_storage::{Record, Scope, StorageKey, Stored, Subject, SubjectNumber, Version};

use crate::defect::Defect as D;

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) struct Entry {
    pub(crate) record: Record,
    pub(crate) version: Version,
    /// As it was created.
    pub(crate) first: Record,
    pub(crate) is_unlisted: bool,
    /// As it was before its last update.
    pub(crate) before: Option<Stored>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) defect: Option<D>,
    pub(crate) entries: HashMap<StorageKey, Entry>,
    pub(crate) numbers: HashMap<Subject, SubjectNumber>,
    pub(crate) floors: HashMap<Scope, Timestamp>,
    versions: u64,
    reads: u64,
    /// How many creates are not done.
    pub(crate) creating: usize,
    /// The latest `now` of a read.
    pub(crate) latest: Timestamp,
}

impl State {
    pub(crate) fn new(defect: Option<D>) -> Self {
        Self {
            defect,
            ..Self::default()
        }
    }

    pub(crate) fn has(&self, defect: D) -> bool {
        self.defect == Some(defect)
    }

    pub(crate) fn key(&self, key: &StorageKey) -> StorageKey {
        match (self.defect, <[u8; 32]>::try_from(key.as_bytes())) {
            (Some(D::TakesATextForAHash), Ok(hash)) => StorageKey::hash(hash),
            (Some(D::KeysEndAtNul | D::KeysLoseTheHighBit), _) => self.bad_key(key),
            (Some(D::KeysIgnoreCase), _) if key.is_text() => {
                let lower = key.as_bytes().to_ascii_lowercase();
                StorageKey::text(std::str::from_utf8(&lower).unwrap()).unwrap()
            }
            _ => key.clone(),
        }
    }

    fn bad_key(&self, key: &StorageKey) -> StorageKey {
        let bytes = key.as_bytes();
        if key.is_text() {
            let text = std::str::from_utf8(bytes).unwrap();
            let characters = text.chars();
            let bad: String = if self.has(D::KeysEndAtNul) {
                characters.take_while(|it| *it != '\0').collect()
            } else {
                let low = |it| char::from(u8::try_from(u32::from(it) & 0x7F).unwrap());
                characters.map(low).collect()
            };
            return StorageKey::text(&bad).unwrap();
        }
        let mut bad = [0; 32];
        for (bad, byte) in bad.iter_mut().zip(bytes) {
            match byte {
                0 if self.has(D::KeysEndAtNul) => break,
                _ if self.has(D::KeysEndAtNul) => *bad = *byte,
                _ => *bad = byte & 0x7F,
            }
        }
        StorageKey::hash(bad)
    }

    pub(crate) fn subject(&self, subject: &Subject) -> Subject {
        let name = subject.name();
        match self.defect {
            Some(D::SubjectsIgnoreTheirScope) => Subject::new(Scope::new(""), name),
            Some(D::SubjectsIgnoreCase) => {
                Subject::new(subject.scope().clone(), name.to_lowercase())
            }
            Some(D::JoinsScopeAndName) => {
                let joined = format!("{}/{name}", subject.scope().as_str());
                Subject::new(Scope::new(""), joined)
            }
            _ => subject.clone(),
        }
    }

    pub(crate) fn subject_of(&self, record: &Record) -> Option<Subject> {
        let mut subject = record.subject();
        if self.has(D::TakesNoSubjectForOne) {
            subject.get_or_insert(Subject::new(record.scope.clone(), ""));
        }
        subject.map(|subject| self.subject(&subject))
    }

    pub(crate) fn floor_of(&self, scope: &Scope) -> Scope {
        if self.has(D::FloorIsOfAllScopes) {
            return Scope::new("");
        }
        scope.clone()
    }

    pub(crate) fn end(&self, record: &Record) -> Option<Timestamp> {
        match self.defect {
            Some(D::ForgetsTheIdleDeadline) => record.absolute_deadline,
            Some(D::ForgetsTheAbsoluteDeadline) => record.idle_deadline,
            Some(D::EndsWithoutADeadline) => {
                let year = record.created.saturating_add(YEAR);
                record.ends_at().or(Some(year))
            }
            _ => record.ends_at(),
        }
    }

    /// The floor that ended the record, where one did.
    pub(crate) fn ended_by_floor(&self, record: &Record) -> Option<Timestamp> {
        let floor = self.floors.get(&self.floor_of(&record.scope));
        floor.copied().filter(|floor| {
            record.created < *floor || self.has(D::FloorEndsItsInstant) && record.created == *floor
        })
    }

    pub(crate) fn is_live(&self, record: &Record, now: Timestamp) -> bool {
        let now = if self.has(D::GoesByItsOwnClock) {
            SystemClock.now()
        } else {
            now
        };
        if self.has(D::FutureIsNone) && record.created > now {
            return false;
        }
        let is_late = self.has(D::EndsAMillisecondLate);
        let end = self.end(record);
        let has_time = end.is_none_or(|end| now < end || is_late && now == end);
        has_time && self.ended_by_floor(record).is_none()
    }

    /// Now, or a millisecond before where this is the defect.
    pub(crate) fn late(&self, defect: D, now: Timestamp) -> Timestamp {
        let by = u64::from(self.has(defect));
        now.saturating_sub(Duration::from_millis(by))
    }

    pub(crate) fn live(&self, key: &StorageKey, now: Timestamp) -> Option<&Entry> {
        let entry = self.entries.get(key);
        entry.filter(|entry| self.is_live(&entry.record, now))
    }

    /// The subject's sessions, oldest first.
    pub(crate) fn sessions(&self, subject: &Subject) -> Vec<StorageKey> {
        let subject = Some(self.subject(subject));
        let entries = self
            .entries
            .iter()
            .filter(|(_, entry)| !entry.is_unlisted && self.subject_of(&entry.record) == subject);
        let mut sessions: Vec<_> = entries
            .map(|(key, entry)| (entry.record.created, key.clone()))
            .collect();
        sessions.sort();
        sessions.into_iter().map(|(_, key)| key).collect()
    }

    pub(crate) fn next_version(&mut self) -> Version {
        self.versions += 1;
        Version::new(self.versions)
    }

    pub(crate) fn kept(&self, record: &Record) -> Record {
        let mut record = record.clone();
        let seconds = |time: Timestamp| Timestamp::from_secs(time.as_secs());
        match self.defect {
            Some(D::LosesThePreviousProof) => record.previous = None,
            Some(D::KeepsSecondsOnly) => {
                record.created = seconds(record.created);
                record.idle_deadline = record.idle_deadline.map(seconds);
            }
            Some(D::TimesEndIn2106) => {
                let last = Timestamp::from_secs(u64::from(u32::MAX));
                record.absolute_deadline = record.absolute_deadline.map(|end| end.min(last));
                record.idle_deadline = record.idle_deadline.map(|end| end.min(last));
            }
            Some(D::CutsContentAt64Kib) => {
                record.content = record.content.iter().take(64 * 1024).copied().collect();
            }
            Some(D::KeepsContentAsText) => {
                record.content = String::from_utf8_lossy(&record.content).as_bytes().into();
            }
            _ => {}
        }
        record
    }

    pub(crate) fn read(&mut self, key: &StorageKey, now: Timestamp) -> Option<Stored> {
        let key = self.key(key);
        self.latest = now.max(self.latest);
        self.reads += 1;
        let is_old = self.has(D::EverySecondReadIsOld) && self.reads.is_multiple_of(2);
        let entry = self.live(&key, now);
        let found = match entry.and_then(|entry| entry.before.clone()) {
            Some(before) if is_old => Some(before),
            _ => entry.map(stored),
        };
        if found.is_none() && self.has(D::ReadRemovesWhatEnded) {
            self.entries.remove(&key);
        }
        found
    }
}

pub(crate) fn stored(entry: &Entry) -> Stored {
    Stored::new(entry.record.clone(), entry.version)
}
