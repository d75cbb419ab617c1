//! Sessions in use: workers that make, change and end them, and know what may lie in the storage.
//!
//! * **What was acknowledged is known.** After a read, a session's content must be the last one
//!   that was acknowledged; one that was ended must be none.
//! * **What failed may have happened, also later.** A session whose `create` or `remove` failed is
//!   not used any more, and may be there or not. Of a failed `update` either content may be there,
//!   until the next one succeeds.
//! * **Ending all settles all.** Each sign-in carries the number that `begin_sign_in` found before;
//!   so after a `remove_all` that was acknowledged no session from before may be there, nor come.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{
    CreateOutcome, Record, Storage, StorageError, StorageKey, SubjectNumber, UpdateOutcome,
};
use tokio::task::JoinSet;

use super::samples::{NOW, after, key, listed, record, signed_in, subject};

/// How many workers there are, and how many calls each makes at most.
const WORKERS: u64 = 8;
const CALLS: usize = 10_000;

/// Workers that run until they are told to stop.
pub(super) struct Load {
    workers: JoinSet<Worker>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    is_over: AtomicBool,
    done: AtomicUsize,
    failed: AtomicUsize,
}

struct Worker {
    storage: RedisStorage,
    name: String,
    /// Found before the next sign-in, if there was one since all were ended.
    number: Option<SubjectNumber>,
    random: u64,
    next: u64,
    sessions: Vec<Session>,
}

/// A session, and what may lie there.
struct Session {
    key: StorageKey,
    subject: Option<String>,
    may_be: Vec<Option<u64>>,
    is_in_use: bool,
}

impl Load {
    pub(super) fn on(storage: &RedisStorage) -> Self {
        let progress = Arc::new(Progress::default());
        let mut workers = JoinSet::new();
        for number in 0..WORKERS {
            let mut worker = Worker::new(storage.clone(), number);
            let progress = Arc::clone(&progress);
            let _task = workers.spawn(async move {
                worker.work(&progress).await;
                worker
            });
        }
        Self { workers, progress }
    }

    /// Waits until so many more calls have succeeded, ten seconds at most for each hundred.
    pub(super) async fn until_done(&self, more: usize) {
        let until = self.progress.done.load(Ordering::SeqCst) + more;
        for _ in 0..more.div_ceil(100) * 1_000 {
            if self.progress.done.load(Ordering::SeqCst) >= until {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let failed = self.progress.failed.load(Ordering::SeqCst);
        panic!("the service does not resume; {failed} calls have failed");
    }

    pub(super) fn failed(&self) -> usize {
        self.progress.failed.load(Ordering::SeqCst)
    }

    /// Stops the workers and looks at every session, by another way to the server. Gives how many
    /// calls succeeded and how many failed.
    pub(super) async fn check(mut self, storage: &RedisStorage) -> (usize, usize) {
        self.progress.is_over.store(true, Ordering::SeqCst);
        while let Some(worker) = self.workers.join_next().await {
            worker.expect("no worker panics").check(storage).await;
        }
        let done = self.progress.done.load(Ordering::SeqCst);
        (done, self.failed())
    }
}

impl Worker {
    fn new(storage: RedisStorage, number: u64) -> Self {
        Self {
            storage,
            name: format!("user-{number}"),
            number: None,
            random: 0x2545_f491_4f6c_dd1d ^ (number + 1),
            next: number << 32,
            sessions: Vec::new(),
        }
    }

    async fn work(&mut self, progress: &Progress) {
        for _ in 0..CALLS {
            if progress.is_over.load(Ordering::SeqCst) {
                return;
            }
            match self.call().await {
                Ok(()) => {
                    progress.done.fetch_add(1, Ordering::SeqCst);
                }
                Err(_) => {
                    progress.failed.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }

    async fn call(&mut self) -> Result<(), StorageError> {
        let used: Vec<usize> = (0..self.sessions.len())
            .filter(|&at| self.sessions[at].is_in_use)
            .collect();
        let choice = self.random(32);
        let Some(&at) = used.get(self.random(used.len().max(1))) else {
            return self.create().await;
        };
        match choice {
            0..8 => self.create().await,
            8..24 => self.update(at).await,
            24..28 => self.remove(at).await,
            28..31 => self.touch(at).await,
            _ => self.remove_all().await,
        }
    }

    async fn create(&mut self) -> Result<(), StorageError> {
        self.next += 1;
        let has_subject = self.random(2) == 0;
        let mut record = if has_subject {
            signed_in(&self.name, &content(self.next))
        } else {
            record(&content(self.next))
        };
        if has_subject {
            record.subject_number = Some(self.begin_sign_in().await?);
        }
        record.idle_deadline = Some(after(Duration::from_secs(3_600)));
        self.sessions.push(Session {
            key: key(self.next),
            subject: has_subject.then(|| self.name.clone()),
            may_be: vec![None, Some(self.next)],
            is_in_use: false,
        });
        let key = key(self.next);
        let outcome = self.storage.create(&key, &record, None, NOW).await?;
        assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
        if let Some(session) = self.sessions.last_mut() {
            session.may_be = vec![Some(self.next)];
            session.is_in_use = true;
        }
        Ok(())
    }

    async fn update(&mut self, at: usize) -> Result<(), StorageError> {
        self.next += 1;
        let next = self.next;
        let session = &mut self.sessions[at];
        let stored = self.storage.read(&session.key, NOW).await?;
        let stored = stored.expect("a session in use is there");
        let found = number_of(&stored.record);
        assert!(session.may_be.contains(&Some(found)), "{found} lies there");
        let mut record = stored.record;
        record.content = content(next).into();
        session.may_be.push(Some(next));
        let outcome = self
            .storage
            .update(&session.key, stored.version, &record, NOW);
        match outcome.await? {
            UpdateOutcome::Updated(_) => session.may_be = vec![Some(next)],
            // An update that failed before came after the read.
            UpdateOutcome::Conflict(there) => {
                let found = number_of(&there.record);
                assert!(session.may_be.contains(&Some(found)), "{found} lies there");
            }
            UpdateOutcome::Gone => panic!("a session in use is there"),
        }
        Ok(())
    }

    async fn touch(&mut self, at: usize) -> Result<(), StorageError> {
        let later = after(Duration::from_secs(3_600 + self.next));
        self.storage
            .touch(&self.sessions[at].key, later, NOW)
            .await
            .map(drop)
    }

    async fn remove(&mut self, at: usize) -> Result<(), StorageError> {
        let session = &mut self.sessions[at];
        session.is_in_use = false;
        session.may_be.push(None);
        let _was_there = self.storage.remove(&session.key).await?;
        session.may_be = vec![None];
        Ok(())
    }

    async fn remove_all(&mut self) -> Result<(), StorageError> {
        let name = self.name.clone();
        let mut of_subject: Vec<_> = self
            .sessions
            .iter_mut()
            .filter(|session| session.subject.as_ref() == Some(&name))
            .collect();
        for session in &mut of_subject {
            session.is_in_use = false;
            session.may_be.push(None);
        }
        self.number = None;
        let ended = self.storage.remove_all(&subject(&name), None, NOW).await;
        if ended.is_ok() {
            for session in of_subject {
                session.may_be = vec![None];
            }
        } else {
            // It may come late, and end what is begun after it.
            self.name.push('+');
        }
        ended.map(drop)
    }

    async fn begin_sign_in(&mut self) -> Result<SubjectNumber, StorageError> {
        if let Some(number) = self.number {
            return Ok(number);
        }
        let number = self
            .storage
            .begin_sign_in(&subject(&self.name), NOW)
            .await?;
        self.number = Some(number);
        Ok(number)
    }

    /// What lies there may lie there, and the index has what it should.
    async fn check(&self, storage: &RedisStorage) {
        let mut index = HashMap::new();
        for name in self.sessions.iter().filter_map(|s| s.subject.as_ref()) {
            if !index.contains_key(name) {
                index.insert(name, listed(storage, name).await);
            }
        }
        for session in &self.sessions {
            let stored = storage.read(&session.key, NOW).await.expect("it answers");
            let found = stored.map(|stored| number_of(&stored.record));
            let may_be = &session.may_be;
            assert!(may_be.contains(&found), "{found:?} of {may_be:?}");
            if let Some(name) = &session.subject {
                let is_listed = index[name].contains(&session.key);
                assert_eq!(found.is_some(), is_listed, "the index is complete");
            }
        }
    }

    /// A number below `below`, by xorshift.
    fn random(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % below as u64).expect("it is below a usize")
    }
}

/// A content that shows whether it is whole.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(32)
}

fn number_of(record: &Record) -> u64 {
    let (numbers, rest) = record.content.as_chunks::<8>();
    assert!(rest.is_empty() && numbers.len() == 32, "the record is torn");
    assert!(
        numbers.iter().all(|n| n == &numbers[0]),
        "the record is torn"
    );
    u64::from_be_bytes(numbers[0])
}
