//! What makes a record.

use cloakroom_core::{SubjectLimit, Timestamp};
use cloakroom_storage::{
    CreateOutcome, Record, StorageKey, Subject, SubjectNumber, Version, WhenFull,
};

use crate::defect::Defect as D;
use crate::state::{Entry, State};

/// What a `create` keeps, and the sessions that go for it.
pub(crate) type Admitted = (Record, Vec<StorageKey>);

impl State {
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
            let now = self.late(D::LimitIsLate, now);
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
            is_unlisted: self.has(D::CreateIsListedLate),
            before: None,
        };
        self.entries.insert(self.key(key), entry);
        version
    }
}
