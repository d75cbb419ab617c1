//! What all clones of a storage share, and the calls that end nothing.
//!
//! * **Files, then index.** A write takes its place and is synced, then the index tells of it, so
//!   nobody sees what a loss of power could still undo.
//! * **A read asks the index, the file and the index again**: a file of the version that the index
//!   has is settled. Only a read that met a write waits for it.
//! * **A file that somebody else removed is none**, and stays in the index: it may be there again after
//!   a loss of power, and only a removal that lasts lets the index forget it.
//! * **An error after a file took its place** says nothing about the effect, as the contract has it;
//!   the index follows the file all the same.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cloakroom_storage::{
    Listed, Record, Scope, StorageError, StorageKey, Stored, Subject, SubjectNumber, Timestamp,
    TouchOutcome, UpdateOutcome, Version,
};

use super::claims::{Claim, Claims};
use super::index::{Entry, Index};
use super::state::State;
use crate::directory::draft::{Draft, Onto, Put};
use crate::directory::error::{corrupt, failed};
use crate::directory::place::Place;
use crate::directory::tree::{Found, Held, Tree};
use crate::kept_record::KeptRecord;

/// The files, and what is known of them.
pub(super) struct Store {
    pub(super) tree: Tree,
    pub(super) claims: Claims,
    index: Mutex<Index>,
    state: Mutex<State>,
    /// Locked for as long as the storage lives.
    _held: Held,
}

/// What a write came to that may not be undone by an error.
pub(super) enum Written {
    /// It lies there; whether it lasts is the second answer.
    There(io::Result<()>),
    /// There was nothing to take the place of.
    Gone,
}

impl Store {
    pub(super) fn new(tree: Tree, held: Held, index: Index, state: State) -> Self {
        Self {
            tree,
            claims: Claims::default(),
            index: Mutex::new(index),
            state: Mutex::new(state),
            _held: held,
        }
    }

    pub(super) fn read(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.check(key)?;
        if self.index().live(key, now).is_none() {
            return Ok(None);
        }
        if let Some(found) = self.settled(key, now, self.load(key)?) {
            return Ok(found);
        }
        // A write of this key is under way.
        let _key = self.claims.take([Claim::Key(key.clone())]);
        self.read_claimed(key, now)
    }

    pub(super) fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let _key = self.claims.take([Claim::Key(key.clone())]);
        self.check(key)?;
        let Some(entry) = self.index().live(key, now).cloned() else {
            return Ok(UpdateOutcome::Gone);
        };
        if entry.version != version {
            return Ok(match self.read_claimed(key, now)? {
                Some(stored) => UpdateOutcome::Conflict(Box::new(stored)),
                None => UpdateOutcome::Gone,
            });
        }
        let version = self.next_version()?;
        let kept = KeptRecord::new(key.clone(), version, updated(&entry, record));
        Ok(match self.replace(&kept)? {
            true => UpdateOutcome::Updated(version),
            false => UpdateOutcome::Gone,
        })
    }

    pub(super) fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let _key = self.claims.take([Claim::Key(key.clone())]);
        self.check(key)?;
        let Some(entry) = self.index().live(key, now).cloned() else {
            return Ok(TouchOutcome::Gone);
        };
        let last = entry.absolute_deadline.unwrap_or(Timestamp::MAX);
        let moved = idle_deadline.min(last);
        if entry.idle_deadline.is_none_or(|idle| moved <= idle) {
            return Ok(TouchOutcome::Touched);
        }
        let Some(Stored {
            mut record,
            version,
            ..
        }) = self.read_claimed(key, now)?
        else {
            return Ok(TouchOutcome::Gone);
        };
        record.idle_deadline = Some(moved);
        match self.replace(&KeptRecord::new(key.clone(), version, record))? {
            true => Ok(TouchOutcome::Touched),
            false => Ok(TouchOutcome::Gone),
        }
    }

    pub(super) fn number(&self, subject: &Subject) -> SubjectNumber {
        self.index().number(subject)
    }

    pub(super) fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        self.index().list(subject, now)
    }

    pub(super) fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.state()
            .raise_floor(scope, time, &self.tree)
            .map_err(failed)?;
        self.index().raise_floor(scope, time);
        Ok(())
    }

    pub(super) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_version(&self) -> Result<Version, StorageError> {
        self.state().next_version(&self.tree).map_err(failed)
    }

    /// An error where a damaged file lies under the key: nobody knows what it was.
    pub(super) fn check(&self, key: &StorageKey) -> Result<(), StorageError> {
        let index = self.index();
        if index.counts().damaged > 0 && index.is_damaged(&Place::of_key(key)) {
            return Err(corrupt());
        }
        Ok(())
    }

    /// Puts a record to its place, without the index.
    pub(super) fn write(&self, kept: &KeptRecord, onto: Onto) -> Result<Written, StorageError> {
        let draft = Draft::new(&self.tree, &kept.encode()).map_err(failed)?;
        match draft.put(&Place::of_key(&kept.key), onto).map_err(failed)? {
            Put::Done(placed) => Ok(Written::There(placed.sync())),
            Put::Taken | Put::Gone => Ok(Written::Gone),
        }
    }

    /// Replaces the record of a key that is claimed; whether one was there.
    pub(super) fn replace(&self, kept: &KeptRecord) -> Result<bool, StorageError> {
        match self.write(kept, Onto::Something)? {
            Written::There(lasting) => {
                let new = Entry::of(kept);
                self.index().change(&kept.key, |entry| {
                    entry.version = new.version;
                    entry.number = new.number;
                    entry.idle_deadline = new.idle_deadline;
                });
                lasting.map_err(failed)?;
                Ok(true)
            }
            Written::Gone => Ok(false),
        }
    }

    /// What lies under a key that is claimed, so that no write is under way.
    fn read_claimed(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        self.check(key)?;
        if self.index().live(key, now).is_none() {
            return Ok(None);
        }
        match self.load(key)? {
            None => Ok(None),
            kept => self.settled(key, now, kept).ok_or_else(corrupt),
        }
    }

    /// What the index makes of a file; nothing where they disagree.
    fn settled(
        &self,
        key: &StorageKey,
        now: Timestamp,
        kept: Option<KeptRecord>,
    ) -> Option<Option<Stored>> {
        let index = self.index();
        let Some(entry) = index.live(key, now) else {
            return Some(None);
        };
        let mut kept = kept.filter(|kept| kept.version == entry.version && kept.key == *key)?;
        kept.record.idle_deadline = entry.idle_deadline;
        kept.record.subject_number = entry.number;
        Some(Some(Stored::new(kept.record, kept.version)))
    }

    fn load(&self, key: &StorageKey) -> Result<Option<KeptRecord>, StorageError> {
        match self.tree.read(&Place::of_key(key)).map_err(failed)? {
            Found::Nothing => Ok(None),
            Found::Empty(_) => Err(corrupt()),
            Found::Content(bytes) => match KeptRecord::decode(&bytes) {
                Ok(kept) => Ok(Some(kept)),
                Err(error) => Err(corrupt().with_source(error)),
            },
        }
    }
}

/// What an update leaves: what never changes is kept as it lies there, whatever `record` says.
fn updated(entry: &Entry, record: &Record) -> Record {
    let mut updated = record.clone();
    updated.scope = entry.scope.clone();
    updated.subject = entry.subject.as_ref().map(Subject::shared_name);
    updated.subject_number = entry.number;
    updated.created = entry.created;
    updated.absolute_deadline = entry.absolute_deadline;
    updated.idle_deadline = Record::idle_after_update(entry.idle_deadline, record.idle_deadline);
    updated
}
