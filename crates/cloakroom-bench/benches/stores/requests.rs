//! Requests through axum that bring the cookie of a stored session.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use cloakroom_axum::{LayerExt as _, Session};
use cloakroom_bench::{Must as _, at_once};
use cloakroom_core::{Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy};
use cloakroom_redis::RedisStorage;
use cloakroom_storage::Storage;
use http::Request;
use http::header::{COOKIE, SET_COOKIE};
use servers::Proxy;
use tower::ServiceExt as _;

/// Has no divisor in common with a power of ten.
const STRIDE: usize = 618_033;

type Seen = String;

async fn sign_in(session: Session<Seen>) -> &'static str {
    // With what is around it 120 bytes of JSON.
    session.set("x".repeat(118)).must();
    "answer"
}

async fn read(session: Session<Seen>) -> &'static str {
    assert!(session.get().is_some());
    "answer"
}

fn application<S: Storage + Clone>(storage: &S) -> Router {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("bench", &keys)
        .cookie::<Seen>("seen", |c| c.stored_in(storage))
        .build();
    Router::new()
        .route("/sign-in", get(sign_in))
        .route("/read", get(read))
        .route("/", get(async || "answer"))
        .layer(sessions.must().layer())
}

async fn answer(router: &Router, path: &str, cookie: &str) -> Response {
    let request = Request::builder().uri(path).header(COOKIE, cookie);
    let request = request.body(Body::empty()).must();
    let response = router.clone().oneshot(request).await.must();
    assert!(response.status().is_success());
    response
}

/// Begins a session, and gives its cookie.
async fn new_cookie(router: &Router) -> String {
    let response = answer(router, "/sign-in", "lang=en-GB").await;
    let line = response.headers().get(SET_COOKIE).must().to_str().must();
    line.split(';').next().must().to_owned()
}

/// The round trips to Redis of a request whose session nobody asks for.
pub(super) async fn ignored_trips(proxy: &Proxy, storage: &RedisStorage) -> usize {
    let router = application(storage);
    let cookie = new_cookie(&router).await;
    let _before = proxy.trips();
    let _read = answer(&router, "/read", &cookie).await;
    assert!(
        proxy.trips() > 0,
        "the cookie is of a session that is there"
    );
    let _ignored = answer(&router, "/", &cookie).await;
    proxy.trips()
}

/// An application with sessions in memory, and their cookies.
///
/// A server has a cookie before it from the connection. So they lie one after the other as they are
/// presented, where the processor fetches them ahead; the sessions lie as they were made.
pub(super) struct Clients {
    router: Router,
    cookies: String,
    /// How long each cookie is.
    length: usize,
}

impl Clients {
    /// So many, a power of ten.
    pub(super) fn signed_in(number: usize) -> Self {
        let storage = MemoryStorage::builder().max_without_subject(number);
        let router = application(&storage.build());
        let made: Vec<String> = (0..number).map(|_| at_once(new_cookie(&router))).collect();
        let turns = (0..number).map(|turn| made.get(turn * STRIDE % number).must().as_str());
        Self {
            length: made.first().must().len(),
            cookies: turns.collect(),
            router,
        }
    }

    pub(super) const fn number(&self) -> usize {
        self.cookies.len() / self.length
    }

    /// The request of the client whose turn it is.
    pub(super) async fn read(&self, turn: usize) {
        let begin = turn * self.length;
        let cookie = self.cookies.get(begin..begin + self.length).must();
        let _response = answer(&self.router, "/read", cookie).await;
    }
}
