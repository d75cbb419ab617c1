//! Listening, once: from when all masters tell until one of them is silent.
//!
//! * **The server tells by itself** (`CLIENT TRACKING … BCAST`, [`PushKind::Invalidate`]) under which
//!   names something changed, on a connection that has nothing else to do.
//! * **All masters or none.** If one breaks off, or a cluster has others now, listening begins anew.
//! * **Nothing is told but while somebody polls**, so what comes is kept for that long; of more than
//!   is kept it is only said that something was missed.
//! * **A connection on which nothing arrives any more is found out** by asking on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloakroom_storage::Change;
use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, PushInfo, PushKind, RedisResult, Value};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::dial::{Address, Dialer, Kind, config};
use crate::masters::{Masters, connect};
use crate::names::Names;

/// How many messages are kept until somebody polls. One has the changes of one moment.
const KEPT: usize = 1024;

/// The connections on which is listened.
pub(crate) struct Ears {
    kind: Kind,
    masters: Masters,
    lines: Vec<MultiplexedConnection>,
    heard: mpsc::Receiver<Heard>,
    missed: Arc<AtomicBool>,
    /// How often it is asked whether they are there.
    every: Duration,
}

/// What came by itself.
enum Heard {
    Changes(Vec<Change>),
    TheEnd,
}

impl Ears {
    /// Begins to listen to all masters.
    pub(crate) async fn open(
        address: &Address,
        names: &Names,
        timeout: Duration,
    ) -> RedisResult<Self> {
        let mut dialer = Dialer::new(address.clone(), timeout)?;
        let masters = Masters::find(&mut dialer, timeout).await?;
        let (sender, heard) = mpsc::channel(KEPT);
        let missed = Arc::new(AtomicBool::new(false));
        let ear = {
            let (names, missed) = (names.clone(), Arc::clone(&missed));
            move |push: PushInfo| {
                if let Some(heard) = Heard::of(&push, &names)
                    && sender.try_send(heard).is_err()
                {
                    missed.store(true, Ordering::Release);
                }
                Ok::<(), ()>(())
            }
        };
        let config = config(timeout).set_push_sender(ear);
        let beginning = names.beginning();
        let lines = masters.servers.iter().map(async |master| {
            let mut line = connect(master.clone(), &config).await?;
            let answer = line.send_packed_command(&tracking(&beginning)).await?;
            answer.extract_error()?;
            RedisResult::Ok(line)
        });
        let lines = join_all(lines)
            .await
            .into_iter()
            .collect::<RedisResult<_>>()?;
        Ok(Self {
            kind: dialer.kind(),
            masters,
            lines,
            heard,
            missed,
            every: timeout.max(Duration::from_millis(100)),
        })
    }

    /// Tells what changes, until it cannot be heard any more. Gives whether it lasted until the
    /// masters were asked whether they are there.
    pub(crate) async fn listen(&mut self, tell: &impl Fn(Change)) -> bool {
        let mut has_lasted = false;
        let mut asks_at = Instant::now() + self.every;
        loop {
            match timeout_at(asks_at, self.heard.recv()).await {
                Ok(Some(Heard::Changes(changes))) => {
                    if self.missed.swap(false, Ordering::AcqRel) {
                        tell(Change::Anything);
                    }
                    changes.into_iter().for_each(tell);
                }
                Ok(Some(Heard::TheEnd) | None) => return has_lasted,
                Err(_) => {
                    if self.missed.swap(false, Ordering::AcqRel) {
                        tell(Change::Anything);
                    }
                    if !self.are_there().await {
                        return has_lasted;
                    }
                    has_lasted = true;
                    asks_at = Instant::now() + self.every;
                }
            }
        }
    }

    /// Whether all are there, and masters still.
    async fn are_there(&mut self) -> bool {
        let kind = self.kind;
        let asked = self.lines.iter_mut().map(|line| is_there(line, kind));
        if !join_all(asked).await.into_iter().all(|is_there| is_there) {
            return false;
        }
        self.masters.are_the_same().await
    }
}

impl Heard {
    fn of(push: &PushInfo, names: &Names) -> Option<Self> {
        match push.kind {
            PushKind::Disconnection => Some(Self::TheEnd),
            PushKind::Invalidate => {
                let changes = changes(push.data.first(), names);
                (!changes.is_empty()).then_some(Self::Changes(changes))
            }
            _ => None,
        }
    }
}

/// What the names that a server tells mean. Where all was emptied it tells none; and what may be
/// anything says it once.
fn changes(told: Option<&Value>, names: &Names) -> Vec<Change> {
    let Some(Value::Array(told)) = told else {
        return vec![Change::Anything];
    };
    let mut changes = Vec::new();
    for name in told {
        let change = match name {
            Value::BulkString(name) => names.change_of(name),
            _ => Some(Change::Anything),
        };
        if change == Some(Change::Anything) {
            return vec![Change::Anything];
        }
        changes.extend(change);
    }
    changes
}

/// Tells on this connection what changes under names that begin so.
fn tracking(beginning: &[u8]) -> Cmd {
    let mut command = Cmd::new();
    command.arg("CLIENT").arg("TRACKING").arg("ON");
    command.arg("BCAST").arg("PREFIX").arg(beginning);
    command
}

/// Whether a server answers. One that the sentinels named has to be a master still; where it may
/// not be asked for that, it is only seen that it is there.
async fn is_there(line: &mut MultiplexedConnection, kind: Kind) -> bool {
    let mut command = Cmd::new();
    command.arg(if kind == Kind::Sentinel {
        "ROLE"
    } else {
        "PING"
    });
    let answer = line.send_packed_command(&command).await;
    match answer.and_then(Value::extract_error) {
        Ok(Value::Array(role)) => role.first() == Some(&Value::BulkString(b"master".to_vec())),
        Ok(_) => true,
        Err(error) => matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension),
    }
}
