//! A request through axum that brings the cookie of a stored session, which nobody asks for.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use cloakroom_axum::{LayerExt as _, Session};
use cloakroom_bench::Must as _;
use cloakroom_core::{Key, KeyRing, Sessions, ThreadEntropy};
use cloakroom_redis::RedisStorage;
use http::Request;
use http::header::{COOKIE, SET_COOKIE};
use servers::Proxy;
use tower::ServiceExt as _;

async fn visit(session: Session<u32>) -> &'static str {
    let visits = session.get().map_or(0, |visits| *visits);
    session.set(visits + 1).must();
    "answer"
}

/// The round trips of such a request.
pub(super) async fn trips(proxy: &Proxy, storage: &RedisStorage) -> usize {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("bench", &keys)
        .cookie::<u32>("visits", |c| c.stored_in(storage))
        .build();
    let router = Router::new()
        .route("/visit", get(visit))
        .route("/", get(async || "answer"))
        .layer(sessions.must().layer());
    let cookie = cookies(&request(&router, "/visit", "lang=en-GB").await);
    let _before = proxy.trips();
    let _visited = request(&router, "/visit", &cookie).await;
    assert!(
        proxy.trips() > 0,
        "the cookie is of a session that is there"
    );
    let ignored = request(&router, "/", &cookie).await;
    assert!(ignored.status().is_success());
    proxy.trips()
}

async fn request(router: &Router, path: &str, cookie: &str) -> Response {
    let request = Request::builder().uri(path).header(COOKIE, cookie);
    let request = request.body(Body::empty()).must();
    router.clone().oneshot(request).await.must()
}

fn cookies(response: &Response) -> String {
    let line = response.headers().get(SET_COOKIE).must().to_str().must();
    line.split(';').next().must().to_owned()
}
