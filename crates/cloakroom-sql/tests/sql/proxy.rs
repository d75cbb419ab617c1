//! A proxy that counts how often a client asks, and cuts what it is told to.

#![expect(clippy::indexing_slicing, reason = "how a test fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy on loopback, which ends with the runtime.
#[derive(Clone)]
pub(crate) struct Proxy {
    port: u16,
    questions: Arc<AtomicUsize>,
    /// How many more answers pass before one is cut off after its first byte.
    answers_left: Arc<AtomicUsize>,
    /// Whether answers are lost, and nobody is told.
    is_silent: Arc<AtomicBool>,
    /// How often a client came.
    dials: Arc<AtomicUsize>,
}

impl Proxy {
    /// Before a server on this port of loopback.
    pub(crate) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            questions: Arc::default(),
            answers_left: Arc::new(AtomicUsize::new(usize::MAX)),
            is_silent: Arc::default(),
            dials: Arc::default(),
        };
        let shared = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                shared.dials.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                tokio::spawn(shared.clone().pass(client, server));
            }
        });
        proxy
    }

    /// An address of the server, as one of the proxy.
    pub(crate) fn url(&self, url: &str, server: u16) -> String {
        url.replace(&format!(":{server}/"), &format!(":{}/", self.port))
    }

    /// How often the client asked and waited since this was called last.
    pub(crate) fn questions(&self) -> usize {
        self.questions.swap(0, Ordering::SeqCst)
    }

    /// Lets so many answers pass, and cuts the connection in the midst of the next one.
    pub(crate) fn cut_after(&self, answers: usize) {
        self.answers_left.store(answers, Ordering::SeqCst);
    }

    /// Lets no answer pass any more, or lets them pass again.
    #[cfg(feature = "postgres")]
    pub(crate) fn be_silent(&self, is_silent: bool) {
        self.is_silent.store(is_silent, Ordering::SeqCst);
    }

    /// How often a client has opened a connection.
    #[cfg(feature = "postgres")]
    pub(crate) fn dials(&self) -> usize {
        self.dials.load(Ordering::SeqCst)
    }

    async fn pass(self, mut client: TcpStream, mut server: TcpStream) {
        let (mut asked, mut answer) = ([0; 65_536], [0; 65_536]);
        let mut waits = false;
        loop {
            tokio::select! {
                read = client.read(&mut asked) => {
                    let Ok(len @ 1..) = read else { return };
                    if !waits {
                        waits = true;
                        self.questions.fetch_add(1, Ordering::SeqCst);
                    }
                    if server.write_all(&asked[..len]).await.is_err() { return }
                }
                read = server.read(&mut answer) => {
                    let Ok(len @ 1..) = read else { return };
                    waits = false;
                    if self.is_silent.load(Ordering::SeqCst) { continue }
                    if self.is_last() {
                        client.write_all(&answer[..1]).await.ok();
                        return;
                    }
                    if client.write_all(&answer[..len]).await.is_err() { return }
                }
            }
        }
    }

    fn is_last(&self) -> bool {
        let left = &self.answers_left;
        let fewer = |left| match left {
            usize::MAX => None,
            // Once: what comes after passes.
            0 => Some(usize::MAX),
            left => Some(left - 1),
        };
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer) == Ok(0)
    }
}
