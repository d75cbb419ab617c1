//! What a small storage knows, and what it takes for alive.

use std::collections::HashMap;
use std::time::Duration;

use cloakroom_core::Timestamp;
use cloakroom_storage::{Record, Scope, StorageKey, Stored, Subject, SubjectNumber, Version};

use crate::defect::Defect as D;

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) struct Entry {
    pub(crate) record: Record,
    pub(crate) version: Version,
    /// As it was created.
    pub(crate) first: Record,
    pub(crate) is_unlisted: bool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) defect: Option<D>,
    pub(crate) entries: HashMap<StorageKey, Entry>,
    pub(crate) numbers: HashMap<Subject, SubjectNumber>,
    pub(crate) floors: HashMap<Scope, Timestamp>,
    versions: u64,
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
            (Some(D::KeysIgnoreCase), _) if key.is_text() => {
                let lower = key.as_bytes().to_ascii_lowercase();
                StorageKey::text(std::str::from_utf8(&lower).unwrap()).unwrap()
            }
            _ => key.clone(),
        }
    }

    pub(crate) fn subject(&self, subject: &Subject) -> Subject {
        let name = subject.name();
        match self.defect {
            Some(D::SubjectsIgnoreTheirScope) => Subject::new(Scope::new(""), name),
            Some(D::SubjectsIgnoreCase) => {
                Subject::new(subject.scope().clone(), name.to_lowercase())
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
        let is_late = self.has(D::EndsAMillisecondLate);
        let end = self.end(record);
        let has_time = end.is_none_or(|end| now < end || is_late && now == end);
        has_time && self.ended_by_floor(record).is_none()
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
        let found = self.live(&key, now).map(stored);
        if found.is_none() && self.has(D::ReadRemovesWhatEnded) {
            self.entries.remove(&key);
        }
        found
    }
}

pub(crate) fn stored(entry: &Entry) -> Stored {
    Stored::new(entry.record.clone(), entry.version)
}
