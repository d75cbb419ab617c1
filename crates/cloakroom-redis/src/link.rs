//! Sending calls: over one way at a time, which is opened anew when it is lost.
//!
//! * **What is tried again**: a call that the server refused unseen (a slot that is elsewhere or on
//!   the move, a server that is no master any more, a script that it does not know), as long as the
//!   timeout lasts; and one whose answer was lost, once, if it may be sent twice. Nothing else.
//! * **One opens, the others wait.** If opening fails, who waited fails with it, so that a server
//!   that is out of reach costs each call one attempt's time at most.
//! * **A way that gave no answer in time is not used again**: it may be one on which nothing
//!   arrives any more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cloakroom_storage::{StorageError, StorageErrorKind};
use redis::{ErrorKind, RedisError, RetryMethod, ServerErrorKind, Value};
use tokio::runtime::Handle;
use tokio::time;

use crate::call::{Call, Effect};
use crate::dial::Dialer;
use crate::line::{Line, Replicas, Sent};

/// How long it is waited before a call that was refused is sent again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// The way to the server, shared by all calls.
pub(crate) struct Link {
    current: Mutex<Option<Line>>,
    dialer: tokio::sync::Mutex<Dialer>,
    /// How often opening a way has failed.
    failures: AtomicU64,
    timeout: Duration,
    replicas: Option<Replicas>,
}

/// What an error means for a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meaning {
    /// The server does not know the script; it has done nothing.
    NoScript,
    /// The server has done nothing, and another one, or this one later, may do it.
    Refused,
    /// The answer was lost with the connection.
    Lost,
    /// No answer came in time.
    Late,
    /// The server refuses work.
    Unavailable,
    Other,
}

impl Link {
    pub(crate) fn new(dialer: Dialer, timeout: Duration, replicas: Option<Replicas>) -> Self {
        Self {
            current: Mutex::new(None),
            dialer: tokio::sync::Mutex::new(dialer),
            failures: AtomicU64::new(0),
            timeout,
            replicas,
        }
    }

    /// Sends a call and gives the server's answer.
    pub(crate) async fn send(&self, call: &Call) -> Result<Value, StorageError> {
        let replicas = self.replicas.filter(|_| call.effect() != Effect::None);
        let (mut source, mut was_lost) = (None, false);
        let (mut wait, mut waited) = (FIRST_WAIT, Duration::ZERO);
        loop {
            let mut line = self.line().await.map_err(|error| storage_error(&error))?;
            let command = source.as_ref().unwrap_or_else(|| call.as_command());
            let error = match line.send(command, replicas).await {
                Ok(Sent::Answer(answer)) => return Ok(answer),
                Ok(Sent::TooFewReplicas) => return Err(too_few_replicas()),
                Err(error) => error,
            };
            match meaning(&error) {
                Meaning::NoScript if source.is_none() => {
                    source = call.with_source();
                    continue;
                }
                Meaning::Refused if waited < self.timeout => {
                    if !line.is_cluster() {
                        self.forget(&line);
                    }
                }
                Meaning::Lost => {
                    if !line.is_cluster() {
                        self.forget(&line);
                    }
                    if was_lost || call.effect() == Effect::Once {
                        return Err(storage_error(&error));
                    }
                    was_lost = true;
                }
                Meaning::Late => {
                    self.forget(&line);
                    return Err(storage_error(&error));
                }
                _ => return Err(storage_error(&error)),
            }
            time::sleep(wait).await;
            waited += wait;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// The open way, or a new one.
    pub(crate) async fn line(&self) -> Result<Line, RedisError> {
        // Timers and connections would panic.
        if Handle::try_current().is_err() {
            return Err((ErrorKind::Client, "there is no tokio runtime here").into());
        }
        if let Some(line) = self.open_line() {
            return Ok(line);
        }
        let failures = self.failures.load(Ordering::Acquire);
        let mut dialer = self.dialer.lock().await;
        if let Some(line) = self.open_line() {
            return Ok(line);
        }
        if self.failures.load(Ordering::Acquire) != failures {
            // Whoever held the lock before has just found out.
            return Err((ErrorKind::Io, "the server cannot be reached").into());
        }
        match dialer.dial().await {
            Ok(line) => {
                let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                *current = Some(line.clone());
                Ok(line)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Release);
                Err(error)
            }
        }
    }

    fn open_line(&self) -> Option<Line> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|line| line.is_open()).cloned()
    }

    /// Lets go of a way, if no other one has taken its place.
    fn forget(&self, line: &Line) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|current| current.is(line)) {
            *current = None;
        }
    }
}

fn meaning(error: &RedisError) -> Meaning {
    if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) {
        return Meaning::NoScript;
    }
    if error.is_timeout() {
        return Meaning::Late;
    }
    match error.retry_method() {
        RetryMethod::MovedRedirect
        | RetryMethod::AskRedirect
        | RetryMethod::RefreshSlotsAndRetry
        | RetryMethod::WaitAndRetry
        | RetryMethod::ReconnectFromInitialConnections => Meaning::Refused,
        RetryMethod::Reconnect | RetryMethod::RetryImmediately => Meaning::Lost,
        _ if refuses_work(error) => Meaning::Unavailable,
        _ => Meaning::Other,
    }
}

/// Whether the server says that it cannot work now, or not for us.
fn refuses_work(error: &RedisError) -> bool {
    const CODES: [&str; 8] = [
        "OOM",
        "NOREPLICAS",
        "MISCONF",
        "NOAUTH",
        "NOPERM",
        "WRONGPASS",
        "BUSY",
        "UNKILLABLE",
    ];
    error.code().is_some_and(|code| CODES.contains(&code))
}

fn storage_error(error: &RedisError) -> StorageError {
    let kind = match meaning(error) {
        // Its memory has no room for what is new or larger.
        _ if error.code() == Some("OOM") => StorageErrorKind::Full,
        Meaning::Refused | Meaning::Lost | Meaning::Unavailable => StorageErrorKind::Unavailable,
        Meaning::Late => StorageErrorKind::TimedOut,
        Meaning::NoScript | Meaning::Other => StorageErrorKind::Other,
    };
    StorageError::new(kind).with_source(error.clone())
}

fn too_few_replicas() -> StorageError {
    StorageError::new(StorageErrorKind::TimedOut)
        .with_source("the server has it, and too few replicas said in time that they have it")
}
