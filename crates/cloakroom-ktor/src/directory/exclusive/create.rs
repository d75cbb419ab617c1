//! Making a record: every check and the record itself in one step.
//!
//! * **The subject is claimed first**: until this call is done no other one lets a session of it in
//!   or ends one. Then the key, and the keys of the sessions that give way.
//! * **In before out.** A session that gives way to a new one goes when the new one lies there, so a
//!   crash in between leaves one session too many, which the next sign-in puts right; the other way
//!   round it could leave none.

use cloakroom_storage::{
    CreateOutcome, Record, StorageError, StorageKey, Subject, SubjectLimit, SubjectNumber,
    Timestamp, WhenFull,
};

use super::claims::Claim;
use super::index::{Entry, Index};
use super::store::{Store, Written};
use crate::directory::draft::Onto;
use crate::directory::error::failed;
use crate::directory::place::Place;
use crate::directory::tree::Lasting;
use crate::kept_record::KeptRecord;

/// What a record is let in with.
struct Admitted {
    number: Option<SubjectNumber>,
    /// Which sessions go for it.
    leaving: Vec<StorageKey>,
}

impl Store {
    pub(super) fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let subject = record.subject();
        let _subject = self.claims.take(subject.clone().map(Claim::Subject));
        let admit = || admit(&self.index(), key, record, subject.as_ref(), limit, now);
        let first = match admit() {
            Ok(first) => first,
            Err(refusal) => return Ok(refusal),
        };
        let keys = first.leaving.iter().chain([key]).cloned();
        let _keys = self.claims.take(keys.map(Claim::Key));
        self.check(key)?;
        // Another record may lie under the key by now, and fewer sessions of the subject be alive:
        // those that leave now are some of those that were claimed.
        let admitted = match admit() {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(refusal),
        };
        self.let_in(key, record, &admitted)
    }

    fn let_in(
        &self,
        key: &StorageKey,
        record: &Record,
        admitted: &Admitted,
    ) -> Result<CreateOutcome, StorageError> {
        let version = self.next_version()?;
        let mut kept = KeptRecord::new(key.clone(), version, record.clone());
        kept.record.subject_number = admitted.number;
        let Written::There(lasting) = self.write(&kept, Onto::Anything)? else {
            return Ok(CreateOutcome::Exists);
        };
        let mut left = Ok(());
        let mut gone = Vec::new();
        for key in &admitted.leaving {
            match self.tree.remove(&Place::of_key(key), Lasting::Yes) {
                Ok(_) => gone.push(key),
                Err(error) => left = Err(error),
            }
        }
        let mut index = self.index();
        for key in gone {
            index.remove(key);
        }
        index.insert(key, Entry::of(&kept));
        drop(index);
        lasting.and(left).map_err(failed)?;
        Ok(CreateOutcome::Created(version))
    }
}

/// Whether a record may be made, by what lies there now.
fn admit(
    index: &Index,
    key: &StorageKey,
    record: &Record,
    subject: Option<&Subject>,
    limit: Option<SubjectLimit>,
    now: Timestamp,
) -> Result<Admitted, CreateOutcome> {
    if index.live(key, now).is_some() {
        return Err(CreateOutcome::Exists);
    }
    let mut admitted = Admitted {
        number: record.subject_number,
        leaving: Vec::new(),
    };
    let Some(subject) = subject else {
        return Ok(admitted);
    };
    let number = index.number(subject);
    if *admitted.number.get_or_insert(number) < number {
        return Err(CreateOutcome::SignedOutMeanwhile);
    }
    let Some(limit) = limit else {
        return Ok(admitted);
    };
    let max = usize::try_from(limit.max().get()).unwrap_or(usize::MAX);
    let mut live = index.sessions(subject);
    live.retain(|key| index.live(key, now).is_some());
    let too_many = (live.len() + 1).saturating_sub(max);
    if too_many > 0 && limit.when_full() == WhenFull::RejectNew {
        return Err(CreateOutcome::TooManyForSubject);
    }
    live.truncate(too_many);
    admitted.leaving = live;
    Ok(admitted)
}
