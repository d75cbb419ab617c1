//! The public face: calls are handed to the threads.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use cloakroom_storage::StorageError;
use tokio::sync::oneshot;

use super::connection::{Settings, not_opened};
use super::job::Job;
use super::reader::{Reader, only_reads};
use super::writer::Writer;
use crate::error::OpenError;
use crate::shared::args::Args;
use crate::shared::backend::{Backend, Call};
use crate::shared::cause::unavailable;
use crate::shared::row::Row;

/// A storage in a SQLite file, shared by its clones.
///
/// The library is built in; there is no server. Several programs of one machine may use one file;
/// the file must not lie on a network's file system, where SQLite's log does not work.
///
/// * **What it may lose**: nothing, also in a power failure, as far as the disk keeps its word; with
///   [`Synchronous::Normal`](crate::Synchronous::Normal) the last writes before a power failure.
///   A copy of the file alone, made while it is in use, may lack what is in the log
///   (`sessions.db-wal`) or be torn: back up with `VACUUM INTO` or SQLite's backup.
/// * **Statements**: one for each call, but for `create` (up to three), `remove_all` (four) and an
///   update that replaced nothing (one more, a read). Calls that come at once share a transaction,
///   and so a wait for the disk.
/// * **Bounds**: a scope of 255 bytes, a subject's name of 1,024 bytes; longer ones are refused as
///   an error. Instants are kept to the millisecond; from the year 292,278,994 on they count as
///   [`Timestamp::MAX`](cloakroom_storage::Timestamp::MAX). A number that ending all sessions gave a
///   subject is kept for ever.
/// * **A full disk** fails what needs room. The log (`sessions.db-wal`) then goes into the file and begins
///   anew, so that sessions can be ended on a disk that is full, as far as the file has a place for it.
/// * **Dropping** the last clone closes the file when what was begun is done.
///
/// # Security
///
/// The file is made so that only its owner reads it. Contents and names of subjects lie in it as
/// they are, and what was removed may be found in it until it is overwritten. `Debug` and errors
/// show no path and no statement.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use cloakroom_sql::SqliteStorage;
/// use cloakroom_storage::{ProofHash, Record, Scope, Storage, StorageKey, Timestamp};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("sessions.db");
/// let storage = SqliteStorage::open(&path).await.unwrap();
/// let key = StorageKey::hash([1; 32]);
/// let now = Timestamp::from_secs(100);
/// let record = Record::new(Scope::new("shop/cart"), ProofHash::new([2; 32]), now, vec![3]);
/// storage.create(&key, &record, None, now).await?;
/// drop(storage);
///
/// let again = SqliteStorage::open(&path).await.unwrap();
/// assert_eq!(again.read(&key, now).await?.unwrap().record, record);
/// # Ok::<(), cloakroom_storage::StorageError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct SqliteStorage(Arc<Threads>);

/// How the threads are reached. They end when this is dropped.
struct Threads {
    writer: Sender<Job>,
    /// None where the writer reads, too.
    readers: Option<Sender<Job>>,
}

impl SqliteStorage {
    pub(super) async fn start(settings: Settings, readers: usize) -> Result<Self, OpenError> {
        let (writer, jobs) = channel();
        started(settings.clone(), move |settings, ready| {
            write(settings, &jobs, ready);
        })
        .await?;
        if readers == 0 {
            let readers = None;
            return Ok(Self(Arc::new(Threads { writer, readers })));
        }
        let (sender, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..readers {
            let jobs = Arc::clone(&jobs);
            started(settings.clone(), move |settings, ready| {
                read(settings, &jobs, ready);
            })
            .await?;
        }
        let readers = Some(sender);
        Ok(Self(Arc::new(Threads { writer, readers })))
    }

    fn backend(&self) -> &Threads {
        &self.0
    }
}

impl fmt::Debug for SqliteStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStorage").finish_non_exhaustive()
    }
}

crate::shared::contract::storage!(SqliteStorage);

impl Backend for Threads {
    async fn run(&self, call: Call, args: Args) -> Result<Vec<Row>, StorageError> {
        let (reply, answer) = oneshot::channel();
        let readers = self.readers.as_ref().filter(|_| only_reads(call));
        let job = Job { call, args, reply };
        let sent = readers.unwrap_or(&self.writer).send(job);
        sent.map_err(|_| unavailable())?;
        answer.await.map_err(|_| unavailable())?
    }
}

/// Whether a thread is ready, told once.
type Ready = oneshot::Sender<Result<(), OpenError>>;

/// Starts a thread and waits until it is ready.
async fn started(
    settings: Settings,
    body: impl FnOnce(&Settings, Ready) + Send + 'static,
) -> Result<(), OpenError> {
    let (ready, is_ready) = oneshot::channel();
    thread::Builder::new()
        .name("cloakroom-sqlite".to_owned())
        .spawn(move || body(&settings, ready))
        .map_err(|error| unavailable().with_source(error))?;
    is_ready.await.map_err(|_| unavailable())?
}

fn write(settings: &Settings, jobs: &Receiver<Job>, ready: Ready) {
    let connection = match settings.open_writer() {
        Ok(connection) => connection,
        Err(error) => return tell(ready, Err(error)),
    };
    match Writer::new(&connection, &settings.statements()) {
        Ok(mut writer) => {
            tell(ready, Ok(()));
            writer.serve(jobs);
        }
        Err(error) => tell(ready, Err(not_opened(error))),
    }
}

fn read(settings: &Settings, jobs: &Mutex<Receiver<Job>>, ready: Ready) {
    let connection = match settings.open_reader() {
        Ok(connection) => connection,
        Err(error) => return tell(ready, Err(not_opened(error))),
    };
    match Reader::new(&connection, &settings.statements()) {
        Ok(mut reader) => {
            tell(ready, Ok(()));
            reader.serve(jobs);
        }
        Err(error) => tell(ready, Err(not_opened(error))),
    }
}

/// Tells who opens the file, if it is still awaited.
fn tell(ready: Ready, outcome: Result<(), OpenError>) {
    ready.send(outcome).ok();
}
