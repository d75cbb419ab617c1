//! The cache as a storage: reads by copies, writes that drop them.
//!
//! * **A write drops what it may have changed when it is over**, also where it failed or its future was
//!   dropped: what came of it is then not known. What the storage answered is not put in its place: it
//!   keeps what lies there (a later idle deadline, the subject's number), which only a read tells.
//! * **A *no* is given to nobody who asked after its reading was sent**, since what was not there may
//!   have been made before they asked. They wait for another one, together.

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version, WhenFull,
};

use crate::cached::Cached;
use crate::moment::Moment;
use crate::shared_error::shared;
use crate::shelf::{Found, Shelf, Want};

/// Something is being changed: it is forgotten when this is dropped.
struct Changing<'a> {
    shelf: &'a Shelf,
    what: What<'a>,
}

enum What<'a> {
    Record(&'a StorageKey),
    Subject(&'a Subject),
    Anything,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        match self.what {
            What::Record(key) => self.shelf.forget_record(key),
            What::Subject(subject) => self.shelf.forget_subject(subject),
            What::Anything => self.shelf.forget_everything(),
        }
    }
}

impl<S: Storage> Cached<S> {
    fn changing<'a>(&'a self, what: What<'a>) -> Changing<'a> {
        Changing {
            shelf: &self.shelf,
            what,
        }
    }

    async fn find(
        &self,
        key: &StorageKey,
        now: Timestamp,
        mut want: Want,
    ) -> Result<Option<Stored>, StorageError> {
        let asked = Moment::present(now);
        loop {
            let seat = match self.shelf.find(key, asked, want) {
                Found::Copy(stored) => return Ok(Some(stored)),
                Found::Seat(seat) => seat,
            };
            let read = || self.inner.read_latest(key, now);
            let answer = seat.answer(asked, read).await;
            match &answer.found {
                Err(error) => return Err(shared(error)),
                Ok(Some(stored)) if stored.record.is_live(now) => return Ok(Some(stored.clone())),
                Ok(_) if seat.flight.number <= seat.asked_after => {
                    want = Want::After(seat.asked_after);
                }
                // It may have been alive at our `now`, which is before the one that it was judged by.
                Ok(None) if answer.judged_by > now => return read().await,
                Ok(_) => return Ok(None),
            }
        }
    }
}

impl<S: Storage> Storage for Cached<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.find(key, now, Want::Any).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.find(key, now, Want::Latest).await
    }

    fn keeps_copies(&self) -> bool {
        true
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let _dropped = self.changing(What::Record(key));
        let makes_room = limit.is_some_and(|limit| limit.when_full() == WhenFull::EndOldest);
        let subject = record.subject().filter(|_| makes_room);
        // Which of them makes room, only the storage knows.
        let _dropped_too = subject.as_ref().map(|of| self.changing(What::Subject(of)));
        self.inner.create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let _dropped = self.changing(What::Record(key));
        self.inner.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let _dropped = self.changing(What::Record(key));
        self.inner.touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let _dropped = self.changing(What::Record(key));
        self.inner.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let _dropped = self.changing(What::Record(key));
        self.inner.remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.inner.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.inner.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let _dropped = self.changing(What::Subject(subject));
        self.inner.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        let _dropped = self.changing(What::Anything);
        self.inner.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.inner.sweep(now, limit).await
    }
}
