//! What was acknowledged, and whether it is there.
//!
//! * **A ledger belongs to one writer**, which alone touches its sessions: so it knows what must be
//!   there, and after a call that failed, which two things may be there.
//! * **A content tells its session and its state in each of its bytes**, so that a torn one shows.

#![expect(clippy::indexing_slicing, reason = "how a test fails")]

use std::collections::BTreeMap;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageError,
    StorageErrorKind, StorageKey, Subject, UpdateOutcome, Version,
};

use crate::NOW;

/// How long a content is, in bytes: more than a page of a database's holds in one place.
const LEN: usize = 3_000;

/// What may lie under a key: nothing, or a state of the record.
type State = Option<u8>;

/// The sessions of one writer, by their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    writer: u8,
    created: u32,
    acknowledged: usize,
    random: u64,
    /// What lies there, if it is known, and its version.
    known: BTreeMap<u32, (State, Option<Version>)>,
    /// What else may lie there, after a call that failed.
    else_there: BTreeMap<u32, State>,
}

impl Ledger {
    pub(crate) fn of(writer: u8) -> Self {
        Self {
            writer,
            random: u64::from(writer),
            ..Self::default()
        }
    }

    /// How many calls were acknowledged.
    pub(crate) const fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Makes, changes and ends sessions: one call.
    pub(crate) async fn write(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let live: Vec<_> = self
            .known
            .iter()
            .filter(|(_, (state, _))| state.is_some())
            .collect();
        let choice = self.random as usize;
        let chosen = live
            .get(choice % live.len().max(1))
            .map(|(number, _)| **number);
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let outcome = match (chosen, (self.random >> 33) % 20) {
            (None, _) | (_, 0..8) => self.create(storage).await,
            (Some(number), 8..16) => self.update(storage, number).await,
            (Some(number), 16..19) => self.end(storage, number).await,
            (Some(_), _) => self.end_all(storage).await,
        };
        self.acknowledged += usize::from(outcome.is_ok());
        outcome
    }

    /// Everything that must be there is, and nothing that must not be.
    pub(crate) async fn check(&mut self, storage: &impl Storage) {
        let mut listed = Vec::new();
        for (number, (state, version)) in &mut self.known {
            let key = key(self.writer, *number);
            let stored = storage.read(&key, NOW).await.unwrap();
            let found = stored.as_ref().map(|stored| {
                let content = &*stored.record.content;
                assert!(content.len() == LEN && content.iter().all(|byte| *byte == content[0]));
                content[0]
            });
            let may_be = [Some(*state), self.else_there.get(number).copied()];
            assert!(may_be.contains(&Some(found)), "{found:?} of {may_be:?}");
            let there = stored.map(|stored| stored.version);
            if !self.else_there.contains_key(number) {
                assert_eq!(there, *version, "a version changed");
            }
            (*state, *version) = (found, there);
            listed.extend(found.map(|_| key));
        }
        self.else_there.clear();
        let sessions = storage.list(&self.subject(), NOW).await.unwrap();
        let mut sessions: Vec<_> = sessions.into_iter().map(|session| session.key).collect();
        sessions.sort();
        listed.sort();
        assert_eq!(sessions, listed);
    }

    async fn create(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let number = self.created;
        self.created += 1;
        self.known.insert(number, (None, None));
        self.else_there.insert(number, Some(0));
        let record = self.record(0);
        let created = storage
            .create(&key(self.writer, number), &record, None, NOW)
            .await?;
        let CreateOutcome::Created(version) = created else {
            panic!("{created:?} of a new key");
        };
        self.is(number, Some(0), Some(version));
        Ok(())
    }

    async fn update(&mut self, storage: &impl Storage, number: u32) -> Result<(), StorageError> {
        let (Some(state), Some(version)) = self.known[&number] else {
            panic!("only what is known to live is updated");
        };
        let next = state.wrapping_add(1);
        self.else_there.insert(number, Some(next));
        let (key, record) = (key(self.writer, number), self.record(next));
        let updated = storage.update(&key, version, &record, NOW).await?;
        let UpdateOutcome::Updated(version) = updated else {
            panic!("{updated:?} though nobody else writes");
        };
        self.is(number, Some(next), Some(version));
        Ok(())
    }

    async fn end(&mut self, storage: &impl Storage, number: u32) -> Result<(), StorageError> {
        self.else_there.insert(number, None);
        let outcome = storage.remove(&key(self.writer, number)).await?;
        assert_eq!(outcome, RemoveOutcome::Removed);
        self.is(number, None, None);
        Ok(())
    }

    async fn end_all(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let all: Vec<_> = self.known.keys().copied().collect();
        for number in &all {
            self.else_there.insert(*number, None);
        }
        storage.remove_all(&self.subject(), None, NOW).await?;
        for number in all {
            self.is(number, None, None);
        }
        Ok(())
    }

    fn is(&mut self, number: u32, state: State, version: Option<Version>) {
        self.known.insert(number, (state, version));
        self.else_there.remove(&number);
    }

    fn subject(&self) -> Subject {
        Subject::new(Scope::new("shop/login"), format!("writer {}", self.writer))
    }

    fn record(&self, state: u8) -> Record {
        let subject = self.subject();
        let proof = ProofHash::new([state; 32]);
        let mut record = Record::new(subject.scope().clone(), proof, NOW, vec![state; LEN]);
        record.subject = Some(subject.shared_name());
        record
    }
}

fn key(writer: u8, number: u32) -> StorageKey {
    let mut hash = [writer; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    StorageKey::hash(hash)
}

/// A storage that is down says so, and nothing else.
pub(crate) fn assert_down(error: &StorageError) {
    let kinds = [StorageErrorKind::Unavailable, StorageErrorKind::TimedOut];
    let cause = error.expose_source();
    assert!(kinds.contains(&error.kind()), "{error}: {cause:?}");
}
