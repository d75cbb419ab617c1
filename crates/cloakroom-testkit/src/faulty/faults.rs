//! The faults that wait for their call.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::pause::Gate;
use crate::call::Call;

/// On which side of its effect a call fails or hangs.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_core::{MemoryStorage, Storage, Timestamp};
/// use cloakroom_storage::{ProofHash, Record, Scope, StorageKey};
/// use cloakroom_testkit::{Call, FaultyStorage, When};
///
/// let storage = FaultyStorage::new(MemoryStorage::new());
/// let now = Timestamp::from_secs(1);
/// let record = Record::new(Scope::new("shop/cart"), ProofHash::new([1; 32]), now, vec![]);
/// for (when, is_there) in [(When::BeforeEffect, false), (When::AfterEffect, true)] {
///     let key = StorageKey::hash([u8::from(is_there); 32]);
///     storage.fail_next(Call::Create, when);
///     storage.create(&key, &record, None, now).await.unwrap_err();
///     assert_eq!(storage.read(&key, now).await.unwrap().is_some(), is_there);
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum When {
    /// It has no effect.
    BeforeEffect,
    /// It has its whole effect, and nobody learns so.
    AfterEffect,
}

/// What a call meets.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing: this call goes through.
    None,
    Fail(When),
    Hang(When),
    Pause(Gate),
}

/// The faults that wait for their call.
#[derive(Debug)]
pub(super) struct Faults {
    set: Mutex<Set>,
    /// How often what hangs was let go.
    releases: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Set {
    once: VecDeque<(Call, Fault)>,
    always: Vec<Call>,
}

impl Faults {
    pub(super) fn new() -> Self {
        Self {
            set: Mutex::default(),
            releases: watch::Sender::new(0),
        }
    }

    /// Sets a fault for the next call of this kind that meets none set before.
    pub(super) fn add(&self, call: Call, fault: Fault) {
        self.set().once.push_back((call, fault));
    }

    /// Lets every call of this kind fail that meets no other fault.
    pub(super) fn add_always(&self, call: Call) {
        self.set().always.push(call);
    }

    /// What this call meets.
    pub(super) fn take(&self, call: Call) -> Fault {
        let mut set = self.set();
        let next = set.once.iter().position(|(of, _)| *of == call);
        match next.and_then(|next| set.once.remove(next)) {
            Some((_, fault)) => fault,
            None if set.always.contains(&call) => Fault::Fail(When::BeforeEffect),
            None => Fault::None,
        }
    }

    /// Forgets what no call has met.
    pub(super) fn forget(&self) {
        *self.set() = Set::default();
    }

    /// Lets go what hangs now.
    pub(super) fn release(&self) {
        self.releases.send_modify(|releases| *releases += 1);
    }

    /// Hangs until the next release.
    pub(super) async fn hang(&self) {
        // The sender lives as long as `self`, so there is no error to look at.
        let _released = self.releases.subscribe().changed().await.is_ok();
    }

    fn set(&self) -> MutexGuard<'_, Set> {
        // Each change of the lists is one step, so they are whole after any panic.
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
