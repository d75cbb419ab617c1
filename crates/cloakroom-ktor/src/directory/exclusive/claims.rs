//! Who works on which key and on which subject.
//!
//! * **All claims of a step are taken at once**, so no two steps wait for each other. A call claims
//!   its subject first and its keys after that, and nothing while it has keys.
//! * **A claim is held while the disk works**; everything else in memory is behind short locks.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use cloakroom_storage::{StorageKey, Subject};

/// What one call at a time works on.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) enum Claim {
    Key(StorageKey),
    Subject(Subject),
}

/// All claims that are taken.
#[derive(Default)]
pub(super) struct Claims {
    taken: Mutex<HashSet<Claim>>,
    freed: Condvar,
}

/// Claims of one step; free again when dropped.
#[must_use]
pub(super) struct Taken<'a> {
    claims: &'a Claims,
    held: Vec<Claim>,
}

impl Claims {
    /// Waits until all of these are free, and takes them.
    pub(super) fn take(&self, wanted: impl IntoIterator<Item = Claim>) -> Taken<'_> {
        let wanted: HashSet<Claim> = wanted.into_iter().collect();
        let mut taken = self.taken();
        while !taken.is_disjoint(&wanted) {
            taken = self
                .freed
                .wait(taken)
                .unwrap_or_else(PoisonError::into_inner);
        }
        taken.extend(wanted.iter().cloned());
        Taken {
            claims: self,
            held: wanted.into_iter().collect(),
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashSet<Claim>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut taken = self.claims.taken();
        for claim in &self.held {
            taken.remove(claim);
        }
        drop(taken);
        self.claims.freed.notify_all();
    }
}
