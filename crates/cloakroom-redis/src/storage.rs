//! The public face: what takes several steps runs in a task of its own, so that it is whole also
//! when nobody waits for it any more.

use std::fmt;
use std::sync::Arc;

use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, Storage, StorageError, StorageErrorKind,
    StorageKey, Stored, Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome,
    UpdateOutcome, Version,
};

use tokio::runtime::Handle;

use crate::names::Owner;
use crate::store::Store;

/// A storage on Redis: one server, a master under sentinels, or a cluster. Its clones share their
/// connections.
///
/// # Round trips
///
/// | call | round trips | |
/// |---|--:|---|
/// | `read` | 1 | one `MGET` |
/// | `update`, `touch`, `begin_sign_in` | 1 | |
/// | `create` without a subject | 1 | |
/// | `create` with a subject | 2 | the subject's index, then the record; with a limit that is reached 5, and 2 more for what gives way |
/// | `remove`, `take` | 1, with a subject 2 | the record, then the index |
/// | `list` | 2 | the index, then the records; one or two more where it changes meanwhile |
/// | `remove_all` | 3 | the index, all records at once, the index |
/// | `end_before` | 4 | 256 calls, 64 at a time |
/// | `sweep` | 4, and as many where there is something to remove | as many calls |
///
/// One code path serves a server and a cluster: a subject's index and a record are in different
/// slots of a cluster, so a sign-in is two steps there, and on a server as well. Reading and
/// changing a session cost nothing more for it.
///
/// # What is one step, and what is not
///
/// * Each step is a script, atomic in the server. `read`, `update`, `touch`, and `create`, `take` and
///   `remove` of a record are one step.
/// * `create` with a subject and `remove_all`: the promise that no sign-in from before survives
///   holds at every moment, also where a process dies between two steps. Where `remove_all` breaks
///   off, its sessions are not listed any more, and the next `list` or `remove_all` ends them.
/// * `end_before` ends one part of the records after another: all when it is acknowledged. Only where
///   the process dies before, or it fails, some parts are left, until it is called again.
/// * The limit of a subject holds for `list` at every moment. What gives way to a new session can
///   be read until the `create` is acknowledged; if the process dies right then, until a later
///   `list` or `create` of the subject comes upon it.
/// * A `create` whose process dies between its two steps takes a seat of a limit for a minute.
/// * A `create` whose second step comes more than 30 seconds after the first fails. The clocks of a
///   cluster's nodes must not differ by so much.
/// * While a slot of a cluster moves, calls wait for it. The client library may wait for itself then,
///   where some dozens of calls are on their way to a node, as with `end_before`: all calls of this
///   process are late once, up to the [`timeout`](crate::RedisStorageBuilder::timeout), and go on after
///   it. So move slots when no floor is set.
///
/// # What it may lose, and how to keep it from that
///
/// Redis acknowledges what it has in memory. Out of the box a crash loses the last second or more,
/// and a failover what the replica did not have yet: acknowledged writes are gone, and **sessions
/// that were ended in that time come back**. To lose nothing:
///
/// * `appendonly yes` and `appendfsync always`: what was acknowledged is on disk. (`everysec` loses
///   up to two seconds in a crash of the machine.)
/// * [`acknowledged_by`](crate::RedisStorageBuilder::acknowledged_by) wherever a replica may become
///   the master, under sentinels and in a cluster: a write counts when a replica has it. A server
///   that restarts must not be the master at once: let the failover come first. With
///   `min-replicas-to-write 1` a master that is cut off from its replicas stops taking writes.
/// * `maxmemory-policy noeviction`: a full server refuses writes instead of forgetting sessions.
///   Connecting to one that may evict is refused; it is not watched afterwards.
/// * A master that was cut off may be read by clients that are cut off with it, until the sentinels
///   reach it: they may read sessions that were ended meanwhile.
///
/// # Rights
///
/// A user of its own needs these, with the [`prefix`](crate::RedisStorageBuilder::prefix) in the place of
/// `cloakroom:`; `acknowledged_by` needs `+wait` besides:
/// `ACL SETUSER shop on >secret ~cloakroom:* +@read +@write +@scripting +@connection +info +time`.
///
/// # Telling of changes
///
/// It is a [`Watch`](#impl-Watch-for-RedisStorage), at no cost for calls: each process that watches
/// has one more connection to each master.
///
/// # Memory
///
/// Besides its content a session takes about 350 bytes, with a subject 500, and a subject that has
/// sessions 150. A subject all of whose sessions were ended once is remembered for ever, in about
/// 190 bytes. Run [`sweep`](Storage::sweep) from time to time: it frees what ended an hour ago. By
/// itself the server drops a record at the end of the day after its end, but not its place in the indexes.
///
/// # Time
///
/// What is alive is judged by the `now` of each call. The server's own clock drops what ended more
/// than a day ago, so it must not be ahead by as much. Of two floors that both ended a record the
/// later one counts for the sweep.
///
/// # Security
///
/// Contents, hashes of proofs, scopes and subjects' names lie in the server as they are given, and
/// whoever can read or write it can read or forge sessions as far as the record goes. No key of the
/// server holds a subject's name. Neither `Debug` nor an error shows a key, an id, a content, an
/// address or a password.
///
/// # Examples
///
/// ```no_run
/// use cloakroom_redis::RedisStorage;
/// use cloakroom_storage::{ProofHash, Record, Scope, Storage, StorageKey, Timestamp};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let storage = RedisStorage::server("redis://127.0.0.1").connect().await?;
/// let key = StorageKey::hash([1; 32]);
/// let now = Timestamp::from_secs(100);
/// let record = Record::new(Scope::new("shop/cart"), ProofHash::new([2; 32]), now, vec![3]);
///
/// storage.create(&key, &record, None, now).await?;
/// let stored = storage.read(&key, now).await?.unwrap();
/// assert_eq!(stored.record, record);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStorage(Arc<Store>);

impl RedisStorage {
    pub(crate) const fn of(store: Arc<Store>) -> Self {
        Self(store)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0
    }

    /// Runs a call to its end, also if nobody waits for it any more.
    async fn to_its_end<T, F>(&self, call: impl FnOnce(Arc<Store>) -> F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StorageError>> + Send + 'static,
    {
        let failed = || StorageError::new(StorageErrorKind::Other);
        let runtime = Handle::try_current().map_err(|error| failed().with_source(error))?;
        let task = runtime.spawn(call(Arc::clone(&self.0)));
        // It is cut off only where the runtime ends.
        task.await
            .unwrap_or_else(|error| Err(failed().with_source(error)))
    }
}

impl fmt::Debug for RedisStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStorage").finish_non_exhaustive()
    }
}

impl Storage for RedisStorage {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        self.0.read(key, now).await
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let (key, record) = (key.clone(), record.clone());
        self.to_its_end(async move |store| store.create(&key, &record, limit, now).await)
            .await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        self.0.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.0.touch(key, idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.0.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let key = key.clone();
        self.to_its_end(async move |store| store.remove(&key).await)
            .await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        _now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.0.number(&Owner::of(subject)).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.0.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let (subject, except) = (subject.clone(), except.cloned());
        self.to_its_end(async move |store| store.remove_all(&subject, except.as_ref(), now).await)
            .await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        let scope = scope.clone();
        self.to_its_end(async move |store| store.end_before(&scope, time).await)
            .await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.0.sweep(now, limit).await
    }
}
