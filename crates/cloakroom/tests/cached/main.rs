//! Two nodes on one store, each with a cache of its own: what one does, and what the other makes of
//! its stale copy.

#![expect(
    clippy::unwrap_used,
    reason = "how a test fails; the lints spare the tests themselves, not their helpers"
)]

mod moved;
mod postgres;
mod redis;
mod told;

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{
    Cached, ChangeError, EventKind, Key, KeyRing, LayerExt, MemoryStorage, Session, Sessions,
    ThreadEntropy,
};
use cloakroom_testkit::{Client, EventLog, ManualClock, Req};
use serde::{Deserialize, Serialize};

const STALENESS: Duration = Duration::from_secs(5);
const COOKIE: &str = "__Host-login";

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Login {
    user: String,
    note: String,
    visits: u32,
}

/// Two nodes, their clock and what they tell.
struct Town {
    clock: ManualClock,
    events: EventLog,
    store: MemoryStorage,
    sessions: [Sessions; 2],
}

impl Town {
    fn new() -> Self {
        let (clock, events) = (ManualClock::default(), EventLog::new());
        let store = MemoryStorage::new();
        let keys = KeyRing::single(Key::generate(&ThreadEntropy));
        let node = || {
            let cached = Cached::new(store.clone(), STALENESS).unwrap();
            Sessions::builder("shop", &keys)
                .clock(clock.clone())
                .observer(events.clone())
                .cookie::<Login>("login", |login| {
                    login
                        .stored_in(&cached)
                        .rotation_overlap(Duration::from_secs(1))
                        .subject(|login| login.user.clone())
                })
                .build()
                .unwrap()
        };
        let sessions = [node(), node()];
        Self {
            clock,
            events,
            store,
            sessions,
        }
    }

    /// A browser at the first node, signed in, and one with the same cookie at the second, which has
    /// a copy of the session.
    async fn visited(&self) -> [Client<Router>; 2] {
        let [mut here, mut there] = self
            .sessions
            .each_ref()
            .map(|sessions| self.browser(sessions));
        assert!(here.post("/sign-in").await.sets(COOKIE));
        follow(&here, &mut there);
        assert_eq!(there.get("/see").await.body, "ada  0");
        self.events.clear();
        [here, there]
    }

    fn browser(&self, sessions: &Sessions) -> Client<Router> {
        Client::new(app().layer(sessions.layer())).with_clock(&self.clock)
    }
}

fn app() -> Router {
    Router::new()
        .route("/see", get(see))
        .route("/sign-in", post(sign_in))
        .route("/note", post(note))
        .route("/visit", post(visit))
        .route(
            "/rotate",
            post(async |login: Session<Login>| login.rotate()),
        )
        .route("/elevate", post(elevate))
        .route("/leave", post(async |login: Session<Login>| login.clear()))
}

/// The browser of one node goes on at the other.
fn follow(from: &Client<Router>, to: &mut Client<Router>) {
    to.set_cookie(COOKIE, &from.cookie(COOKIE).unwrap());
}

async fn see(login: Session<Login>) -> String {
    login.get().map_or_else(
        || "none".to_owned(),
        |login| format!("{} {} {}", login.user, login.note, login.visits),
    )
}

async fn sign_in(login: Session<Login>) -> Result<(), ChangeError> {
    login.sign_in(Login {
        user: "ada".to_owned(),
        ..Login::default()
    })
}

async fn note(login: Session<Login>, body: String) -> Result<(), ChangeError> {
    login.update(|login| login.note = body)
}

async fn visit(login: Session<Login>) -> Result<(), ChangeError> {
    login.update(|login| login.visits += 1)
}

async fn elevate(login: Session<Login>) -> Result<(), ChangeError> {
    let known = login.get().unwrap_or_default();
    login.elevate(Login::clone(&known))
}

/// Rules: latest-word, reused-proof.
#[tokio::test]
async fn a_rotation_elsewhere_is_no_theft_and_logs_nobody_out() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    assert!(here.post("/rotate").await.sets(COOKIE));
    follow(&here, &mut there);
    assert_eq!(there.get("/see").await.body, "ada  0");
    assert_eq!(here.get("/see").await.body, "ada  0");
    assert!(!town.events.kinds().contains(&EventKind::Reused));
    assert_eq!(town.store.len(), 1);
}

/// Rules: latest-word, reused-proof.
#[tokio::test]
async fn a_proof_that_is_reused_in_truth_ends_the_session_also_under_a_copy() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    assert!(here.post("/rotate").await.sets(COOKIE));
    assert_eq!(here.get("/see").await.body, "ada  0");
    town.clock.advance(STALENESS);
    assert_eq!(there.get("/see").await.body, "none");
    assert!(town.events.kinds().contains(&EventKind::Reused));
    assert_eq!(town.store.len(), 0);
}

/// Rules: staleness.
#[tokio::test]
async fn a_logout_elsewhere_is_seen_after_the_staleness_and_brought_back_by_nothing() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    assert!(here.post("/leave").await.clears(COOKIE));
    town.clock.advance(STALENESS - Duration::from_millis(1));
    assert_eq!(there.get("/see").await.body, "ada  0");
    assert_eq!(
        there.send(Req::post("/note").body("late")).await.status,
        200
    );
    assert_eq!(town.store.len(), 0, "a change of it makes none");
    assert_eq!(
        there.get("/see").await.body,
        "none",
        "the write dropped the copy"
    );

    let [mut here, mut there] = town.visited().await;
    here.post("/leave").await;
    town.clock.advance(STALENESS);
    assert_eq!(there.get("/see").await.body, "none");
}

/// Rules: staleness, merging.
#[tokio::test]
async fn a_change_elsewhere_is_merged_with_one_that_is_made_of_a_stale_copy() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    assert_eq!(here.send(Req::post("/note").body("tea")).await.status, 200);
    assert_eq!(
        here.get("/see").await.body,
        "ada tea 0",
        "its own write at once"
    );
    assert_eq!(there.get("/see").await.body, "ada  0", "stale");
    assert_eq!(there.post("/visit").await.status, 200);
    assert_eq!(there.get("/see").await.body, "ada tea 1");
}

/// Rules: latest-word.
#[tokio::test]
async fn a_session_that_outlived_the_others_elsewhere_can_be_elevated_here() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    let sessions = town.sessions[0].clone();
    let app = Router::new().route(
        "/others",
        post(async move |login: Session<Login>| {
            assert_eq!(sessions.end_others(&login).await.unwrap(), 0);
        }),
    );
    let mut ending = Client::new(app.layer(town.sessions[0].layer())).with_clock(&town.clock);
    follow(&here, &mut ending);
    assert_eq!(ending.post("/others").await.status, 200);
    let answer = there.post("/elevate").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    assert_eq!(
        here.get("/see").await.body,
        "ada  0",
        "the old id, for the staleness"
    );
    town.clock.advance(STALENESS);
    assert_eq!(here.get("/see").await.body, "none");
}

/// Rules: latest-word, several-cookies.
#[tokio::test]
async fn of_two_cookies_the_one_that_ended_elsewhere_counts_no_more_whatever_a_copy_says() {
    let town = Town::new();
    let [mut here, mut there] = town.visited().await;
    let ended = here.cookie(COOKIE).unwrap();
    here.post("/leave").await;
    here.post("/sign-in").await;
    here.send(Req::post("/note").body("tea")).await;
    let both = format!(
        "{COOKIE}={ended}; {COOKIE}={}",
        here.cookie(COOKIE).unwrap()
    );
    assert_eq!(there.get("/see").await.body, "ada  0", "by the copy alone");
    let seen = Req::get("/see").without_cookies().header("cookie", both);
    assert_eq!(there.send(seen).await.body, "ada tea 0");
}
