//! A shop whose logins are stored, with all doubles in place.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post};
use cloakroom::{
    ChangeError, CookieSession, EventKind, Key, KeyRing, LayerExt, MemoryStorage, Session,
    Sessions, ThreadEntropy,
};
use cloakroom_testkit::{
    Answer, Call, Client, EventLog, FaultyStorage, ManualClock, Req, SpyStorage,
};
use serde::{Deserialize, Serialize};

/// The cookie of a [`Login`].
pub(crate) const COOKIE: &str = "__Host-login";

pub(crate) const MILLI: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) type Browser = Client<Router>;

/// The session of most tests: whose it is, and fields to change.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Login {
    pub(crate) user: Option<String>,
    pub(crate) admin: bool,
    pub(crate) visits: u32,
    pub(crate) note: String,
    pub(crate) items: Vec<String>,
}

impl Login {
    pub(crate) fn of(user: &str) -> Self {
        Self {
            user: Some(user.to_owned()),
            ..Self::default()
        }
    }
}

/// The shop: its sessions, and what a test looks at and turns.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) clock: ManualClock,
    pub(crate) events: EventLog,
    pub(crate) memory: MemoryStorage,
    pub(crate) faulty: FaultyStorage<MemoryStorage>,
    pub(crate) spy: SpyStorage<FaultyStorage<MemoryStorage>>,
    pub(crate) sessions: Sessions,
    keys: KeyRing,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(|login| login)
    }

    pub(crate) fn with(
        configure: impl FnOnce(CookieSession<Login>) -> CookieSession<Login>,
    ) -> Self {
        Self::on(MemoryStorage::new(), configure)
    }

    pub(crate) fn on(
        memory: MemoryStorage,
        configure: impl FnOnce(CookieSession<Login>) -> CookieSession<Login>,
    ) -> Self {
        let (clock, events) = (ManualClock::default(), EventLog::new());
        let faulty = FaultyStorage::new(memory.clone());
        let spy = SpyStorage::new(faulty.clone());
        let keys = KeyRing::single(Key::generate(&ThreadEntropy));
        Self {
            sessions: built(&keys, &clock, &events, &spy, configure),
            clock,
            events,
            memory,
            faulty,
            spy,
            keys,
        }
    }

    /// The same shop after a restart with another configuration.
    pub(crate) fn reconfigured(
        &self,
        configure: impl FnOnce(CookieSession<Login>) -> CookieSession<Login>,
    ) -> Self {
        let sessions = built(&self.keys, &self.clock, &self.events, &self.spy, configure);
        Self {
            sessions,
            ..self.clone()
        }
    }

    /// A browser at the shop.
    pub(crate) fn browser(&self) -> Browser {
        self.browser_at(Router::new())
    }

    /// A browser at the shop, whose `POST /act` does what a test wants.
    pub(crate) fn acting<H: Handler<T, ()>, T: 'static>(&self, act: H) -> Browser {
        self.browser_at(Router::new().route("/act", post(act)))
    }

    /// A browser at the shop with more routes.
    pub(crate) fn browser_at(&self, more: Router) -> Browser {
        let app = routes().merge(more).layer(self.sessions.layer());
        Client::new(app).with_clock(&self.clock)
    }

    /// A browser that is signed in, with calls and events forgotten.
    pub(crate) async fn signed_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        self.sign_in(&mut browser, user).await;
        browser
    }

    pub(crate) async fn sign_in(&self, browser: &mut Browser, user: &str) {
        let answer = browser.send(Req::post("/sign-in").body(user)).await;
        assert_eq!(answer.status, 200);
        assert!(answer.sets(COOKIE));
        self.forget();
    }

    /// Forgets calls and events.
    pub(crate) fn forget(&self) {
        self.events.clear();
        let _forgotten = self.spy.take_calls();
    }

    /// What was told since the last look.
    pub(crate) fn told(&self) -> Vec<EventKind> {
        self.events.take().iter().map(|event| event.kind).collect()
    }

    /// What the storage was asked since the last look.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.spy.take_calls()
    }

    /// Runs `slow`, held at its next `call` of the storage until `quick` is done.
    pub(crate) async fn overtake<A, B>(
        &self,
        call: Call,
        slow: impl Future<Output = A>,
        quick: impl Future<Output = B>,
    ) -> (A, B) {
        let paused = self.faulty.pause_next(call);
        let mut slow = pin!(slow);
        tokio::select! {
            biased;
            _ = &mut slow => panic!("it was done without a {call:?}"),
            () = paused.reached() => {}
        }
        let answer = quick.await;
        paused.resume();
        (slow.await, answer)
    }
}

fn built(
    keys: &KeyRing,
    clock: &ManualClock,
    events: &EventLog,
    storage: &SpyStorage<FaultyStorage<MemoryStorage>>,
    configure: impl FnOnce(CookieSession<Login>) -> CookieSession<Login>,
) -> Sessions {
    Sessions::builder("shop", keys)
        .clock(clock.clone())
        .observer(events.clone())
        .cookie::<Login>("login", |login| {
            configure(
                login
                    .stored_in(storage)
                    .subject_if_any(|login| login.user.clone()),
            )
        })
        .build()
        .unwrap()
}

type Done = Result<(), ChangeError>;

fn routes() -> Router {
    Router::new()
        .route("/static", get(async || "static"))
        .route("/see", get(see))
        .route("/set", post(set))
        .route("/visit", post(visit))
        .route("/count", post(count))
        .route("/note", post(note))
        .route("/add", post(add))
        .route("/sign-in", post(sign_in))
        .route("/elevate", post(elevate))
        .route(
            "/rotate",
            post(async |login: Session<Login>| login.rotate()),
        )
        .route("/clear", post(async |login: Session<Login>| login.clear()))
}

async fn see(login: Session<Login>) -> String {
    login.get().map_or_else(
        || "none".to_owned(),
        |login| serde_json::to_string(&*login).unwrap(),
    )
}

async fn set(login: Session<Login>, body: String) -> Done {
    login.set(serde_json::from_str(&body).unwrap())
}

async fn visit(login: Session<Login>) -> Done {
    login.update_or_default(|login| login.visits += 1)
}

async fn count(login: Session<Login>) -> Done {
    login.update_retrying(|login| login.visits += 1)
}

async fn note(login: Session<Login>, body: String) -> Done {
    login.update(|login| login.note = body)
}

async fn add(login: Session<Login>, body: String) -> Done {
    login.update(|login| login.items.push(body))
}

async fn sign_in(login: Session<Login>, body: String) -> Done {
    login.sign_in(Login::of(&body))
}

async fn elevate(login: Session<Login>) -> Done {
    let before = login.get().unwrap_or_default();
    login.elevate(Login {
        admin: true,
        ..Login::clone(&before)
    })
}

/// `POST` of a text.
pub(crate) fn saying(path: &str, body: &str) -> Req {
    Req::post(path).body(body)
}

/// `POST /set` of a value.
pub(crate) fn setting(value: &Login) -> Req {
    saying("/set", &serde_json::to_string(value).unwrap())
}

/// The session as the server sees it, by a page load.
pub(crate) async fn seen(browser: &mut Browser) -> Option<Login> {
    value_in(&browser.get("/see").await)
}

/// The session in an answer of `/see`.
pub(crate) fn value_in(answer: &Answer) -> Option<Login> {
    assert_eq!(answer.status, 200);
    (answer.body != "none").then(|| serde_json::from_str(&answer.body).unwrap())
}

/// The browser's token.
pub(crate) fn token(browser: &Browser) -> String {
    browser.cookie(COOKIE).expect("the browser has the cookie")
}

/// A request with this token and no other cookie, whatever a browser would still send.
pub(crate) fn with_token(req: Req, token: &str) -> Req {
    req.without_cookies()
        .header("cookie", format!("{COOKIE}={token}"))
}

/// Who presents `token` gets no session, and nothing is cleared: it may have been replaced.
pub(crate) async fn assert_dead(browser: &mut Browser, token: &str) {
    let answer = browser.send(with_token(Req::get("/see"), token)).await;
    assert_eq!(value_in(&answer), None);
    assert!(answer.set_cookies().is_empty());
}

/// Keeps a value that a handler found for the test to look at.
pub(crate) type Cell<T> = Arc<std::sync::Mutex<T>>;
