//! A cache over a storage that counts what it is asked, fails and waits as told.

use std::time::Duration;

use cloakroom_cache::Cached;
use cloakroom_core::MemoryStorage;
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, Stored, Subject, Timestamp,
    UpdateOutcome, Version,
};
use cloakroom_testkit::{Call, FaultyStorage, SpyStorage};

pub(crate) type Asked = SpyStorage<FaultyStorage<MemoryStorage>>;

pub(crate) const STALENESS: Duration = Duration::from_secs(2);
pub(crate) const MILLI: Duration = Duration::from_millis(1);
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_000);

/// This node's cache; what lies in `store` another node may change.
pub(crate) struct House {
    pub(crate) cached: Cached<Asked>,
    pub(crate) spy: Asked,
    pub(crate) faulty: FaultyStorage<MemoryStorage>,
    pub(crate) store: MemoryStorage,
}

impl House {
    pub(crate) fn new() -> Self {
        let store = MemoryStorage::new();
        let faulty = FaultyStorage::new(store.clone());
        let spy = SpyStorage::new(faulty.clone());
        Self {
            cached: Cached::new(spy.clone(), STALENESS).unwrap(),
            spy,
            faulty,
            store,
        }
    }

    /// A house with this record under [`key`], of which there is a copy.
    pub(crate) async fn with_a_copy_of(record: &Record) -> Self {
        let house = Self::new();
        house.made_elsewhere(&key(1), record).await;
        assert!(house.read(NOW).await.is_some());
        house.spy.take_calls();
        house
    }

    pub(crate) async fn made_elsewhere(&self, key: &StorageKey, record: &Record) -> Version {
        match self.store.create(key, record, None, NOW).await.unwrap() {
            CreateOutcome::Created(version) => version,
            other => panic!("nothing is in the way: {other:?}"),
        }
    }

    /// Another node gives the record under [`key`] this content.
    pub(crate) async fn changed_elsewhere(&self, content: &[u8]) {
        let found = self.store.read(&key(1), NOW).await.unwrap().unwrap();
        let mut record = found.record;
        record.content = content.into();
        assert!(matches!(
            self.store
                .update(&key(1), found.version, &record, NOW)
                .await
                .unwrap(),
            UpdateOutcome::Updated(_)
        ));
    }

    /// What the cache says of [`key`].
    pub(crate) async fn read(&self, now: Timestamp) -> Option<Stored> {
        self.cached.read(&key(1), now).await.unwrap()
    }

    /// How often the storage was asked to read since the last look.
    pub(crate) fn reads(&self) -> usize {
        let calls = self.spy.take_calls();
        calls.iter().filter(|call| **call == Call::Read).count()
    }
}

pub(crate) fn key(number: u8) -> StorageKey {
    StorageKey::hash([number; 32])
}

pub(crate) fn scope() -> Scope {
    Scope::new("shop/login")
}

pub(crate) fn record() -> Record {
    Record::new(scope(), ProofHash::new([1; 32]), NOW, b"coat".as_slice())
}

pub(crate) fn of_ada() -> Record {
    let mut record = record();
    record.subject = Some("ada".into());
    record
}

pub(crate) fn ada() -> Subject {
    Subject::new(scope(), "ada")
}

pub(crate) fn content(found: Option<Stored>) -> Vec<u8> {
    found.unwrap().record.content.to_vec()
}
