//! Making a record: every check and the record itself in one step.
//!
//! * **Tried, and tried again.** What is in the way (a dead record under the key, a full storage)
//!   belongs to other subjects, whose locks may not be taken while this one's is held. So a try
//!   ends with what it met, that is put out of the way without a lock held, and all checks are made
//!   anew.
//! * **In before out.** A session that gives way to a new one goes when the new one lies there; the
//!   subject's lock keeps anyone from counting in between.

use cloakroom_storage::{
    CreateOutcome, Record, StorageKey, Subject, SubjectLimit, Timestamp, WhenFull,
};

use super::entry::Class;
use super::places::Place;
use super::shard::Occupant;
use super::store::Store;
use super::subjects::{Named, Subjects};

/// What ended a try.
enum Tried {
    Done(CreateOutcome),
    /// A dead record of this subject lies under the key.
    DeadInTheWay(Option<Subject>),
    NoPlace,
    /// Another call took the key just now.
    Overtaken,
}

impl Store {
    pub(super) fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> CreateOutcome {
        let mut place = None;
        loop {
            match self.try_create(key, record, limit, &mut place, now) {
                Tried::Done(outcome) => return outcome,
                Tried::DeadInTheWay(subject) => {
                    drop(self.remove_where(key, subject, |entry| !entry.is_live(now)));
                }
                Tried::NoPlace => match self.make_room(Class::of(record), now) {
                    Some(room) => place = Some(room),
                    None => return CreateOutcome::Full,
                },
                Tried::Overtaken => {}
            }
        }
    }

    fn try_create<'a>(
        &'a self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        place: &mut Option<Place<'a>>,
        now: Timestamp,
    ) -> Tried {
        let mut record = record.clone();
        let mut owner = record.subject().map(|subject| {
            let subjects = self.subjects_at(&subject);
            (subject, subjects)
        });
        match self.records_at(key).occupant(key, now) {
            Occupant::None => {}
            Occupant::Live => return Tried::Done(CreateOutcome::Exists),
            Occupant::Dead(subject) => return Tried::DeadInTheWay(subject),
        }
        let mut leaving = Vec::new();
        if let Some((subject, subjects)) = &owner {
            match self.admit(&mut record, subject, subjects, limit, now) {
                Ok(oldest) => leaving = oldest,
                Err(refusal) => return Tried::Done(refusal),
            }
        }
        if place.is_none() && leaving.is_empty() {
            *place = self.places.reserve(Class::of(&record));
            if place.is_none() {
                return Tried::NoPlace;
            }
        }
        let created = record.created;
        let Some(version) = self.records_at(key).insert(key, record) else {
            return Tried::Overtaken;
        };
        let mut place = place.take();
        if let Some((subject, subjects)) = &mut owner {
            subjects.add(subject.clone(), (created, key.clone()));
            for session in leaving {
                let left = self.remove_of(subject, subjects, &session);
                place = place.or(left);
            }
        }
        if let Some(place) = place {
            place.keep();
        }
        Tried::Done(CreateOutcome::Created(version))
    }

    /// Whether the subject may have one more session: then which of its sessions go for it, and
    /// the record has a number.
    fn admit(
        &self,
        record: &mut Record,
        subject: &Subject,
        subjects: &Subjects,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<Vec<Named>, CreateOutcome> {
        let number = subjects.number(subject);
        if *record.subject_number.get_or_insert(number) < number {
            return Err(CreateOutcome::SignedOutMeanwhile);
        }
        let sessions = subjects.sessions(subject);
        let Some(limit) = limit else {
            return Ok(Vec::new());
        };
        let max = usize::try_from(limit.max().get()).unwrap_or(usize::MAX);
        if sessions.len() < max {
            return Ok(Vec::new());
        }
        let live = sessions.iter().filter(|(_, key)| self.is_live(key, now));
        let mut live: Vec<_> = live.cloned().collect();
        let too_many = (live.len() + 1).saturating_sub(max);
        if too_many > 0 && limit.when_full() == WhenFull::RejectNew {
            return Err(CreateOutcome::TooManyForSubject);
        }
        live.truncate(too_many);
        Ok(live)
    }

    /// Removes a session of `subject`, whose lock is held.
    fn remove_of(
        &self,
        subject: &Subject,
        subjects: &mut Subjects,
        session: &Named,
    ) -> Option<Place<'_>> {
        let entry = self.records_at(&session.1).remove(&session.1)?;
        subjects.remove(subject.clone(), session);
        Some(self.places.of_removed(entry.class()))
    }
}
