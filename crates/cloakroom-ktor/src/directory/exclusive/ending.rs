//! The calls that end records.
//!
//! * **Found first, then claimed.** Whose record it is shows only in the index, and the subject is
//!   claimed before the key; so it is looked at again once both are, and if it is another one's by
//!   then, one begins again.
//! * **All of a subject's at once**: the index lets them go in one moment, when their files are gone
//!   and the subject's number is written down.
//! * **A full disk is no reason to stay signed in**: what cannot be written down at first is tried again
//!   when files have been removed. If it fails still, that is told, and what is gone is ended.

use std::time::Duration;

use cloakroom_storage::{
    RemoveOutcome, StorageError, StorageKey, Subject, SubjectNumber, TakeOutcome, Timestamp,
    Version,
};

use super::claims::Claim;
use super::index::Entry;
use super::store::Store;
use crate::directory::error::{corrupt, failed};
use crate::directory::place::Place;
use crate::directory::tree::{Found, Lasting, Unlinked};
use crate::kept_record::KeptRecord;

/// How long a record that ended is left lying, as the contract has it.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

/// How many of them are looked up at once.
const BATCH: usize = 256;

impl Store {
    pub(super) fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        if self.remove_if(key, Lasting::Yes, |_| true)? {
            return Ok(RemoveOutcome::Removed);
        }
        self.remove_damaged(key)
    }

    pub(super) fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        loop {
            self.check(key)?;
            let is_it = |entry: &Entry| entry.is_live(now) && entry.version == version;
            if self.remove_if(key, Lasting::Yes, is_it)? {
                return Ok(TakeOutcome::Taken);
            }
            match self.read(key, now)? {
                None => return Ok(TakeOutcome::Gone),
                Some(there) if there.version == version => {}
                Some(there) => return Ok(TakeOutcome::Conflict(Box::new(there))),
            }
        }
    }

    pub(super) fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let _subject = self.claims.take([Claim::Subject(subject.clone())]);
        let sessions = self.index().sessions(subject);
        let _keys = self.claims.take(sessions.iter().cloned().map(Claim::Key));
        let number = self.number(subject).raised(now);
        let noted = self.state().made(number, &self.tree);
        let mut done = Ok(());
        let mut gone = Vec::new();
        let mut spared = None;
        // Fewer than were claimed, where another subject's record took the place of a dead one.
        let sessions = self.index().sessions(subject);
        for key in sessions {
            if Some(&key) == except {
                spared = Some(key);
                continue;
            }
            let removed = self.tree.remove(&Place::of_key(&key), Lasting::Yes);
            done = done.and(removed.map(|_| gone.push(key)).map_err(failed));
        }
        // A full disk has room now, by what was removed.
        let noted = noted.or_else(|_| self.state().made(number, &self.tree));
        let noted = noted.map_err(failed);
        if let (Ok(()), Some(key)) = (&noted, spared) {
            done = done.and(self.renumber(&key, number));
        }
        done = done.and(noted);
        let mut index = self.index();
        index.set_number(subject, number);
        let removed = gone.iter().filter_map(|key| index.remove(key));
        let live = removed.filter(|entry| entry.is_live(now)).count();
        drop(index);
        done.map(|()| live as u64)
    }

    /// Removes what ended long ago, each under claims of its own. Without waiting for the disk:
    /// what comes back after a loss of power is ended all the same.
    pub(super) fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        let before = now.saturating_sub(SWEEP_AFTER);
        let is_due = |entry: &Entry| entry.end().is_some_and(|end| end < before);
        let mut swept = 0;
        while swept < limit {
            let due = self.index().ended_before(before, BATCH.min(limit - swept));
            if due.is_empty() {
                break;
            }
            for key in due {
                swept += usize::from(self.remove_if(&key, Lasting::No, is_due)?);
            }
        }
        Ok(swept)
    }

    /// Removes the record under `key` if it passes `test`; whether it did.
    fn remove_if(
        &self,
        key: &StorageKey,
        lasting: Lasting,
        test: impl Fn(&Entry) -> bool,
    ) -> Result<bool, StorageError> {
        loop {
            let Some(found) = self.index().get(key).cloned() else {
                return Ok(false);
            };
            let _subject = self.claims.take(found.subject.clone().map(Claim::Subject));
            let _key = self.claims.take([Claim::Key(key.clone())]);
            let Some(entry) = self.index().get(key).cloned() else {
                return Ok(false);
            };
            if entry.subject != found.subject {
                continue;
            }
            if !test(&entry) {
                return Ok(false);
            }
            let removed = self.tree.remove(&Place::of_key(key), lasting);
            let removed = removed.map_err(failed)?;
            self.index().remove(key);
            // A file that was removed by hand was no record any more.
            return Ok(removed != Unlinked::Nothing);
        }
    }

    fn remove_damaged(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let _key = self.claims.take([Claim::Key(key.clone())]);
        let place = Place::of_key(key);
        if !self.index().is_damaged(&place) {
            return Ok(RemoveOutcome::Absent);
        }
        self.tree.remove(&place, Lasting::Yes).map_err(failed)?;
        self.index().repaired(&place);
        Ok(RemoveOutcome::Removed)
    }

    /// Gives the record under `key`, which is claimed, the subject's new number.
    fn renumber(&self, key: &StorageKey, number: SubjectNumber) -> Result<(), StorageError> {
        let Found::Content(bytes) = self.tree.read(&Place::of_key(key)).map_err(failed)? else {
            return Ok(());
        };
        let mut kept = KeptRecord::decode(&bytes).map_err(|error| corrupt().with_source(error))?;
        kept.record.subject_number = Some(number);
        self.replace(&kept).map(drop)
    }
}
