//! A storage with one defect, or none.
//!
//! The defects of single steps are in `creating`, `changing` and `ending`; here are those that take two steps for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloakroom_core::{Storage, StorageError, StorageErrorKind, SubjectLimit, Timestamp};
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version,
};
use tokio::task::yield_now;

use crate::creating::Admitted;
use crate::defect::Defect as D;
use crate::state::State;

/// How many creates may be under way where each takes a place.
const PLACES: usize = 8;

pub(crate) struct Broken {
    state: Arc<Mutex<State>>,
    defect: Option<D>,
}

impl Broken {
    pub(crate) fn new(defect: Option<D>) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(defect))),
            defect,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn create_in_steps(
        &self,
        key: &StorageKey,
        (record, leaving): Admitted,
        now: Timestamp,
    ) -> CreateOutcome {
        match self.defect {
            Some(D::EndsTheOldestFirst) => {
                self.lock().leave(&leaving);
                yield_now().await;
                self.lock().create(key, (record, Vec::new()), now)
            }
            Some(D::EndsTheOldestLater) => {
                let outcome = self.lock().create(key, (record, Vec::new()), now);
                yield_now().await;
                self.lock().leave(&leaving);
                outcome
            }
            Some(D::DroppedCreatesKeepTheirPlace) => {
                self.lock().creating += 1;
                yield_now().await;
                let mut state = self.lock();
                state.creating -= 1;
                state.create(key, (record, leaving), now)
            }
            Some(D::CreatesInTwoSteps) => {
                let mut empty = record.clone();
                empty.content = Arc::default();
                let outcome = self.lock().create(key, (empty, leaving), now);
                yield_now().await;
                self.lock().replace(key, &record, now);
                outcome
            }
            _ => {
                yield_now().await;
                self.lock().create(key, (record, leaving), now)
            }
        }
    }

    async fn touch_a_copy(
        &self,
        key: &StorageKey,
        deadline: Timestamp,
        now: Timestamp,
    ) -> TouchOutcome {
        let copy = {
            let mut state = self.lock();
            let Some(mut copy) = state.read(key, now) else {
                return TouchOutcome::Gone;
            };
            copy.record.idle_deadline = state.moved(&copy.record, deadline);
            copy
        };
        yield_now().await;
        let mut state = self.lock();
        state.insert(key, &copy.record);
        if let Some(entry) = state.entries.get_mut(key) {
            entry.version = copy.version;
        }
        TouchOutcome::Touched
    }
}

impl Storage for Broken {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        let found = self.lock().read(key, now);
        if self.defect == Some(D::ReadTakesTheRecordOut) {
            let taken = self.lock().entries.remove(key);
            yield_now().await;
            let taken = taken.map(|entry| (key.clone(), entry));
            self.lock().entries.extend(taken);
        }
        if found.is_none() && self.defect == Some(D::UnknownIsAnError) {
            return Err(StorageError::new(StorageErrorKind::Other));
        }
        Ok(found)
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let admitted = {
            let mut state = self.lock();
            if state.creating == PLACES {
                return Err(StorageError::new(StorageErrorKind::Unavailable));
            }
            let admitted = match state.admit(key, record, limit, now) {
                Err(refused) => return Ok(refused),
                Ok(admitted) => admitted,
            };
            let takes_steps = matches!(
                self.defect,
                Some(
                    D::CreateLooksFirst
                        | D::CreatesInTwoSteps
                        | D::DroppedCreatesKeepTheirPlace
                        | D::EndsTheOldestFirst
                        | D::EndsTheOldestLater
                )
            );
            if !takes_steps {
                return Ok(state.create(key, admitted, now));
            }
            admitted
        };
        Ok(self.create_in_steps(key, admitted, now).await)
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        {
            let mut state = self.lock();
            if let Some(refused) = state.refuse_update(key, version, record, now) {
                return Ok(refused);
            }
            match self.defect {
                Some(D::UpdateLooksFirst) => {}
                Some(D::UpdatesInTwoSteps) => {
                    let id = state.key(key);
                    if let Some(entry) = state.entries.get_mut(&id) {
                        entry.record.content.clone_from(&record.content);
                    }
                }
                _ => return Ok(UpdateOutcome::Updated(state.replace(key, record, now))),
            }
        }
        yield_now().await;
        Ok(UpdateOutcome::Updated(
            self.lock().replace(key, record, now),
        ))
    }

    async fn touch(
        &self,
        key: &StorageKey,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        if self.defect == Some(D::TouchWritesTheRecordBack) {
            return Ok(self.touch_a_copy(key, deadline, now).await);
        }
        let moved = {
            let mut state = self.lock();
            let record = state.read(key, now).map(|stored| stored.record);
            let moved = record.and_then(|record| state.moved(&record, deadline));
            let id = state.key(key);
            match (self.defect, state.entries.get_mut(&id)) {
                (Some(D::TouchLooksFirst), Some(_)) => {}
                (Some(D::TouchesInTwoSteps), Some(entry)) => entry.record.idle_deadline = None,
                _ => return Ok(state.touch(key, deadline, now)),
            }
            moved
        };
        yield_now().await;
        if let Some(entry) = self.lock().entries.get_mut(key) {
            entry.record.idle_deadline = moved;
        }
        Ok(TouchOutcome::Touched)
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        {
            let mut state = self.lock();
            if let Some(refused) = state.refuse_take(key, version, now) {
                return Ok(refused);
            }
            match (self.defect, state.entries.get_mut(key)) {
                (Some(D::TakeLooksFirst), Some(_)) => {}
                (Some(D::TakesInTwoSteps), Some(entry)) => entry.is_unlisted = true,
                (Some(D::TakeRemovesNothing), _) => return Ok(TakeOutcome::Taken),
                _ => {
                    state.entries.remove(key);
                    return Ok(TakeOutcome::Taken);
                }
            }
        }
        yield_now().await;
        self.lock().entries.remove(key);
        Ok(TakeOutcome::Taken)
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        {
            let mut state = self.lock();
            match (self.defect, state.entries.get_mut(key)) {
                (Some(D::RemoveLooksFirst), Some(_)) => {}
                (Some(D::RemovesInTwoSteps), Some(entry)) => entry.is_unlisted = true,
                _ => return Ok(state.remove(key)),
            }
        }
        yield_now().await;
        self.lock().entries.remove(key);
        Ok(RemoveOutcome::Removed)
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        _now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        Ok(self.lock().number(subject))
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        let mut state = self.lock();
        let listed = state.list(subject, now);
        if self.defect == Some(D::CreateIsListedLate) {
            let entries = state.entries.values_mut();
            entries.for_each(|entry| entry.is_unlisted = false);
        }
        Ok(listed)
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        if self.defect == Some(D::RemovesTheExceptedFirst) {
            let spared = except.and_then(|key| self.lock().entries.remove_entry(key));
            yield_now().await;
            self.lock().entries.extend(spared);
        }
        let (number, live) = {
            let mut state = self.lock();
            let number = state.number(subject);
            let live = state.end_sessions(subject, except, now);
            if !matches!(
                self.defect,
                Some(D::RaisesTheNumberLater | D::RaiseLooksFirst)
            ) {
                state.raise(subject, except, now);
                return Ok(live);
            }
            (number, live)
        };
        yield_now().await;
        let mut state = self.lock();
        if self.defect == Some(D::RaiseLooksFirst) {
            state.numbers.insert(subject.clone(), number);
        }
        state.raise(subject, except, now);
        Ok(live)
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        if self.defect == Some(D::FloorLooksFirst) {
            let floor = self.lock().floors.get(scope).copied().unwrap_or_default();
            yield_now().await;
            self.lock().floors.insert(scope.clone(), floor.max(time));
            return Ok(());
        }
        if self.defect == Some(D::FloorEndsOneByOne) {
            let mut below: Vec<_> = self.lock().entries.keys().cloned().collect();
            below.sort();
            for key in below {
                self.lock().entries.retain(|at, entry| {
                    *at != key || entry.record.scope != *scope || entry.record.created >= time
                });
                yield_now().await;
            }
        }
        self.lock().end_before(scope, time);
        Ok(())
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        if self.defect == Some(D::SweepLooksFirst) {
            let due = self.lock().due(now, limit);
            yield_now().await;
            self.lock().leave(&due);
            return Ok(due.len());
        }
        if self.defect == Some(D::SweepTakesTheLivingOut) {
            let all = std::mem::take(&mut self.lock().entries);
            yield_now().await;
            self.lock().entries = all;
        }
        Ok(self.lock().sweep(now, limit))
    }
}
