//! What lists and ends records.

use std::time::Duration;

use cloakroom_core::Timestamp;
use cloakroom_storage::{
    Listed, RemoveOutcome, Scope, StorageKey, Subject, SubjectNumber, TakeOutcome, Version,
};

use crate::defect::Defect as D;
use crate::state::{Entry, State, stored};

const HOUR: Duration = Duration::from_secs(60 * 60);

impl State {
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

    /// What keeps a `take` from removing the record, if something does.
    pub(crate) fn refuse_take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Option<TakeOutcome> {
        let entry = self.entries.get(&self.key(key));
        let is_alive = |entry: &&Entry| self.is_live(&entry.record, now);
        let Some(entry) = entry.filter(|it| self.has(D::TakeFindsTheEnded) || is_alive(it)) else {
            return Some(TakeOutcome::Gone);
        };
        let is_it = entry.version == version || self.has(D::TakeIgnoresTheVersion);
        (!is_it).then(|| TakeOutcome::Conflict(Box::new(stored(entry))))
    }

    pub(crate) fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        let mut keys = self.sessions(subject);
        if self.has(D::ListGoesByKey) {
            keys.sort();
        }
        if !self.has(D::ListHoldsTheEnded) {
            let now = self.late(D::ListIsLate, now);
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
        let now = self.late(D::CountIsLate, now);
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
            let floor = self
                .ended_by_floor(&entry.record)
                .filter(|floor| *floor < before || self.has(D::SweepsBelowAFloorAtOnce));
            end.is_some_and(|end| end < before || at && end == before)
                || floor.is_some() && !self.has(D::SweepMissesTheFloor)
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
