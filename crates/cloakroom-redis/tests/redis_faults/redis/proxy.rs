//! A proxy before a server, which counts, delays, holds, drops and cuts off.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to what comes through.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Passes,
    /// Each part of an answer comes so much later.
    IsDelayed(Duration),
    /// Requests arrive, answers do not.
    LosesAnswers,
    /// Of the next answer so many bytes come, then the connection ends; the next one is as ever.
    IsCutOffAfter(usize),
    /// No connection lasts, and none is made.
    IsRefused,
    /// A request that holds these bytes waits here, and what comes after it on the connection.
    Holds(Vec<u8>),
    /// A request that holds these bytes is carried out, and then the connection ends instead of the
    /// answer.
    EndsAfter(Vec<u8>),
}

/// A proxy on loopback; it ends when it is dropped.
pub(super) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    tasks: Mutex<JoinSet<()>>,
}

struct Shared {
    fate: watch::Sender<Fate>,
    trips: AtomicUsize,
    /// How often a client came.
    dials: AtomicUsize,
    /// Whether the last bytes went to the server.
    is_asking: AtomicBool,
    is_holding: AtomicBool,
    /// Whether the connection ends instead of the next answer.
    is_ending: AtomicBool,
}

impl Proxy {
    pub(super) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Shared {
            fate: watch::Sender::new(Fate::Passes),
            trips: AtomicUsize::new(0),
            dials: AtomicUsize::new(0),
            is_asking: AtomicBool::new(false),
            is_holding: AtomicBool::new(false),
            is_ending: AtomicBool::new(false),
        });
        let mut tasks = JoinSet::new();
        let _task = tasks.spawn(listen(listener, server, Arc::clone(&shared)));
        let tasks = Mutex::new(tasks);
        Self {
            port,
            shared,
            tasks,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(super) fn let_it_be(&self, fate: Fate) {
        self.shared.fate.send_replace(fate);
    }

    /// How often a request went out after an answer had come, since this was asked last.
    pub(super) fn trips(&self) -> usize {
        self.shared.trips.swap(0, Ordering::SeqCst)
    }

    /// How often a client has opened a connection, or tried to.
    pub(super) fn dials(&self) -> usize {
        self.shared.dials.load(Ordering::SeqCst)
    }

    /// Whether a request waits here.
    pub(super) fn is_holding(&self) -> bool {
        self.shared.is_holding.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Ok(mut tasks) = self.tasks.lock() {
            tasks.abort_all();
        }
    }
}

async fn listen(listener: TcpListener, server: u16, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        shared.dials.fetch_add(1, Ordering::SeqCst);
        if *shared.fate.borrow() == Fate::IsRefused {
            continue;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
            continue;
        };
        client.set_nodelay(true).expect("it is a connection");
        server.set_nodelay(true).expect("it is a connection");
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let _task = connections.spawn(async move {
            // When one direction ends, so does the connection.
            tokio::select! {
                () = requests(from_client, to_server, &shared) => {}
                () = answers(from_server, to_client, &shared) => {}
                () = refusal(&shared) => {}
            }
        });
    }
}

/// Waits until no connection may last.
async fn refusal(shared: &Shared) {
    let mut fate = shared.fate.subscribe();
    fate.wait_for(|fate| *fate == Fate::IsRefused).await.ok();
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) {
    let mut buffer = vec![0; 256 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let part = &buffer[..read];
        if !shared.is_asking.swap(true, Ordering::SeqCst) {
            shared.trips.fetch_add(1, Ordering::SeqCst);
        }
        let mut fate = shared.fate.subscribe();
        let is_held = |fate: &Fate| matches!(fate, Fate::Holds(what) if has(part, what));
        shared
            .is_holding
            .store(is_held(&fate.borrow()), Ordering::SeqCst);
        fate.wait_for(|fate| !is_held(fate)).await.ok();
        shared.is_holding.store(false, Ordering::SeqCst);
        if to.write_all(part).await.is_err() {
            return;
        }
        let is_last = matches!(&*fate.borrow(), Fate::EndsAfter(what) if has(part, what));
        if is_last {
            shared.is_ending.store(true, Ordering::SeqCst);
            // The answer shows that the request has been carried out.
            std::future::pending::<()>().await;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared) {
    let mut buffer = vec![0; 256 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        shared.is_asking.store(false, Ordering::SeqCst);
        if shared.is_ending.swap(false, Ordering::SeqCst) {
            return;
        }
        let fate = shared.fate.borrow().clone();
        let mut part = &buffer[..read];
        match fate {
            Fate::IsDelayed(span) => tokio::time::sleep(span).await,
            Fate::LosesAnswers => continue,
            Fate::IsCutOffAfter(bytes) => {
                part = &part[..bytes.min(read)];
                shared.fate.send_replace(Fate::Passes);
            }
            Fate::Passes | Fate::IsRefused | Fate::Holds(_) | Fate::EndsAfter(_) => {}
        }
        if to.write_all(part).await.is_err() || part.len() < read {
            return;
        }
    }
}

fn has(part: &[u8], what: &[u8]) -> bool {
    part.windows(what.len()).any(|window| window == what)
}
