//! The trait itself: every sentence of the contract stands here, and the testkit's suite has a
//! test for each.

use std::sync::Arc;

use cloakroom_time::Timestamp;

use crate::error::StorageError;
use crate::key::StorageKey;
use crate::outcome::{CreateOutcome, RemoveOutcome, TakeOutcome, TouchOutcome, UpdateOutcome};
use crate::record::{Record, Stored, Version};
use crate::subject::{Listed, Scope, Subject, SubjectLimit, SubjectNumber};

/// Keeps records of sessions.
///
/// Implement the methods as `async fn`; no macro is needed. The futures must be `Send`.
///
/// # What every call promises
///
/// 1. **One atomic step per record.** Of two calls on one key, each sees the other's whole effect
///    or none of it. A storage that cannot do a call in one step does several in an order that
///    keeps every promise below, and says so in its documentation.
/// 2. **Cancel-safe.** A future that is dropped early has its whole effect or none. What has begun may
///    run on by itself, and show soon after.
/// 3. **`now` judges.** A record is alive at `now` if [`Record::is_live`] says so and it was
///    created no earlier than the floor of its scope ([`end_before`](Self::end_before)). A record
///    that is not alive is *none* to every call, swept or not; only `remove`, `remove_all` and
///    `sweep` may still find it.
/// 4. **Acknowledged is kept.** `Ok` means that the effect is there for every later call from
///    anywhere, within what the storage's documentation says that it may lose; for a later `read`
///    elsewhere, within what it says of the age of copies.
/// 5. **An error says nothing about the effect**: the step may have happened.
///
/// # What a storage may rely on
///
/// Keys of cloakroom's own sessions are hashes of random ids, evenly spread. Records given to
/// `update` keep `scope`, `subject`, `created` and `absolute_deadline` of what
/// they replace. Contents are at most 64 KiB unless the application raises the bound.
pub trait Storage: Send + Sync + 'static {
    /// The live record under `key`, with its version.
    ///
    /// A storage that keeps copies may answer by one, no older than its documentation says. It never
    /// answers by one that there is *none*.
    ///
    /// # Errors
    ///
    /// If the storage cannot be read; never for a record that is not there.
    fn read(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored>, StorageError>> + Send;

    /// The live record under `key` as it lies there now, never a copy of before the call.
    ///
    /// What is final is decided by this word: that a session is to be ended, refused or moved. Only
    /// a storage that [keeps copies](Self::keeps_copies) has something to do here. One that hands its
    /// calls on to another storage hands on both: else what is final is decided by that one's copies.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Stored>, StorageError>> + Send {
        self.read(key, now)
    }

    /// Whether [`read`](Self::read) may answer by a copy. Where it never does, nobody asks twice.
    fn keeps_copies(&self) -> bool {
        false
    }

    /// Keeps a new record under `key`.
    ///
    /// * `Exists` where a live record lies there. One that is not alive is replaced.
    /// * `SignedOutMeanwhile` where the record has a subject and its `subject_number` is older
    ///   than the subject's. Where it has none, the subject's is filled in.
    /// * With a `limit` and a subject: the subject's live sessions are counted, and one more than
    ///   allowed is `TooManyForSubject`, or ends the oldest, in the same step.
    /// * `Full` where the storage is bounded and full.
    ///
    /// The order of the checks: `Exists`, `SignedOutMeanwhile`, `TooManyForSubject`, `Full`.
    ///
    /// # Errors
    ///
    /// If the storage failed; whether the record is kept is then not known.
    fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> impl Future<Output = Result<CreateOutcome, StorageError>> + Send;

    /// Replaces the live record under `key`, if its version is `version`.
    ///
    /// Never makes a record: `Gone` where none is alive. On `Conflict` the answer holds what lies
    /// there. The idle deadline becomes [`Record::idle_after_update`] of the two. The number of the
    /// subject stays the one that lies there: `remove_all` may have raised it since it was read.
    ///
    /// # Errors
    ///
    /// If the storage failed; whether the record was replaced is then not known.
    fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> impl Future<Output = Result<UpdateOutcome, StorageError>> + Send;

    /// Moves the idle deadline of the live record under `key` forward to `idle_deadline`.
    ///
    /// Only forward (an earlier one changes nothing and is `Touched` all the same), never beyond
    /// the absolute deadline, and never on a record that has no idle deadline. The version stays.
    ///
    /// # Errors
    ///
    /// If the storage failed.
    fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<TouchOutcome, StorageError>> + Send;

    /// Removes the live record under `key`, if its version is `version`: nothing that somebody has
    /// written since it was read goes with it.
    ///
    /// `Gone` where none is alive. On `Conflict` the answer holds what lies there.
    ///
    /// # Errors
    ///
    /// If the storage failed; whether the record is removed is then not known.
    fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> impl Future<Output = Result<TakeOutcome, StorageError>> + Send;

    /// Removes the record under `key`, alive or not, whatever its version is.
    ///
    /// Idempotent. Of concurrent removals of one record exactly one is told `Removed`.
    ///
    /// # Errors
    ///
    /// If the storage failed; whether the record is removed is then not known.
    fn remove(
        &self,
        key: &StorageKey,
    ) -> impl Future<Output = Result<RemoveOutcome, StorageError>> + Send;

    /// The number of `subject`, to be read before credentials are checked.
    ///
    /// A record created later with this number is refused if `remove_all` came in between.
    ///
    /// # Errors
    ///
    /// If the storage failed.
    fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> impl Future<Output = Result<SubjectNumber, StorageError>> + Send;

    /// The live sessions of `subject`, oldest first: names and dates, never content.
    ///
    /// # Errors
    ///
    /// If the storage failed.
    fn list(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Listed>, StorageError>> + Send;

    /// Removes every session of `subject`, but the one under `except`, and raises the subject's
    /// number ([`SubjectNumber::raised`]).
    ///
    /// No session whose `begin_sign_in` came before survives it, whenever its `create` comes. The
    /// excepted record takes the new number and keeps its version. Gives how many live records it
    /// removed.
    ///
    /// # Errors
    ///
    /// If the storage failed; some may be removed by then, and calling again is safe.
    fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Sets a floor for `scope`: its records created before `time` are none at once.
    ///
    /// A floor only rises. A `create` of a record below the floor is kept and is none. What it ended
    /// counts as ended at `time`, for `sweep`.
    ///
    /// # Errors
    ///
    /// If the storage failed.
    fn end_before(
        &self,
        scope: &Scope,
        time: Timestamp,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Removes at most `limit` records that are not alive since more than an hour before `now`,
    /// and gives how many it removed; fewer than `limit` means that none is left.
    ///
    /// The hour lets a late `update` or `touch` be told `Gone` by a record that is still there, and
    /// spares a store with a skewed clock. Does not hold up other calls for longer than a batch.
    ///
    /// # Errors
    ///
    /// If the storage failed; calling again is safe.
    fn sweep(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<usize, StorageError>> + Send;
}

/// A shared storage is a storage.
impl<S: Storage + ?Sized> Storage for Arc<S> {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        (**self).read(key, now).await
    }

    async fn read_latest(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        (**self).read_latest(key, now).await
    }

    fn keeps_copies(&self) -> bool {
        (**self).keeps_copies()
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        (**self).create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        (**self).update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        (**self).touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        (**self).take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        (**self).remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        (**self).begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        (**self).list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        (**self).remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        (**self).end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        (**self).sweep(now, limit).await
    }
}
