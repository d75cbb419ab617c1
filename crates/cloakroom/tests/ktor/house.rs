//! The session of Ktor's own tests, and a server with it.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use cloakroom::ktor::{EncryptionKey, SigningKey};
use cloakroom::{
    ChangeError, CookieSession, Key, KeyRing, LayerExt as _, Session, Sessions, SessionsBuilder,
    ThreadEntropy,
};
use cloakroom_testkit::{Answer, Client, EventLog, ManualClock};
use serde::{Deserialize, Serialize};

/// The name of the cookie.
pub(crate) const COOKIE: &str = "_S1";

/// `TestUserSession` of Ktor's tests.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestUserSession {
    pub(crate) user_id: String,
    pub(crate) cart: Vec<String>,
}

impl TestUserSession {
    pub(crate) fn of(user: &str) -> Self {
        Self {
            user_id: user.to_owned(),
            cart: Vec::new(),
        }
    }
}

/// Where a test lets time pass and looks at what was told.
pub(crate) struct House {
    pub(crate) clock: ManualClock,
    pub(crate) events: EventLog,
    keys: KeyRing,
}

impl House {
    pub(crate) fn new() -> Self {
        Self {
            clock: ManualClock::default(),
            events: EventLog::new(),
            keys: KeyRing::single(Key::generate(&ThreadEntropy)),
        }
    }

    pub(crate) fn builder(&self) -> SessionsBuilder {
        Sessions::builder("house", &self.keys)
            .clock(self.clock.clone())
            .observer(self.events.clone())
    }

    /// The server, its session configured in one way.
    pub(crate) fn serving(
        &self,
        configure: impl FnOnce(CookieSession<TestUserSession>) -> CookieSession<TestUserSession>,
    ) -> Router {
        let builder = self.builder().cookie(COOKIE, configure);
        routes().layer(builder.build().unwrap().layer())
    }

    pub(crate) fn browser(&self, app: &Router) -> Client<Router> {
        Client::new(app.clone()).with_clock(&self.clock)
    }

    /// A browser that holds this as its cookie.
    pub(crate) fn holding(&self, app: &Router, value: &str) -> Client<Router> {
        let mut browser = self.browser(app);
        browser.set_cookie(COOKIE, value);
        browser
    }
}

/// The keys of Ktor's tests.
pub(crate) fn keys_of_ktor() -> (EncryptionKey, SigningKey) {
    (
        EncryptionKey::from_hex("00112233445566778899aabbccddeeff").unwrap(),
        SigningKey::from_hex("02030405060708090a0b0c").unwrap(),
    )
}

/// What a server can do with its session.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/nothing", get(async || "nothing"))
        .route("/see", get(see))
        .route("/set/{user}", get(set))
        .route("/add/{item}", get(add))
        .route("/clear", get(clear))
        .route("/set-and-clear", get(set_and_clear))
}

async fn see(session: Session<TestUserSession>) -> String {
    match session.get() {
        Some(session) => format!("ok, {} {:?}", session.user_id, session.cart),
        None => "no session".to_owned(),
    }
}

async fn set(
    session: Session<TestUserSession>,
    Path(user): Path<String>,
) -> Result<&'static str, ChangeError> {
    session.set(TestUserSession::of(&user))?;
    assert!(session.get().is_some(), "in the same request");
    Ok("ok")
}

async fn add(
    session: Session<TestUserSession>,
    Path(item): Path<String>,
) -> Result<(), ChangeError> {
    session.update_or_default(|session| session.cart.push(item))
}

async fn clear(session: Session<TestUserSession>) -> Result<(), ChangeError> {
    session.clear()
}

async fn set_and_clear(session: Session<TestUserSession>) -> Result<(), ChangeError> {
    session.set(TestUserSession::of("id1"))?;
    session.clear()
}

/// The value in the one Set-Cookie of an answer.
pub(crate) fn cookie_value(answer: &Answer) -> String {
    let lines = answer.set_cookies();
    assert_eq!(lines.len(), 1, "one cookie is set: {lines:?}");
    let line = lines.concat();
    let pair = line.split(';').next().unwrap_or_default();
    let value = pair.strip_prefix(COOKIE).unwrap();
    value.strip_prefix('=').unwrap().to_owned()
}
