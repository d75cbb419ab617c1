//! A request through axum whose handler asks for no session.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use cloakroom_axum::{LayerExt as _, SessionLayer};
use cloakroom_bench::{Must as _, at_once};
use cloakroom_core::{Key, KeyRing, Sessions, ThreadEntropy};
use http::Request;
use http::header::COOKIE;
use tower::{Layer, Service, ServiceExt as _};
use tower_sessions::{MemoryStore, SessionManagerLayer};

use super::values::{Text, cookie_header};

/// Serves one request by a clone of `service`, as a server does for each connection.
pub(crate) async fn answer<S>(service: &S, cookie: &str) -> Response
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    let request = Request::builder().uri("/").header(COOKIE, cookie);
    let request = request.body(Body::empty()).must();
    service.clone().oneshot(request).await.must()
}

/// The same without a runtime.
pub(crate) fn serve<S>(service: &S, cookie: &str) -> Response
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    at_once(answer(service, cookie))
}

/// The Cookie header of a request that brings both our cookie and tower-sessions'.
pub(crate) fn cookies() -> String {
    cookie_header("__Host-cart=AQIDBAUGBwgJCgsMDQ4PEA; id=AQIDBAUGBwgJCgsMDQ4PEA")
}

/// An application that knows no session.
pub(crate) fn router() -> Router {
    Router::new().route("/", get(async || "answer"))
}

/// Our layer.
pub(crate) fn ours() -> SessionLayer {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("bench", &keys).cookie::<Text>("cart", |c| c.sealed());
    sessions.build().must().layer()
}

/// tower-sessions' layer.
pub(crate) fn tower_sessions() -> SessionManagerLayer<MemoryStore> {
    SessionManagerLayer::new(MemoryStore::default())
}

/// A layer that does nothing, and holds what any layer with a configuration holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Idle(Arc<()>);

/// The service of [`Idle`].
#[derive(Clone, Debug)]
pub(crate) struct IdleService<S> {
    inner: S,
    _held: Arc<()>,
}

impl<S> Layer<S> for Idle {
    type Service = IdleService<S>;

    fn layer(&self, inner: S) -> IdleService<S> {
        IdleService {
            inner,
            _held: Arc::clone(&self.0),
        }
    }
}

impl<S: Service<R>, R> Service<R> for IdleService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.inner.call(request)
    }
}
