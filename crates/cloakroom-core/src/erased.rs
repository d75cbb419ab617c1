//! The storage contract behind one pointer, and the limit on how long a call may take.
//!
//! * [`Storage`] has native `async fn`s and so cannot be a trait object; [`DynStorage`] is its twin
//!   with boxed futures, implemented for every storage.
//! * A call that hangs is a call that failed: after the limit the answer is
//!   [`StorageErrorKind::TimedOut`]. The timer is only made when a call does not answer at once,
//!   and needs a tokio runtime with time; outside of a runtime there is no limit.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageErrorKind,
    StorageKey, Stored, Subject, SubjectLimit, SubjectNumber, TakeOutcome, TouchOutcome,
    UpdateOutcome, Version,
};
use cloakroom_time::Timestamp;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// [`Storage`] as a trait object.
pub(crate) trait DynStorage: Send + Sync {
    fn read<'a>(&'a self, key: &'a StorageKey, now: Timestamp) -> Boxed<'a, Option<Stored>>;
    fn read_latest<'a>(&'a self, key: &'a StorageKey, now: Timestamp) -> Boxed<'a, Option<Stored>>;
    fn keeps_copies(&self) -> bool;
    fn create<'a>(
        &'a self,
        key: &'a StorageKey,
        record: &'a Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Boxed<'a, CreateOutcome>;
    fn update<'a>(
        &'a self,
        key: &'a StorageKey,
        version: Version,
        record: &'a Record,
        now: Timestamp,
    ) -> Boxed<'a, UpdateOutcome>;
    fn touch<'a>(
        &'a self,
        key: &'a StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Boxed<'a, TouchOutcome>;
    fn take<'a>(
        &'a self,
        key: &'a StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Boxed<'a, TakeOutcome>;
    fn remove<'a>(&'a self, key: &'a StorageKey) -> Boxed<'a, RemoveOutcome>;
    fn begin_sign_in<'a>(
        &'a self,
        subject: &'a Subject,
        now: Timestamp,
    ) -> Boxed<'a, SubjectNumber>;
    fn list<'a>(&'a self, subject: &'a Subject, now: Timestamp) -> Boxed<'a, Vec<Listed>>;
    fn remove_all<'a>(
        &'a self,
        subject: &'a Subject,
        except: Option<&'a StorageKey>,
        now: Timestamp,
    ) -> Boxed<'a, u64>;
    fn end_before<'a>(&'a self, scope: &'a Scope, time: Timestamp) -> Boxed<'a, ()>;
    fn sweep(&self, now: Timestamp, limit: usize) -> Boxed<'_, usize>;
}

impl<S: Storage> DynStorage for S {
    fn read<'a>(&'a self, key: &'a StorageKey, now: Timestamp) -> Boxed<'a, Option<Stored>> {
        Box::pin(Storage::read(self, key, now))
    }

    fn read_latest<'a>(&'a self, key: &'a StorageKey, now: Timestamp) -> Boxed<'a, Option<Stored>> {
        Box::pin(Storage::read_latest(self, key, now))
    }

    fn keeps_copies(&self) -> bool {
        Storage::keeps_copies(self)
    }

    fn create<'a>(
        &'a self,
        key: &'a StorageKey,
        record: &'a Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Boxed<'a, CreateOutcome> {
        Box::pin(Storage::create(self, key, record, limit, now))
    }

    fn update<'a>(
        &'a self,
        key: &'a StorageKey,
        version: Version,
        record: &'a Record,
        now: Timestamp,
    ) -> Boxed<'a, UpdateOutcome> {
        Box::pin(Storage::update(self, key, version, record, now))
    }

    fn touch<'a>(
        &'a self,
        key: &'a StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Boxed<'a, TouchOutcome> {
        Box::pin(Storage::touch(self, key, idle_deadline, now))
    }

    fn take<'a>(
        &'a self,
        key: &'a StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Boxed<'a, TakeOutcome> {
        Box::pin(Storage::take(self, key, version, now))
    }

    fn remove<'a>(&'a self, key: &'a StorageKey) -> Boxed<'a, RemoveOutcome> {
        Box::pin(Storage::remove(self, key))
    }

    fn begin_sign_in<'a>(
        &'a self,
        subject: &'a Subject,
        now: Timestamp,
    ) -> Boxed<'a, SubjectNumber> {
        Box::pin(Storage::begin_sign_in(self, subject, now))
    }

    fn list<'a>(&'a self, subject: &'a Subject, now: Timestamp) -> Boxed<'a, Vec<Listed>> {
        Box::pin(Storage::list(self, subject, now))
    }

    fn remove_all<'a>(
        &'a self,
        subject: &'a Subject,
        except: Option<&'a StorageKey>,
        now: Timestamp,
    ) -> Boxed<'a, u64> {
        Box::pin(Storage::remove_all(self, subject, except, now))
    }

    fn end_before<'a>(&'a self, scope: &'a Scope, time: Timestamp) -> Boxed<'a, ()> {
        Box::pin(Storage::end_before(self, scope, time))
    }

    fn sweep(&self, now: Timestamp, limit: usize) -> Boxed<'_, usize> {
        Box::pin(Storage::sweep(self, now, limit))
    }
}

/// Waits for a storage's answer, at most for `limit`.
pub(crate) async fn within<T>(
    limit: Option<Duration>,
    call: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, StorageError> {
    let mut call = pin!(call);
    let at_once = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
    if let Poll::Ready(answer) = at_once {
        return answer;
    }
    let has_timer = tokio::runtime::Handle::try_current().is_ok();
    match limit.filter(|_| has_timer) {
        None => call.await,
        // Boxed: the futures of all requests would have the timer's size.
        Some(limit) => Box::pin(tokio::time::timeout(limit, call))
            .await
            .unwrap_or_else(|_| Err(StorageError::new(StorageErrorKind::TimedOut))),
    }
}
