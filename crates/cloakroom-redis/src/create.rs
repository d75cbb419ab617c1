//! Making a record, and ending what it displaces.
//!
//! With a subject it is two steps, since the subject's index and the record lie in different slots
//! of a cluster: the index lets the session in, which is where number and limit are checked; then
//! the record is kept. What ended all sessions in between has left a mark that makes the second
//! step fail; the mark lasts longer than the second step may come after the first.

use std::mem;

use cloakroom_storage::{
    CreateOutcome, Record, StorageError, StorageErrorKind, StorageKey, SubjectLimit, Timestamp,
};

use crate::index::Entered;
use crate::layout::{Corrupt, Head};
use crate::names::{Owner, Place};
use crate::store::{Kept, Mark, Session, Store};

/// How often a sign-in begins anew that crosses endings of all sessions.
const TRIES: usize = 8;

impl Store {
    pub(crate) async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let place = Place::of(key);
        let created = match record.subject() {
            None => self.create_of_nobody(&place, record, now).await,
            Some(subject) => {
                let whose = &Owner::of(&subject);
                self.create_of(whose, &place, record, limit, now).await
            }
        };
        match created {
            Err(error) if is_full(&error) => {
                self.unless_exists(&place, CreateOutcome::Full, now).await
            }
            created => created,
        }
    }

    async fn create_of_nobody(
        &self,
        place: &Place,
        record: &Record,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let number = record.subject_number;
        match self.keep(place, record, number, None, now).await? {
            Kept::Created(version, replaced) => {
                self.forget(place, replaced).await;
                Ok(CreateOutcome::Created(version))
            }
            Kept::Exists => Ok(CreateOutcome::Exists),
            _ => Err(Corrupt.into()),
        }
    }

    async fn create_of(
        &self,
        owner: &Owner,
        place: &Place,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let mut outcome = CreateOutcome::SignedOutMeanwhile;
        for _ in 0..TRIES {
            outcome = self.try_create(owner, place, record, limit, now).await?;
            // A sign-in without a number begins now, so it begins anew after what has ended all.
            if outcome != CreateOutcome::SignedOutMeanwhile || record.subject_number.is_some() {
                break;
            }
        }
        Ok(outcome)
    }

    async fn try_create(
        &self,
        owner: &Owner,
        place: &Place,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let refusal = match self.admit(owner, place, record, limit, now).await? {
            Entered::In {
                number,
                session,
                displaced,
            } => {
                let number = record.subject_number.unwrap_or(number);
                let entered = Some((owner, session.stamp));
                let kept = self.keep(place, record, Some(number), entered, now).await;
                if kept.as_ref().is_err_and(is_full) {
                    // It is known that nothing is kept.
                    self.withdraw(owner, session.clone()).await;
                }
                return self.settle(owner, session, displaced, kept?, now).await;
            }
            Entered::SignedOut => CreateOutcome::SignedOutMeanwhile,
            Entered::TooMany | Entered::Full => CreateOutcome::TooManyForSubject,
        };
        self.unless_exists(place, refusal, now).await
    }

    /// The first step: the index lets the session in or not.
    async fn admit(
        &self,
        owner: &Owner,
        place: &Place,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<Entered, StorageError> {
        let entered = self.enter(owner, place, record, limit, None).await?;
        if !matches!(entered, Entered::Full) {
            return Ok(entered);
        }
        let mut seen = self.see(owner, now).await?;
        let left_over = mem::take(&mut seen.left_over);
        self.displace(owner, left_over, now).await?;
        self.enter(owner, place, record, limit, Some(&seen)).await
    }

    /// What is to be done after the second step.
    async fn settle(
        &self,
        owner: &Owner,
        session: Session,
        displaced: Vec<Session>,
        kept: Kept,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let refused = match kept {
            Kept::Created(version, replaced) => {
                self.displace(owner, displaced, now).await?;
                self.forget(&session.place, replaced).await;
                return Ok(CreateOutcome::Created(version));
            }
            // Kept, and ended by the next one at once.
            Kept::Displaced(version) => {
                self.displace(owner, displaced, now).await?;
                return Ok(CreateOutcome::Created(version));
            }
            Kept::Exists => Ok(CreateOutcome::Exists),
            Kept::SignedOut => Ok(CreateOutcome::SignedOutMeanwhile),
            Kept::Late => Err(late()),
        };
        self.withdraw(owner, session).await;
        refused
    }

    /// `Exists` comes before every other refusal.
    async fn unless_exists(
        &self,
        place: &Place,
        refusal: CreateOutcome,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let Some(key) = Place::key_of(&place.member) else {
            return Ok(refusal);
        };
        let is_there = self.read(&key, now).await?.is_some();
        Ok(if is_there {
            CreateOutcome::Exists
        } else {
            refusal
        })
    }

    /// Ends sessions that gave their seats to one whose record is there.
    pub(crate) async fn displace(
        &self,
        owner: &Owner,
        sessions: Vec<Session>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        if sessions.is_empty() {
            return Ok(());
        }
        self.end(owner, &sessions, Mark::Displaced, now).await?;
        self.leave(owner, &sessions).await
    }

    /// Takes the entry of a session out whose record was not kept. If that fails it is harmless,
    /// and goes later.
    async fn withdraw(&self, owner: &Owner, session: Session) {
        self.leave(owner, &[session]).await.ok();
    }

    /// Takes the entry of a record out that is no more. As harmless.
    pub(crate) async fn forget(&self, place: &Place, head: Option<Head>) {
        let Some(head) = head else {
            return;
        };
        let Some(name) = head.subject else {
            return;
        };
        let session = Session {
            place: place.clone(),
            stamp: head.stamp,
        };
        self.withdraw(&Owner::new(&head.scope, &name), session)
            .await;
    }
}

fn is_full(error: &StorageError) -> bool {
    error.kind() == StorageErrorKind::Full
}

fn late() -> StorageError {
    StorageError::new(StorageErrorKind::TimedOut).with_source(
        "the record came more than 30 seconds after the subject's index let it in; if calls are \
         not slow, the clocks of the cluster's nodes differ by so much",
    )
}
