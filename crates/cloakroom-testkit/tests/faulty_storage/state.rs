//! What a small storage knows, and its calls, each of which has a place for its defects.

use std::collections::HashMap;
use std::time::Duration;

use cloakroom_core::{SubjectLimit, Timestamp};
use cloakroom_storage::{
    CreateOutcome, Listed, ProofHash, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TouchOutcome, UpdateOutcome, Version, WhenFull,
};

use crate::defect::Defect as D;

const HOUR: Duration = Duration::from_secs(60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) struct Entry {
    pub(crate) record: Record,
    pub(crate) version: Version,
    /// As it was created.
    first: Record,
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
    latest: Timestamp,
}

/// What a `create` keeps, and the sessions that go for it.
pub(crate) type Admitted = (Record, Vec<StorageKey>);

impl State {
    pub(crate) fn new(defect: Option<D>) -> Self {
        Self {
            defect,
            ..Self::default()
        }
    }

    fn has(&self, defect: D) -> bool {
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

    fn subject_of(&self, record: &Record) -> Option<Subject> {
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

    fn end(&self, record: &Record) -> Option<Timestamp> {
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

    fn is_below_floor(&self, record: &Record) -> bool {
        let floor = self.floors.get(&self.floor_of(&record.scope));
        floor.is_some_and(|floor| {
            record.created < *floor || self.has(D::FloorEndsItsInstant) && record.created == *floor
        })
    }

    pub(crate) fn is_live(&self, record: &Record, now: Timestamp) -> bool {
        let is_late = self.has(D::EndsAMillisecondLate);
        let end = self.end(record);
        let has_time = end.is_none_or(|end| now < end || is_late && now == end);
        has_time && !self.is_below_floor(record)
    }

    fn live(&self, key: &StorageKey, now: Timestamp) -> Option<&Entry> {
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

    fn next_version(&mut self) -> Version {
        self.versions += 1;
        Version::new(self.versions)
    }

    fn kept(&self, record: &Record) -> Record {
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

    /// The checks of a `create`.
    pub(crate) fn admit(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<Admitted, CreateOutcome> {
        let mut record = record.clone();
        if !self.has(D::LooksAtTheKeyLast) {
            self.check_free(key, now)?;
        }
        let mut leaving = Vec::new();
        if let Some(subject) = self.subject_of(&record) {
            if self.has(D::CountsBeforeTheNumber) {
                self.make_room(&subject, limit, now)?;
            }
            self.check_number(&mut record, &subject)?;
            leaving = self.make_room(&subject, limit, now)?;
        }
        self.check_free(key, now)?;
        Ok((record, leaving))
    }

    fn check_free(&self, key: &StorageKey, now: Timestamp) -> Result<(), CreateOutcome> {
        let key = self.key(key);
        let is_taken = match self.defect {
            Some(D::CreateOverwrites) => false,
            Some(D::CreateFindsTheEnded) => self.entries.contains_key(&key),
            _ => self.live(&key, now).is_some(),
        };
        if is_taken {
            Err(CreateOutcome::Exists)
        } else {
            Ok(())
        }
    }

    pub(crate) fn number(&self, subject: &Subject) -> SubjectNumber {
        let number = self.numbers.get(&self.subject(subject));
        number.copied().unwrap_or_default()
    }

    fn check_number(&self, record: &mut Record, subject: &Subject) -> Result<(), CreateOutcome> {
        let number = self.number(subject);
        let given = record.subject_number.unwrap_or(number);
        record.subject_number = match self.defect {
            Some(D::NumberIsNotFilledIn) => record.subject_number,
            Some(D::NumberIsAlwaysFilledIn) => Some(number),
            _ => Some(given),
        };
        let is_older = given < number || self.has(D::RefusesTheOwnNumber) && given == number;
        if is_older && !self.has(D::NumberIsNotChecked) {
            return Err(CreateOutcome::SignedOutMeanwhile);
        }
        Ok(())
    }

    /// The sessions that must go for one more.
    fn make_room(
        &self,
        subject: &Subject,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<Vec<StorageKey>, CreateOutcome> {
        let Some(limit) = limit.filter(|_| !self.has(D::KnowsNoLimit)) else {
            return Ok(Vec::new());
        };
        let mut sessions = self.sessions(subject);
        if !self.has(D::CountsTheEnded) {
            sessions.retain(|key| self.live(key, now).is_some());
        }
        let more = if self.has(D::LimitIsOneLess) { 2 } else { 1 };
        let too_many = (sessions.len() + more).saturating_sub(limit.max().get() as usize);
        if too_many > 0 && limit.when_full() == WhenFull::RejectNew {
            return Err(CreateOutcome::TooManyForSubject);
        }
        if self.has(D::EndsTheNewest) {
            sessions.reverse();
        }
        sessions.truncate(too_many);
        Ok(sessions)
    }

    pub(crate) fn create(
        &mut self,
        key: &StorageKey,
        (record, leaving): Admitted,
        now: Timestamp,
    ) -> CreateOutcome {
        self.leave(&leaving);
        if self.has(D::CreateDropsTheEnded) && !self.is_live(&record, now) {
            return CreateOutcome::Created(self.next_version());
        }
        let version = self.insert(key, &record);
        if self.has(D::SignInRaisesTheNumber)
            && let Some(subject) = self.subject_of(&record)
        {
            let number = self.number(&subject).get() + 1;
            self.numbers.insert(subject, SubjectNumber::new(number));
        }
        if self.has(D::CreateGivesAnotherVersion) {
            return CreateOutcome::Created(self.next_version());
        }
        CreateOutcome::Created(version)
    }

    pub(crate) fn leave(&mut self, leaving: &[StorageKey]) {
        self.entries.retain(|key, _| !leaving.contains(key));
    }

    pub(crate) fn insert(&mut self, key: &StorageKey, record: &Record) -> Version {
        let version = if self.has(D::VersionsBeginAnew) {
            Version::new(1)
        } else {
            self.next_version()
        };
        let record = self.kept(record);
        let entry = Entry {
            first: record.clone(),
            record,
            version,
            is_unlisted: false,
        };
        self.entries.insert(self.key(key), entry);
        version
    }

    /// What stands against an `update`.
    pub(crate) fn refuse_update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Option<UpdateOutcome> {
        let Some(entry) = self.entries.get(&self.key(key)) else {
            return (!self.has(D::UpdateMakes)).then_some(UpdateOutcome::Gone);
        };
        if !self.is_live(&entry.record, now) && !self.has(D::UpdateRevives) {
            return Some(UpdateOutcome::Gone);
        }
        if entry.version == version || self.has(D::UpdateIgnoresTheVersion) {
            return None;
        }
        let mut there = stored(entry);
        if self.has(D::ConflictGivesTheUpdate) {
            there.record = record.clone();
        }
        Some(UpdateOutcome::Conflict(Box::new(there)))
    }

    /// Replaces the record, or makes one where there is none.
    pub(crate) fn replace(&mut self, key: &StorageKey, record: &Record) -> Version {
        let (id, mut next, fresh) = (self.key(key), self.kept(record), self.next_version());
        let Some(entry) = self.entries.get_mut(&id) else {
            return self.insert(key, record);
        };
        let idle = entry.record.idle_deadline;
        next.idle_deadline = match self.defect {
            Some(D::UpdateUndoesATouch) => next.idle_deadline,
            Some(D::UpdateNeverClearsTheIdleDeadline) => idle.max(next.idle_deadline),
            _ => Record::idle_after_update(idle, next.idle_deadline),
        };
        if self.defect == Some(D::UpdateKeepsTheProof) {
            next.proof = entry.record.proof;
        }
        entry.record = next;
        entry.version = match self.defect {
            Some(D::UpdateKeepsTheVersion) => entry.version,
            Some(D::VersionsBeginAnew) => Version::new(entry.version.get() + 1),
            _ => fresh,
        };
        entry.version
    }

    pub(crate) fn touch(
        &mut self,
        key: &StorageKey,
        deadline: Timestamp,
        now: Timestamp,
    ) -> TouchOutcome {
        let id = self.key(key);
        let Some(entry) = self.entries.get(&id) else {
            if self.has(D::TouchMakes) {
                let record = Record::new(Scope::new("?"), ProofHash::new([0; 32]), now, vec![]);
                self.insert(key, &record);
                return TouchOutcome::Touched;
            }
            return TouchOutcome::Gone;
        };
        if !self.is_live(&entry.record, now) && !self.has(D::TouchRevives) {
            return TouchOutcome::Gone;
        }
        let (idle, fresh) = (self.moved(&entry.record, deadline), self.next_version());
        let raises = self.has(D::TouchRaisesTheVersion);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.record.idle_deadline = idle;
            entry.version = if raises { fresh } else { entry.version };
        }
        TouchOutcome::Touched
    }

    /// The idle deadline that a touch leaves.
    pub(crate) fn moved(&self, record: &Record, deadline: Timestamp) -> Option<Timestamp> {
        let last = record.absolute_deadline.unwrap_or(Timestamp::MAX);
        let limited = deadline.min(last);
        match (self.defect, record.idle_deadline) {
            (Some(D::TouchDoesNothing), idle) => idle,
            (Some(D::TouchSetsADeadline), None) => Some(limited),
            (Some(D::TouchMovesBack), Some(_)) => Some(limited),
            (Some(D::TouchGoesBeyond), Some(idle)) => Some(idle.max(deadline)),
            (_, idle) => idle.map(|idle| idle.max(limited)),
        }
    }

    pub(crate) fn remove(&mut self, key: &StorageKey) -> RemoveOutcome {
        let key = self.key(key);
        if self.has(D::RemoveMissesTheEnded) && self.live(&key, self.latest).is_none() {
            return RemoveOutcome::Absent;
        }
        let removed = self.entries.remove(&key);
        if self.has(D::RemoveEndsAllSessions)
            && let Some(subject) = removed.as_ref().and_then(|entry| entry.record.subject())
        {
            let sessions = self.sessions(&subject);
            self.leave(&sessions);
        }
        match removed {
            None if !self.has(D::RemoveAlwaysSaysRemoved) => RemoveOutcome::Absent,
            _ => RemoveOutcome::Removed,
        }
    }

    pub(crate) fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        let mut keys = self.sessions(subject);
        if self.has(D::ListGoesByKey) {
            keys.sort();
        }
        if !self.has(D::ListHoldsTheEnded) {
            keys.retain(|key| self.live(key, now).is_some());
        }
        let listed = |key: StorageKey| {
            let entry = self.entries.get(&key)?;
            let record = match self.defect {
                Some(D::ListGivesTheFirstDates) => &entry.first,
                _ => &entry.record,
            };
            let (absolute, idle) = (record.absolute_deadline, record.idle_deadline);
            Some(Listed::new(key, record.created, absolute, idle))
        };
        keys.into_iter().filter_map(listed).collect()
    }

    pub(crate) fn end_sessions(
        &mut self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> u64 {
        let mut ended = self.sessions(subject);
        ended.retain(|key| Some(key) != except);
        let live = ended.iter().filter(|key| self.live(key, now).is_some());
        let mut count = live.count();
        if self.has(D::RemoveAllCountsTheEnded) {
            count = ended.len();
        }
        if !self.has(D::RemoveAllLeavesTheRecords) {
            self.leave(&ended);
        }
        count as u64
    }

    pub(crate) fn raise(&mut self, subject: &Subject, except: Option<&StorageKey>, now: Timestamp) {
        let old = self.number(subject);
        let number = match self.defect {
            Some(D::RaisesByOne) => SubjectNumber::new(old.get() + 1),
            Some(D::RaisesToNow) => old.max(SubjectNumber::new(now.as_millis())),
            _ => old.raised(now),
        };
        let subject = self.subject(subject);
        self.numbers.insert(subject.clone(), number);
        let fresh = self.next_version();
        let renumbers_all = self.has(D::ExceptionIsAlwaysRenumbered);
        let is_own = except
            .and_then(|key| self.entries.get(key))
            .is_some_and(|entry| self.subject_of(&entry.record) == Some(subject));
        let Some(entry) = except.and_then(|key| self.entries.get_mut(key)) else {
            return;
        };
        if (is_own || renumbers_all) && self.defect != Some(D::ExceptedKeepsItsNumber) {
            entry.record.subject_number = Some(number);
        }
        if self.defect == Some(D::ExceptedTakesAVersion) {
            entry.version = fresh;
        }
    }

    pub(crate) fn end_before(&mut self, scope: &Scope, time: Timestamp) {
        if self.has(D::FloorEndsOnlyWhatIsThere) {
            self.entries
                .retain(|_, entry| entry.record.created >= time || entry.record.scope != *scope);
            return;
        }
        let falls = self.has(D::FloorFalls);
        let floor = self.floors.entry(self.floor_of(scope)).or_default();
        *floor = if falls { time } else { time.max(*floor) };
    }

    /// What a sweep removes.
    pub(crate) fn due(&self, now: Timestamp, limit: usize) -> Vec<StorageKey> {
        let span = if self.has(D::SweepsAtOnce) {
            Duration::ZERO
        } else {
            HOUR
        };
        let before = now.saturating_sub(span);
        let is_due = |entry: &Entry| {
            let end = match self.defect {
                Some(D::SweepGoesByTheFirstDeadlines) => entry.first.ends_at(),
                Some(D::SweepTakesTheLiving) => Some(entry.record.created),
                _ => entry.record.ends_at(),
            };
            let at = self.has(D::SweepsAtTheHour);
            end.is_some_and(|end| end < before || at && end == before)
                || self.is_below_floor(&entry.record)
        };
        let due = self.entries.iter().filter(|(_, entry)| is_due(entry));
        let limit = match self.defect {
            Some(D::SweepIgnoresItsLimit) => usize::MAX,
            Some(D::SweepStopsEarly) => limit / 2,
            _ => limit,
        };
        due.map(|(key, _)| key.clone()).take(limit).collect()
    }

    pub(crate) fn sweep(&mut self, now: Timestamp, limit: usize) -> usize {
        let due = self.due(now, limit);
        self.leave(&due);
        if self.has(D::NumberGoesWithTheLastSession) {
            let entries = self.entries.values();
            let known: Vec<_> = entries.filter_map(|entry| entry.record.subject()).collect();
            self.numbers.retain(|subject, _| known.contains(subject));
        }
        due.len()
    }
}

pub(crate) fn stored(entry: &Entry) -> Stored {
    Stored::new(entry.record.clone(), entry.version)
}
