//! Where the copies lie, and the readings that are under way: one lock over both.
//!
//! * **A change drops the copy and the reading together**: what was being read goes on for who waits
//!   for it already, takes on nobody who asks afterwards, and is not kept.
//! * **The lock is held for a look-up**, never over a wait; it is one for all, since a look-up takes a
//!   small part of what a request takes.
//! * **A reading that nobody waits for any more is forgotten**, however they went.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloakroom_storage::{StorageError, StorageKey, Stored, Subject};

use crate::copies::Copies;
use crate::flight::{Answer, Flight};
use crate::moment::Moment;

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Want {
    /// A copy will do, or a reading that has begun.
    Any,
    /// A reading that begins now.
    Latest,
    /// A reading that has begun after the one of this number.
    After(u64),
}

/// What is there for who asks.
pub(crate) enum Found<'a> {
    Copy(Stored),
    Seat(Seat<'a>),
}

/// A place among those who wait for a reading.
pub(crate) struct Seat<'a> {
    shelf: &'a Shelf,
    key: &'a StorageKey,
    pub(crate) flight: Arc<Flight>,
    /// The last reading that had begun when this was asked for.
    pub(crate) asked_after: u64,
}

/// The copies of a cache, and its readings.
pub(crate) struct Shelf {
    staleness: Duration,
    max_bytes: usize,
    state: Mutex<State>,
}

struct State {
    copies: Copies,
    flights: HashMap<StorageKey, Arc<Flight>>,
    /// How many readings have begun.
    begun: u64,
}

impl Shelf {
    pub(crate) fn new(staleness: Duration, max_bytes: usize) -> Self {
        Self {
            staleness,
            max_bytes,
            state: Mutex::new(State {
                copies: Copies::new(max_bytes),
                flights: HashMap::new(),
                begun: 0,
            }),
        }
    }

    pub(crate) const fn staleness(&self) -> Duration {
        self.staleness
    }

    pub(crate) const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(crate) fn bytes(&self) -> usize {
        self.state().copies.bytes()
    }

    /// The copy under `key`, or a place in a reading of it.
    pub(crate) fn find<'a>(&'a self, key: &'a StorageKey, asked: Moment, want: Want) -> Found<'a> {
        let mut state = self.state();
        if matches!(want, Want::Any)
            && let Some(stored) = state.copies.get(key, asked, self.staleness)
        {
            return Found::Copy(stored);
        }
        let asked_after = match want {
            Want::Any | Want::Latest => state.begun,
            // Who asks again has asked when they did so first.
            Want::After(number) => number,
        };
        let is_taken = |flight: &&Arc<Flight>| match want {
            Want::Any => flight.began.is_fresh(asked, self.staleness),
            Want::Latest => false,
            Want::After(number) => flight.number > number,
        };
        let flight = match state.flights.get(key).filter(is_taken) {
            Some(flight) => Arc::clone(flight),
            None => state.begin(key, asked),
        };
        Found::Seat(Seat {
            shelf: self,
            key,
            flight,
            asked_after,
        })
    }

    /// The record under `key` was changed, or may have been.
    pub(crate) fn forget_record(&self, key: &StorageKey) {
        let mut state = self.state();
        state.copies.remove(key);
        state.flights.remove(key);
    }

    /// Sessions of the subject were ended, or may have been.
    pub(crate) fn forget_subject(&self, subject: &Subject) {
        let mut state = self.state();
        state.copies.end(subject);
        // Whose record is being read is not known yet.
        state.flights.clear();
    }

    /// Any record may have been changed.
    pub(crate) fn forget_everything(&self) {
        let mut state = self.state();
        state.flights.clear();
        let copies = mem::replace(&mut state.copies, Copies::new(self.max_bytes));
        drop(state);
        // They may be many: nobody waits for it.
        drop(copies);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A new reading of the record under `key`, in the place of one that is too old.
    fn begin(&mut self, key: &StorageKey, began: Moment) -> Arc<Flight> {
        self.begun += 1;
        let flight = Arc::new(Flight::new(began, self.begun));
        self.flights.insert(key.clone(), Arc::clone(&flight));
        flight
    }

    /// Whether this reading is the one that counts for `key`.
    fn holds(&self, key: &StorageKey, flight: &Arc<Flight>) -> bool {
        let held = self.flights.get(key);
        held.is_some_and(|held| Arc::ptr_eq(held, flight))
    }
}

impl Seat<'_> {
    /// What the reading finds; `read` is it, where nobody else is at it.
    pub(crate) async fn answer<R>(&self, asked: Moment, read: impl FnOnce() -> R + Send) -> &Answer
    where
        R: Future<Output = Result<Option<Stored>, StorageError>> + Send,
    {
        let reading = || async {
            Answer {
                judged_by: asked.now,
                found: read().await.map_err(Arc::new),
            }
        };
        let answer = self.flight.answer.get_or_init(reading).await;
        self.land(answer);
        answer
    }

    /// Keeps what was found, unless something was changed meanwhile or another has done so.
    fn land(&self, answer: &Answer) {
        let mut state = self.shelf.state();
        if !state.holds(self.key, &self.flight) {
            return;
        }
        state.flights.remove(self.key);
        match &answer.found {
            Ok(Some(stored)) => state.copies.put(self.key, stored, self.flight.began),
            Ok(None) => state.copies.remove(self.key),
            Err(_) => {}
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut state = self.shelf.state();
        // This one and the one in the table: nobody else waits. Others are only made under the lock.
        if state.holds(self.key, &self.flight) && Arc::strong_count(&self.flight) == 2 {
            state.flights.remove(self.key);
        }
    }
}
