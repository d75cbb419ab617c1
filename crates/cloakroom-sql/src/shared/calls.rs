//! The calls of the contract, on any database.
//!
//! * **One step each**, but for an update or a take that did nothing: that is asked once more what lies
//!   there. In between the record may have changed again; the answer is what is true at the second
//!   step, and since no version is given twice, the first step could not have replaced it.

use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageError, StorageKey, Stored, Subject,
    SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome, Version,
};

use crate::shared::args::Args;
use crate::shared::backend::{Backend, Call};
use crate::shared::cause::corrupt;
use crate::shared::number::to_subject;
use crate::shared::row::{Row, created, int, listed, stored, version};

/// How long a record that ended is left lying, as the contract has it.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

pub(crate) async fn read(
    backend: &impl Backend,
    key: &StorageKey,
    now: Timestamp,
) -> Result<Option<Stored>, StorageError> {
    let rows = backend.run(Call::Read, Args::at(now).key(key)).await?;
    rows.first().map(stored).transpose()
}

pub(crate) async fn create(
    backend: &impl Backend,
    key: &StorageKey,
    record: &Record,
    limit: Option<SubjectLimit>,
    now: Timestamp,
) -> Result<CreateOutcome, StorageError> {
    let args = Args::at(now).key(key).new_record(record, limit)?;
    let rows = backend.run(Call::Create, args).await?;
    created(only(&rows)?)
}

pub(crate) async fn update(
    backend: &impl Backend,
    key: &StorageKey,
    expected: Version,
    record: &Record,
    now: Timestamp,
) -> Result<UpdateOutcome, StorageError> {
    let args = Args::at(now).key(key).version(expected).record(record);
    let rows = backend.run(Call::Update, args).await?;
    if let Some(row) = rows.first() {
        return Ok(UpdateOutcome::Updated(version(row)?));
    }
    let there = read(backend, key, now).await?;
    Ok(there.map_or(UpdateOutcome::Gone, |there| {
        UpdateOutcome::Conflict(Box::new(there))
    }))
}

pub(crate) async fn touch(
    backend: &impl Backend,
    key: &StorageKey,
    idle_deadline: Timestamp,
    now: Timestamp,
) -> Result<TouchOutcome, StorageError> {
    let args = Args::at(now).key(key).time(idle_deadline);
    match count(backend, Call::Touch, args).await? {
        0 => Ok(TouchOutcome::Gone),
        _ => Ok(TouchOutcome::Touched),
    }
}

pub(crate) async fn take(
    backend: &impl Backend,
    key: &StorageKey,
    expected: Version,
    now: Timestamp,
) -> Result<TakeOutcome, StorageError> {
    let args = Args::at(now).key(key).version(expected);
    if count(backend, Call::Take, args).await? > 0 {
        return Ok(TakeOutcome::Taken);
    }
    let there = read(backend, key, now).await?;
    Ok(there.map_or(TakeOutcome::Gone, |there| {
        TakeOutcome::Conflict(Box::new(there))
    }))
}

pub(crate) async fn remove(
    backend: &impl Backend,
    key: &StorageKey,
) -> Result<RemoveOutcome, StorageError> {
    match count(backend, Call::Remove, Args::default().key(key)).await? {
        0 => Ok(RemoveOutcome::Absent),
        _ => Ok(RemoveOutcome::Removed),
    }
}

pub(crate) async fn begin_sign_in(
    backend: &impl Backend,
    subject: &Subject,
) -> Result<SubjectNumber, StorageError> {
    let args = Args::default().subject(subject)?;
    let rows = backend.run(Call::Number, args).await?;
    to_subject(int(only(&rows)?, 0)?)
}

pub(crate) async fn list(
    backend: &impl Backend,
    subject: &Subject,
    now: Timestamp,
) -> Result<Vec<Listed>, StorageError> {
    let args = Args::at(now).subject(subject)?;
    let rows = backend.run(Call::List, args).await?;
    rows.iter().map(listed).collect()
}

pub(crate) async fn remove_all(
    backend: &impl Backend,
    subject: &Subject,
    except: Option<&StorageKey>,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let args = Args::at(now).subject(subject)?.except(except);
    count(backend, Call::RemoveAll, args).await
}

pub(crate) async fn end_before(
    backend: &impl Backend,
    scope: &Scope,
    time: Timestamp,
) -> Result<(), StorageError> {
    let args = Args::default().scope(scope)?.time(time);
    backend.run(Call::EndBefore, args).await.map(drop)
}

pub(crate) async fn sweep(
    backend: &impl Backend,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StorageError> {
    let before = now.saturating_sub(SWEEP_AFTER);
    let args = Args::default().time(before).batch(limit);
    let swept = count(backend, Call::Sweep, args).await?;
    usize::try_from(swept).map_err(|_| corrupt("a count is too great"))
}

async fn count(backend: &impl Backend, call: Call, args: Args) -> Result<u64, StorageError> {
    let rows = backend.run(call, args).await?;
    let count = int(only(&rows)?, 0)?;
    u64::try_from(count).map_err(|_| corrupt("a count is negative"))
}

fn only(rows: &[Row]) -> Result<&Row, StorageError> {
    rows.first().ok_or_else(|| corrupt("an answer is missing"))
}
