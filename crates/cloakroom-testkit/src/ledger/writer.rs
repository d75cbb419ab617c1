//! The writer of a ledger.

#![expect(clippy::expect_used, clippy::panic, reason = "how a test fails")]

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_core::{MemoryStorage, Storage, StorageError, StorageErrorKind, Timestamp};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, StorageKey, Subject, SubjectNumber,
};

use super::calls::{IDLE, remove, touch, update};
use super::content::content;
use super::session::Session;
use crate::call::Call;
use crate::faulty::{FaultyStorage, When};

/// The beginning of the year 2100: no server's own broom comes before it.
const EPOCH: Timestamp = Timestamp::from_secs(4_102_444_800);

/// The calls that change something.
const CHANGES: [Call; 6] = [
    Call::Create,
    Call::Update,
    Call::Touch,
    Call::Remove,
    Call::RemoveAll,
    Call::EndBefore,
];

/// A writer that makes, changes and ends sessions in a storage that may fail, and knows what must be
/// there.
///
/// Which call it makes depends on nothing but its number and what its calls came to.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_core::MemoryStorage;
/// use cloakroom_testkit::{Call, FaultyStorage, Ledger, When};
///
/// let storage = FaultyStorage::new(MemoryStorage::new());
/// let mut ledger = Ledger::of(1);
/// for _ in 0..100 {
///     ledger.write(&storage).await.unwrap();
/// }
/// storage.fail_next(Call::Create, When::AfterEffect);
/// while ledger.write(&storage).await.is_ok() {}
/// assert!(ledger.acknowledged() >= 100);
/// // It panics where something is lost, torn, or back.
/// ledger.check(&storage).await;
/// # }
/// ```
pub struct Ledger {
    pub(super) writer: u32,
    random: u64,
    made: u64,
    /// How often it has raised the floor, which is its time.
    floors: u64,
    raises_floors: bool,
    pub(super) name: Arc<str>,
    /// Found before the next sign-in, if there was one since all were ended.
    number: Option<SubjectNumber>,
    pub(super) sessions: Vec<Session>,
    acknowledged: usize,
    failed: usize,
}

impl Ledger {
    /// The ledger of the writer with this number, who has made nothing yet. No two writers on one
    /// storage have the same number.
    ///
    /// ```
    /// # use cloakroom_testkit::Ledger;
    /// assert_eq!(Ledger::of(7).acknowledged(), 0);
    /// ```
    #[must_use]
    pub fn of(writer: u32) -> Self {
        Self {
            writer,
            random: 0x2545_f491_4f6c_dd1d ^ (u64::from(writer) + 1),
            made: 0,
            floors: 0,
            raises_floors: true,
            name: format!("writer-{writer}").into(),
            number: None,
            sessions: Vec::new(),
            acknowledged: 0,
            failed: 0,
        }
    }

    /// The same writer, who never ends all sessions of its scope.
    ///
    /// ```
    /// # use cloakroom_testkit::Ledger;
    /// assert_eq!(Ledger::of(7).without_floors().failed(), 0);
    /// ```
    #[must_use]
    pub const fn without_floors(mut self) -> Self {
        self.raises_floors = false;
        self
    }

    /// The ledger of a writer in another process, which told that it had come to the end of so many
    /// calls, and was killed: one more may have happened.
    ///
    /// # Panics
    ///
    /// If a storage in memory fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Ledger;
    /// let storage = MemoryStorage::new();
    /// let mut killed = Ledger::of(7);
    /// for _ in 0..50 {
    ///     killed.write(&storage).await.unwrap();
    /// }
    /// // It was killed before it told the end of the last one.
    /// Ledger::of_killed(7, 49).await.check(&storage).await;
    /// # }
    /// ```
    pub async fn of_killed(writer: u32, acknowledged: usize) -> Self {
        let storage = FaultyStorage::new(MemoryStorage::new());
        let mut ledger = Self::of(writer);
        for _ in 0..acknowledged {
            let written = ledger.write(&storage).await;
            written.expect("a storage in memory does not fail");
        }
        for call in CHANGES {
            storage.fail_next(call, When::BeforeEffect);
        }
        let _under_way = ledger.write(&storage).await;
        // What it knows by heart is of another storage.
        ledger.number = None;
        for session in &mut ledger.sessions {
            session.forget_version();
        }
        ledger
    }

    /// How many calls were acknowledged.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Ledger;
    /// let mut ledger = Ledger::of(1);
    /// ledger.write(&MemoryStorage::new()).await.unwrap();
    /// assert_eq!(ledger.acknowledged(), 1);
    /// # }
    /// ```
    #[must_use]
    pub const fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// How many calls failed.
    ///
    /// ```
    /// # use cloakroom_testkit::Ledger;
    /// assert_eq!(Ledger::of(7).failed(), 0);
    /// ```
    #[must_use]
    pub const fn failed(&self) -> usize {
        self.failed
    }

    /// Makes, changes, touches or ends a session, or ends all of them: one change, with what has to be
    /// read for it.
    ///
    /// # Errors
    ///
    /// If the storage is out of reach, did not answer in time, or is full.
    ///
    /// # Panics
    ///
    /// If the storage fails in another way, or its answer cannot be.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::{Call, FaultyStorage, Ledger, When};
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// storage.fail_next(Call::Create, When::BeforeEffect);
    /// // The first call makes a session.
    /// assert!(Ledger::of(1).write(&storage).await.is_err());
    /// # }
    /// ```
    pub async fn write(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let outcome = self.call(storage).await;
        match &outcome {
            Ok(()) => self.acknowledged += 1,
            Err(error) => {
                self.failed += 1;
                assert_out_of_reach(error);
            }
        }
        outcome
    }

    async fn call(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let choice = self.random(64);
        let live = self.sessions.iter().filter(|session| session.is_live());
        let chosen = self.random(live.count());
        let now = self.now();
        let mut live = self.sessions.iter_mut().filter(|it| it.is_live());
        match (live.nth(chosen), choice) {
            (None, _) | (_, 0..16) => self.create(storage).await,
            (Some(session), 16..42) => {
                self.made += 1;
                let next = numbered(self.writer, self.made);
                update(session, next, storage, now).await
            }
            (Some(session), 42..52) => touch(session, self.made, storage, now).await,
            (Some(session), 52..61) => remove(session, storage).await,
            (Some(_), 63..) if self.raises_floors => self.end_before(storage).await,
            (Some(_), _) => self.remove_all(storage).await,
        }
    }

    /// Looks at everything: what must be there is there and listed, and nothing that must not be.
    ///
    /// # Panics
    ///
    /// If something is lost, torn, or back, or cannot be read.
    ///
    /// ```should_panic
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Ledger;
    /// let mut ledger = Ledger::of(1);
    /// ledger.write(&MemoryStorage::new()).await.unwrap();
    /// // Another storage has nothing of it.
    /// ledger.check(&MemoryStorage::new()).await;
    /// # }
    /// ```
    pub async fn check(&mut self, storage: &impl Storage) {
        let now = self.now();
        let names = self.sessions.iter().filter_map(|it| it.name.clone());
        let mut listed: HashMap<Arc<str>, Vec<StorageKey>> =
            names.map(|name| (name, Vec::new())).collect();
        for (name, keys) in &mut listed {
            let subject = Subject::new(self.scope(), Arc::clone(name));
            let sessions = storage.list(&subject, now).await;
            let sessions = sessions.expect("it answers").into_iter();
            keys.extend(sessions.map(|session| session.key));
        }
        for session in &mut self.sessions {
            let stored = storage.read(&session.key, now).await;
            let stored = stored.expect("it answers");
            session.is_found(stored.as_ref());
            let keys = session.name.as_ref().and_then(|name| listed.get_mut(name));
            if let Some(keys) = keys {
                let before = keys.len();
                keys.retain(|key| *key != session.key);
                let is_listed = before - keys.len();
                assert_eq!(is_listed, usize::from(stored.is_some()), "as it is listed");
            }
        }
        let strange: usize = listed.values().map(Vec::len).sum();
        assert_eq!(strange, 0, "no session is listed that nobody made");
    }

    async fn create(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        self.made += 1;
        let number = numbered(self.writer, self.made);
        let mut record = Record::new(
            self.scope(),
            ProofHash::new([1; 32]),
            self.now(),
            content(number),
        );
        record.idle_deadline = Some(self.now().saturating_add(IDLE));
        if self.random(2) == 0 {
            record.subject = Some(Arc::clone(&self.name));
            record.subject_number = Some(self.begin_sign_in(storage).await?);
        }
        let (key, name) = (key(number), record.subject.clone());
        self.sessions.push(Session::new(key.clone(), name, number));
        let created = storage.create(&key, &record, None, self.now()).await?;
        let (state, version, outcome) = match created {
            CreateOutcome::Created(version) => (Some(number), Some(version), Ok(())),
            CreateOutcome::Full => (
                None,
                None,
                Err(StorageError::new(StorageErrorKind::Unavailable)),
            ),
            other => panic!("{other:?} of a new key"),
        };
        if let Some(session) = self.sessions.last_mut() {
            session.is(state, version);
        }
        outcome
    }

    async fn begin_sign_in(
        &mut self,
        storage: &impl Storage,
    ) -> Result<SubjectNumber, StorageError> {
        if let Some(number) = self.number {
            return Ok(number);
        }
        let number = storage.begin_sign_in(&self.subject(), self.now()).await?;
        self.number = Some(number);
        Ok(number)
    }

    async fn remove_all(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        let name = Arc::clone(&self.name);
        let theirs = |session: &&mut Session| session.name.as_ref() == Some(&name);
        for session in self.sessions.iter_mut().filter(theirs) {
            session.may_become(None);
        }
        self.number = None;
        let (subject, now) = (self.subject(), self.now());
        let ended = storage.remove_all(&subject, None, now).await;
        if let Err(error) = ended {
            // It may come late, and end what is begun after it.
            self.name = format!("{name}+").into();
            return Err(error);
        }
        for session in self.sessions.iter_mut().filter(theirs) {
            session.is(None, None);
        }
        Ok(())
    }

    /// Ends what there is, in its scope. It may come late: what is begun after it is of a later time.
    async fn end_before(&mut self, storage: &impl Storage) -> Result<(), StorageError> {
        for session in &mut self.sessions {
            session.may_become(None);
        }
        self.floors += 1;
        storage.end_before(&self.scope(), self.now()).await?;
        for session in &mut self.sessions {
            session.is(None, None);
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        EPOCH.saturating_add(Duration::from_millis(self.floors))
    }

    fn scope(&self) -> Scope {
        Scope::new(format!("ledger/{}", self.writer))
    }

    fn subject(&self) -> Subject {
        Subject::new(self.scope(), Arc::clone(&self.name))
    }

    /// A number below `below`, by xorshift.
    fn random(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let below = (below as u64).max(1);
        usize::try_from(self.random % below).unwrap_or_default()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ledger = f.debug_struct("Ledger");
        ledger.field("writer", &self.writer);
        ledger.field("acknowledged", &self.acknowledged);
        ledger.field("failed", &self.failed);
        ledger.finish_non_exhaustive()
    }
}

/// A number that no other writer gives, nor this one again.
const fn numbered(writer: u32, made: u64) -> u64 {
    ((writer as u64 + 1) << 32) | made
}

/// Keys are hashes, evenly spread.
fn key(number: u64) -> StorageKey {
    let mut hash = [7; 32];
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bytes = spread.to_be_bytes().into_iter().chain(number.to_be_bytes());
    for (byte, of_number) in hash.iter_mut().zip(bytes) {
        *byte = of_number;
    }
    StorageKey::hash(hash)
}

/// A storage that is broken or full says so, and nothing else.
fn assert_out_of_reach(error: &StorageError) {
    let kinds = [
        StorageErrorKind::Full,
        StorageErrorKind::Unavailable,
        StorageErrorKind::TimedOut,
    ];
    let cause = error.expose_source();
    assert!(kinds.contains(&error.kind()), "{error}: {cause:?}");
}
