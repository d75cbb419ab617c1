//! The calls on one session that is live.

#![expect(clippy::expect_used, clippy::panic, reason = "how a test fails")]

use std::time::Duration;

use cloakroom_core::{Storage, StorageError, Timestamp};
use cloakroom_storage::{RemoveOutcome, TouchOutcome, UpdateOutcome};

use super::content::{content, number_of};
use super::session::Session;

/// How long a session lasts without a touch.
pub(super) const IDLE: Duration = Duration::from_secs(60 * 60);

pub(super) async fn update(
    session: &mut Session,
    next: u64,
    storage: &impl Storage,
    now: Timestamp,
) -> Result<(), StorageError> {
    let stored = storage.read(&session.key, now).await?;
    session.is_found(stored.as_ref());
    let mut stored = stored.expect("what is live is there");
    stored.record.content = content(next).into();
    session.may_become(Some(next));
    let (key, version, record) = (&session.key, stored.version, &stored.record);
    match storage.update(key, version, record, now).await? {
        UpdateOutcome::Updated(version) => session.is(Some(next), Some(version)),
        // One that failed before has come after the read.
        UpdateOutcome::Conflict(there) => {
            session.did_not_become();
            assert_ne!(number_of(&there.record), next);
            session.is_found(Some(&there));
        }
        UpdateOutcome::Gone => panic!("what is live is there"),
    }
    Ok(())
}

pub(super) async fn touch(
    session: &mut Session,
    later: u64,
    storage: &impl Storage,
    now: Timestamp,
) -> Result<(), StorageError> {
    let deadline = now.saturating_add(IDLE + Duration::from_secs(later));
    let touched = storage.touch(&session.key, deadline, now).await?;
    assert_eq!(touched, TouchOutcome::Touched, "what is live is there");
    Ok(())
}

pub(super) async fn remove(
    session: &mut Session,
    storage: &impl Storage,
) -> Result<(), StorageError> {
    session.may_become(None);
    let removed = storage.remove(&session.key).await?;
    assert_eq!(removed, RemoveOutcome::Removed, "what is live is there");
    session.is(None, None);
    Ok(())
}
