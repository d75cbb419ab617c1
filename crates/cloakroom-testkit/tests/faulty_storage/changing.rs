//! What changes a record.

use cloakroom_core::Timestamp;
use cloakroom_storage::{
    ProofHash, Record, Scope, StorageKey, TouchOutcome, UpdateOutcome, Version,
};

use crate::defect::Defect as D;
use crate::state::{State, stored};

impl State {
    /// What stands against an `update`.
    pub(crate) fn refuse_update(
        &mut self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Option<UpdateOutcome> {
        let id = self.key(key);
        let Some(entry) = self.entries.get(&id) else {
            return (!self.has(D::UpdateMakes)).then_some(UpdateOutcome::Gone);
        };
        let now = self.late(D::UpdateIsLate, now);
        if !self.is_live(&entry.record, now) && !self.has(D::UpdateRevives) {
            return Some(UpdateOutcome::Gone);
        }
        let rotates = self.has(D::RotationIgnoresTheVersion) && record.proof != entry.record.proof;
        if entry.version == version || self.has(D::UpdateIgnoresTheVersion) || rotates {
            return None;
        }
        let mut there = stored(entry);
        if self.has(D::RefusedUpdateWritesItsProof)
            && let Some(entry) = self.entries.get_mut(&id)
        {
            entry.record.proof = record.proof;
        }
        if self.has(D::ConflictGivesTheUpdate) {
            there.record = record.clone();
        }
        Some(UpdateOutcome::Conflict(Box::new(there)))
    }

    /// Replaces the record, or makes one where there is none.
    pub(crate) fn replace(&mut self, key: &StorageKey, record: &Record, now: Timestamp) -> Version {
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
        if self.defect != Some(D::UpdateTakesTheNumber) {
            next.subject_number = entry.record.subject_number;
        }
        if self.defect == Some(D::UpdateBeginsAnew) {
            next.created = now;
        }
        entry.before = Some(stored(entry));
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
        let now = self.late(D::TouchIsLate, now);
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
            (Some(D::TouchKeepsSecondsOnly), Some(idle)) => {
                Some(idle.max(Timestamp::from_secs(limited.as_secs())))
            }
            (Some(D::TouchSetsADeadline), None) => Some(limited),
            (Some(D::TouchMovesBack), Some(_)) => Some(limited),
            (Some(D::TouchGoesBeyond), Some(idle)) => Some(idle.max(deadline)),
            (_, idle) => idle.map(|idle| idle.max(limited)),
        }
    }
}
