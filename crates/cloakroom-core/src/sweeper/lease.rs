//! Who of many processes sweeps: a record in the storage that is swept.
//!
//! * **What counts stands in the content**: since when the lease is held, and until when. A deadline
//!   only ever moves forward; a lease must also be given back, and taken from whoever went wrong.
//! * **Each step replaces exactly what was read.** Of two that take the lease one has it; one that
//!   was too slow and lost it is told so by its next step, and sweeps no more.
//! * **A lease that begins in the future is put aside**: it is of a process whose clock is ahead, and
//!   would keep everybody else out until then. A minute ahead is no reason.
//! * **It ends by itself**, and is a record that ended then, swept as any other.

use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, StorageError, StorageErrorKind, StorageKey,
    UpdateOutcome, Version,
};
use cloakroom_time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::erased::{DynStorage, within};

/// How long a call about the lease may take.
const CALL: Duration = Duration::from_secs(5);

/// How far clocks may be apart before one is taken to be wrong.
const AHEAD: Duration = Duration::from_secs(60);

/// The right to sweep, for some time.
pub(super) struct Lease<'a> {
    storage: &'a dyn DynStorage,
    lasts: Duration,
    /// None where there is [no room](is_full) for a record.
    kept: Option<Kept>,
}

/// What lies in the storage, and is ours while it has this version.
struct Kept {
    key: StorageKey,
    version: Version,
    record: Record,
    until: Timestamp,
}

impl<'a> Lease<'a> {
    /// Takes the lease from `now` on, if nobody else has it.
    pub(super) async fn take(
        storage: &'a dyn DynStorage,
        lasts: Duration,
        now: Timestamp,
    ) -> Result<Option<Self>, StorageError> {
        let key = StorageKey::hash(Sha256::digest(b"cloakroom sweeper lease v1").into());
        let until = now.saturating_add(lasts);
        let there = within(Some(CALL), storage.read(&key, now)).await?;
        if there.as_ref().is_some_and(|it| holds(&it.record, now)) {
            return Ok(None);
        }
        let (record, version);
        if let Some(there) = there {
            record = until_then(there.record, now, until);
            let update = storage.update(&key, there.version, &record, now);
            match within(Some(CALL), update).await {
                Ok(UpdateOutcome::Updated(new)) => version = Some(new),
                Ok(_) => return Ok(None),
                Err(error) if is_full(&error) => version = None,
                Err(error) => return Err(error),
            }
        } else {
            let (scope, proof) = (Scope::new("cloakroom/sweeper"), ProofHash::new([0; 32]));
            record = until_then(Record::new(scope, proof, now, []), now, until);
            let create = storage.create(&key, &record, None, now);
            match within(Some(CALL), create).await? {
                CreateOutcome::Created(new) => version = Some(new),
                CreateOutcome::Full => version = None,
                _ => return Ok(None),
            }
        }
        let kept = version.map(|version| Kept {
            key,
            version,
            record,
            until,
        });
        Ok(Some(Self {
            storage,
            lasts,
            kept,
        }))
    }

    /// Makes it last longer where half of it is over; whether it is still ours.
    pub(super) async fn keep(&mut self, now: Timestamp) -> Result<bool, StorageError> {
        match &self.kept {
            Some(kept) if now.saturating_add(self.lasts / 2) >= kept.until => {
                self.set(now, now.saturating_add(self.lasts)).await
            }
            _ => Ok(true),
        }
    }

    /// How long it lasts.
    pub(super) fn left(&self, now: Timestamp) -> Duration {
        let until = self.kept.as_ref().map(|kept| kept.until);
        until.map_or(self.lasts, |until| until.saturating_since(now))
    }

    /// Lets another process have it at once; it may be another's by now.
    pub(super) async fn give_back(mut self, now: Timestamp) -> Result<(), StorageError> {
        self.set(now, now).await.map(drop)
    }

    async fn set(&mut self, now: Timestamp, until: Timestamp) -> Result<bool, StorageError> {
        let Some(kept) = &mut self.kept else {
            return Ok(true);
        };
        let record = until_then(kept.record.clone(), now, until);
        let update = self.storage.update(&kept.key, kept.version, &record, now);
        let version = match within(Some(CALL), update).await {
            Ok(UpdateOutcome::Updated(version)) => version,
            Ok(_) => return Ok(false),
            Err(error) if is_full(&error) => return Ok(true),
            Err(error) => return Err(error),
        };
        (kept.version, kept.record, kept.until) = (version, record, until);
        Ok(true)
    }
}

/// Whether there is no room for a lease: then whoever asks sweeps, or it would stay so.
fn is_full(error: &StorageError) -> bool {
    error.kind() == StorageErrorKind::Full
}

/// The record of a lease from `since` until `until`.
fn until_then(mut record: Record, since: Timestamp, until: Timestamp) -> Record {
    let instants = [since, until].map(|instant| instant.as_millis().to_be_bytes());
    record.content = instants.as_flattened().into();
    record.idle_deadline = Some(until);
    record
}

/// Whether somebody holds the lease that is there; what is not one is held by nobody.
fn holds(record: &Record, now: Timestamp) -> bool {
    let ([since, until], []) = record.content.as_chunks() else {
        return false;
    };
    let [since, until] =
        [since, until].map(|bytes| Timestamp::from_millis(u64::from_be_bytes(*bytes)));
    now < until && since <= now.saturating_add(AHEAD)
}
