//! One shard of the subjects: their sessions and their numbers.
//!
//! * **A number outlives its sessions**, so that a sign-in that began before all of them were ended
//!   is refused, however late it comes.
//! * **Remembering is bounded.** Past the bound the older half of the numbers without sessions is
//!   forgotten at once, and the greatest of them becomes the shard's floor: the number of every
//!   subject that is not known. Forgetting can only refuse a sign-in that was under way just then,
//!   never let an older one through; by halves it happens seldom.
//! * **A number that is the floor's is not remembered**: forgetting it changes nothing. So a
//!   subject whose sessions were never all ended costs nothing once they are gone.

use std::collections::HashMap;

use cloakroom_storage::{StorageKey, Subject, SubjectNumber, Timestamp};

/// Created time and key of a record: oldest first when sorted.
pub(super) type Named = (Timestamp, StorageKey);

/// What is known of a subject.
#[derive(Debug)]
struct Known {
    number: SubjectNumber,
    /// Sorted. A plain vector: most subjects have one session.
    sessions: Vec<Named>,
}

/// Subjects that have sessions, and numbers of those that have none any more.
#[derive(Debug)]
pub(super) struct Subjects {
    known: HashMap<Subject, Known>,
    /// The number of every subject that is not known.
    floor: SubjectNumber,
    /// How many of the known have no session.
    remembered: usize,
    max_remembered: usize,
}

impl Subjects {
    pub(super) fn new(max_remembered: usize) -> Self {
        Self {
            known: HashMap::new(),
            floor: SubjectNumber::default(),
            remembered: 0,
            max_remembered,
        }
    }

    pub(super) fn number(&self, subject: &Subject) -> SubjectNumber {
        self.known
            .get(subject)
            .map_or(self.floor, |known| known.number)
    }

    /// The subject's records, oldest first, alive or not.
    pub(super) fn sessions(&self, subject: &Subject) -> &[Named] {
        self.known
            .get(subject)
            .map_or(&[], |known| known.sessions.as_slice())
    }

    pub(super) fn add(&mut self, subject: Subject, session: Named) {
        let mut known = self.take(&subject);
        if let Err(place) = known.sessions.binary_search(&session) {
            known.sessions.insert(place, session);
        }
        self.put_back(subject, known);
    }

    pub(super) fn remove(&mut self, subject: Subject, session: &Named) {
        let mut known = self.take(&subject);
        if let Ok(place) = known.sessions.binary_search(session) {
            known.sessions.remove(place);
        }
        self.put_back(subject, known);
    }

    /// Raises the subject's number and gives it, with the records that the subject had; only the
    /// one under `except` is still the subject's.
    pub(super) fn end_all(
        &mut self,
        subject: Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> (SubjectNumber, Vec<Named>) {
        let known = self.take(&subject);
        let number = known.number.raised(now);
        let (sessions, ended) = known
            .sessions
            .into_iter()
            .partition(|(_, key)| Some(key) == except);
        self.put_back(subject, Known { number, sessions });
        (number, ended)
    }

    /// Takes out what is known of a subject, to be changed and put back.
    fn take(&mut self, subject: &Subject) -> Known {
        let Some(known) = self.known.remove(subject) else {
            return Known {
                number: self.floor,
                sessions: Vec::new(),
            };
        };
        if known.sessions.is_empty() {
            self.remembered -= 1;
        }
        known
    }

    fn put_back(&mut self, subject: Subject, known: Known) {
        if known.sessions.is_empty() {
            if known.number == self.floor {
                return;
            }
            self.remembered += 1;
        }
        self.known.insert(subject, known);
        if self.remembered > self.max_remembered {
            self.forget_older_half();
        }
    }

    /// Forgets the lower half of the numbers without sessions, and at least one.
    fn forget_older_half(&mut self) {
        let without = self.known.values().filter(|k| k.sessions.is_empty());
        let mut numbers: Vec<_> = without.map(|known| known.number).collect();
        let middle = numbers.len() / 2;
        if middle >= numbers.len() {
            return;
        }
        let (_, median, _) = numbers.select_nth_unstable(middle);
        let floor = self.floor.max(*median);
        self.floor = floor;
        self.known
            .retain(|_, known| !known.sessions.is_empty() || known.number > floor);
        let left = self.known.values().filter(|k| k.sessions.is_empty());
        self.remembered = left.count();
    }
}

#[cfg(test)]
impl Subjects {
    /// How many sessions all subjects have, and how many numbers without any are remembered.
    pub(super) fn counted(&self) -> (usize, usize) {
        let without = self.known.values().filter(|k| k.sessions.is_empty());
        assert_eq!(without.count(), self.remembered);
        let sessions = self.known.values().map(|known| known.sessions.len());
        (sessions.sum(), self.remembered)
    }
}
