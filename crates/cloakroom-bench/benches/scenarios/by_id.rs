//! A request through axum whose handler reads, changes and writes a session in memory.

use axum::Router;
use axum::routing::get;
use cloakroom_axum::{LayerExt as _, Session};
use cloakroom_bench::{Must as _, at_once};
use cloakroom_core::{Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy};
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use tower_sessions::{MemoryStore, Session as TowerSession, SessionManagerLayer};

use super::ignored::{answer, serve};
use super::values::{cookie_header, pair_of};

const KEY: &str = "visits";

/// About 120 bytes of JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Visits {
    text: String,
    count: u64,
}

impl Visits {
    fn first() -> Self {
        Self {
            text: "x".repeat(96),
            count: 1000,
        }
    }
}

/// An application, and the requests of clients that have a session in it.
#[derive(Clone)]
pub(crate) struct Application {
    router: Router,
    clients: Vec<String>,
}

impl Application {
    /// Each client signs in by one request.
    fn new(router: Router, clients: usize) -> Self {
        let sign_in = |_| {
            let response = serve(&router, "lang=en-GB");
            let line = response.headers().get(SET_COOKIE).must();
            cookie_header(&pair_of(line.as_bytes()))
        };
        Self {
            clients: (0..clients).map(sign_in).collect(),
            router,
        }
    }

    /// One request of this client.
    pub(crate) async fn serve(&self, client: usize) {
        let response = answer(&self.router, self.clients.get(client).must()).await;
        assert!(response.status().is_success());
    }

    /// One request of the first client, without a runtime.
    pub(crate) fn serve_at_once(&self) {
        at_once(self.serve(0));
    }
}

/// No session at all.
pub(crate) fn bare() -> Application {
    Application {
        router: Router::new().route("/", get(async || "answer")),
        clients: vec![cookie_header("id=AQIDBAUGBwgJCgsMDQ4PEA")],
    }
}

async fn visit(session: Session<Visits>) -> &'static str {
    if session.get().is_none() {
        session.set(Visits::first()).must();
    }
    session.update(|visits| visits.count += 1).must();
    "answer"
}

/// Ours, on memory storage.
pub(crate) fn ours(clients: usize) -> Application {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let storage = MemoryStorage::new();
    let sessions = Sessions::builder("bench", &keys)
        .cookie::<Visits>("visits", |c| c.stored_in(&storage))
        .build();
    let router = Router::new().route("/", get(visit));
    Application::new(router.layer(sessions.must().layer()), clients)
}

async fn visit_tower(session: TowerSession) -> &'static str {
    let visits: Option<Visits> = session.get(KEY).await.must();
    let mut visits = visits.unwrap_or_else(Visits::first);
    visits.count += 1;
    session.insert(KEY, visits).await.must();
    "answer"
}

/// tower-sessions, on its memory store.
pub(crate) fn tower_sessions(clients: usize) -> Application {
    let layer = SessionManagerLayer::new(MemoryStore::default());
    let router = Router::new().route("/", get(visit_tower));
    Application::new(router.layer(layer), clients)
}
