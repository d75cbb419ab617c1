//! How many records there are, and how many there may be.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::entry::Class;

/// The limits of both classes, and how much of them is used.
#[derive(Debug)]
pub(super) struct Places {
    with_subject: Count,
    without_subject: Count,
}

/// Orderings are relaxed: a count decides nothing but whether there is room, the records
/// themselves lie behind locks.
#[derive(Debug)]
struct Count {
    used: AtomicUsize,
    max: usize,
}

/// Room for one record: given back when dropped, unless [kept](Self::keep).
#[derive(Debug)]
#[must_use]
pub(super) struct Place<'a>(&'a Count);

impl Places {
    pub(super) const fn new(max_with_subject: usize, max_without_subject: usize) -> Self {
        Self {
            with_subject: Count::new(max_with_subject),
            without_subject: Count::new(max_without_subject),
        }
    }

    pub(super) fn used(&self, class: Class) -> usize {
        self.count(class).used.load(Ordering::Relaxed)
    }

    pub(super) const fn max(&self, class: Class) -> usize {
        self.count(class).max
    }

    /// Room for one more, if there is.
    pub(super) fn reserve(&self, class: Class) -> Option<Place<'_>> {
        let count = self.count(class);
        let one_more = |used| (used < count.max).then_some(used + 1);
        count
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()
            .map(|_| Place(count))
    }

    /// The room of a record that is removed.
    pub(super) const fn of_removed(&self, class: Class) -> Place<'_> {
        Place(self.count(class))
    }

    const fn count(&self, class: Class) -> &Count {
        match class {
            Class::WithSubject => &self.with_subject,
            Class::WithoutSubject => &self.without_subject,
        }
    }
}

impl Count {
    const fn new(max: usize) -> Self {
        Self {
            used: AtomicUsize::new(0),
            max,
        }
    }
}

impl Place<'_> {
    /// A record lies there now.
    pub(super) const fn keep(self) {
        mem::forget(self);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}
