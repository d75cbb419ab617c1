//! The proxy itself.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::pass;
use super::fate::Fate;
use super::shared::Shared;

/// How long it is waited for what a client or a server does.
const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy on loopback; it ends when it is dropped.
pub struct Proxy {
    server: u16,
    port: u16,
    shared: Arc<Shared>,
    listening: Mutex<JoinSet<()>>,
}

impl Proxy {
    /// Before the server on this port of loopback.
    ///
    /// # Panics
    ///
    /// If it cannot listen.
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::new(Shared::new());
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, server, Arc::clone(&shared)));
        Self {
            server,
            port,
            shared,
            listening: Mutex::new(listening),
        }
    }

    /// The address of the server, as one of the proxy.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        url.replace(&format!(":{}", self.server), &format!(":{}", self.port))
    }

    /// From now on this happens to what comes.
    pub fn let_it_be(&self, fate: Fate) {
        self.shared.fate.send_replace(fate);
    }

    /// How often a request went out after an answer had come, since this was asked last.
    #[must_use]
    pub fn trips(&self) -> usize {
        self.shared.take_trips()
    }

    /// How often a client has opened a connection, or tried to.
    #[must_use]
    pub fn dials(&self) -> usize {
        *self.shared.dials.borrow()
    }

    /// Waits until a client has opened a connection, or tried to, more often than so many times.
    ///
    /// # Panics
    ///
    /// If none does in time.
    pub async fn until_dialed_after(&self, dials: usize) {
        until("it is dialed", &self.shared.dials, |count| count > dials).await;
    }

    /// Waits until a part is held back here.
    ///
    /// # Panics
    ///
    /// If none is in time.
    pub async fn until_holding(&self) {
        until("something waits here", &self.shared.held, |held| held > 0).await;
    }

    /// Waits until there is no connection: whatever clients that are gone have asked is carried out.
    ///
    /// # Panics
    ///
    /// If one is still there after some time.
    pub async fn until_unused(&self) {
        until("all are gone", &self.shared.open, |open| open == 0).await;
    }

    /// Waits until all clients whose connections were [refused](Fate::IsRefused) have seen it, and closed
    /// them.
    ///
    /// # Panics
    ///
    /// If one is still there after some time.
    pub async fn until_left(&self) {
        self.until_unused().await;
        until("all have left", &self.shared.leaving, |leaving| {
            leaving == 0
        })
        .await;
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut proxy = f.debug_struct("Proxy");
        proxy.field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Ok(mut listening) = self.listening.lock() {
            listening.abort_all();
        }
    }
}

async fn until(what: &str, count: &watch::Sender<usize>, is_so: impl Fn(usize) -> bool) {
    let mut count = count.subscribe();
    let waited = tokio::time::timeout(PATIENCE, count.wait_for(|count| is_so(*count))).await;
    assert!(waited.is_ok(), "{what}: not in time");
}

async fn listen(listener: TcpListener, server: u16, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        shared.dials.send_modify(|dials| *dials += 1);
        if *shared.fate.borrow() == Fate::IsRefused {
            continue;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
            continue;
        };
        let shared = Arc::clone(&shared);
        connections.spawn(async move { pass(client, server, &shared).await });
    }
}
