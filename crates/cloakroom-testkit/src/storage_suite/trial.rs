//! A storage on trial.
//!
//! * **An error fails the test**: no test makes the storage fail.
//! * **At once is as near as tasks come**: all wait at one barrier, then run on all threads.

#![expect(clippy::panic, clippy::expect_used, reason = "how a test fails")]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageKey, Stored,
    Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome, UpdateOutcome,
    Version,
};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use super::samples::{End, NOW, earlier, scope};

/// How many tasks run at once.
pub(super) const TASKS: usize = 16;

/// How often a race is run: one that is won by luck is hardly won each time.
pub(super) const ROUNDS: usize = 16;

/// After so many polls every call is done, or waits for what does not come.
pub(super) const POLLS: usize = 64;

/// A storage on trial, shared by its clones.
pub(super) struct Trial<S>(Arc<S>);

impl<S> Clone for Trial<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Storage> Trial<S> {
    pub(super) async fn of(make: impl AsyncFn() -> S) -> Self {
        Self(Arc::new(make().await))
    }

    pub(super) fn storage(&self) -> &S {
        &self.0
    }

    pub(super) async fn read(&self, key: &StorageKey, now: Timestamp) -> Option<Stored> {
        done(self.0.read(key, now).await)
    }

    /// What lies under the key at [`NOW`], which must be a live record.
    pub(super) async fn found(&self, key: &StorageKey) -> Stored {
        let stored = self.read(key, NOW).await;
        stored.expect("a live record lies under the key")
    }

    pub(super) async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> CreateOutcome {
        done(self.0.create(key, record, limit, now).await)
    }

    /// Creates a record at [`NOW`], which must succeed.
    pub(super) async fn keep(&self, key: &StorageKey, record: &Record) -> Version {
        self.keep_at(key, record, NOW).await
    }

    pub(super) async fn keep_at(
        &self,
        key: &StorageKey,
        record: &Record,
        now: Timestamp,
    ) -> Version {
        match self.create(key, record, None, now).await {
            CreateOutcome::Created(version) => version,
            other => panic!("nothing was in the way of the record: {other:?}"),
        }
    }

    /// Keeps a record that has come to its end at [`NOW`], and not before.
    pub(super) async fn keep_ended(&self, key: &StorageKey, end: End) -> Version {
        let version = self.keep_at(key, &end.record(), earlier(10)).await;
        let before = self.read(key, earlier(1)).await;
        assert!(before.is_some(), "{end:?}: the record ends before its end");
        if matches!(end, End::Floor) {
            self.end_before(&scope(), NOW).await;
        }
        version
    }

    pub(super) async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> UpdateOutcome {
        done(self.0.update(key, version, record, now).await)
    }

    /// Updates a record at [`NOW`], which must succeed.
    pub(super) async fn replace(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
    ) -> Version {
        match self.update(key, version, record, NOW).await {
            UpdateOutcome::Updated(version) => version,
            other => panic!("the version is the one that lies there: {other:?}"),
        }
    }

    pub(super) async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> TouchOutcome {
        done(self.0.touch(key, idle_deadline, now).await)
    }

    /// Touches a record at [`NOW`], which must be alive.
    pub(super) async fn prolong(&self, key: &StorageKey, idle_deadline: Timestamp) {
        let outcome = self.touch(key, idle_deadline, NOW).await;
        assert_eq!(outcome, TouchOutcome::Touched, "the record is alive");
    }

    pub(super) async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> TakeOutcome {
        done(self.0.take(key, version, now).await)
    }

    pub(super) async fn remove(&self, key: &StorageKey) -> RemoveOutcome {
        done(self.0.remove(key).await)
    }

    /// Removes a record, which must lie there.
    pub(super) async fn end(&self, key: &StorageKey) {
        let outcome = self.remove(key).await;
        assert_eq!(outcome, RemoveOutcome::Removed, "the record lies there");
    }

    /// The subject's number at [`NOW`].
    pub(super) async fn number(&self, subject: &Subject) -> SubjectNumber {
        done(self.0.begin_sign_in(subject, NOW).await)
    }

    pub(super) async fn list(&self, subject: &Subject, now: Timestamp) -> Vec<Listed> {
        done(self.0.list(subject, now).await)
    }

    /// The keys of the subject's sessions at [`NOW`], as they are listed.
    pub(super) async fn keys(&self, subject: &Subject) -> Vec<StorageKey> {
        let listed = self.list(subject, NOW).await;
        listed.into_iter().map(|session| session.key).collect()
    }

    pub(super) async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> u64 {
        done(self.0.remove_all(subject, except, now).await)
    }

    pub(super) async fn end_before(&self, scope: &Scope, time: Timestamp) {
        done(self.0.end_before(scope, time).await);
    }

    pub(super) async fn sweep(&self, now: Timestamp, limit: usize) -> usize {
        done(self.0.sweep(now, limit).await)
    }

    /// Runs [`TASKS`] tasks at once, and gives their answers in the order of their numbers.
    pub(super) async fn at_once<T, Task>(&self, task: impl Fn(Self, usize) -> Task) -> Vec<T>
    where
        T: Send + 'static,
        Task: Future<Output = T> + Send + 'static,
    {
        let start = Arc::new(Barrier::new(TASKS));
        let begin = |number| {
            let (start, task) = (Arc::clone(&start), task(self.clone(), number));
            tokio::spawn(async move {
                start.wait().await;
                task.await
            })
        };
        let running: Vec<_> = (0..TASKS).map(begin).collect();
        let mut answers = Vec::with_capacity(TASKS);
        for task in running {
            answers.push(joined(task).await);
        }
        answers
    }

    /// Runs a task for each of these, with its number, [`TASKS`] of them beside each other.
    pub(super) async fn each<T, Task>(&self, of: Vec<T>, task: impl Fn(Self, usize, T) -> Task)
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        let mut running = VecDeque::with_capacity(TASKS);
        for (number, item) in of.into_iter().enumerate() {
            if running.len() == TASKS
                && let Some(first) = running.pop_front()
            {
                joined(first).await;
            }
            running.push_back(tokio::spawn(task(self.clone(), number, item)));
        }
        for task in running {
            joined(task).await;
        }
    }
}

async fn joined<T>(task: JoinHandle<T>) -> T {
    task.await.expect("no task panics")
}

/// Drops a call when it was polled so many times; whether it was done by then.
pub(super) async fn dropped_after<T>(
    polls: usize,
    call: impl Future<Output = Result<T, StorageError>>,
) -> bool {
    let mut call = pin!(call);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match call.as_mut().poll(context) {
            Poll::Ready(answer) => {
                done(answer);
                Poll::Ready(true)
            }
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Tries a call that is dropped after no poll, one, two, and so on, until it is done.
pub(super) async fn dropped_ever_later(try_once: impl AsyncFn(usize) -> bool) {
    for polls in 0..POLLS {
        if try_once(polls).await {
            return;
        }
    }
    never_done();
}

pub(super) fn never_done() -> ! {
    panic!("the call is never done");
}

fn done<T>(answer: Result<T, StorageError>) -> T {
    match answer {
        Ok(value) => value,
        Err(error) => panic!("{error}: {:?}", error.expose_source()),
    }
}
