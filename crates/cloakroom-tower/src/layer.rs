//! The layer and its service.

use std::task::{Context, Poll};

use cloakroom_core::{Frame, HeadView, Sessions, SharedFrame};
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::future::ResponseFuture;

/// Makes layers of [`Sessions`].
pub trait LayerExt {
    /// A layer that gives the service inside it these sessions.
    fn layer(&self) -> SessionLayer;
}

impl LayerExt for Sessions {
    fn layer(&self) -> SessionLayer {
        SessionLayer {
            sessions: self.clone(),
            across_tasks: false,
        }
    }
}

/// Gives the service inside it sessions.
///
/// A response in which a session was asked for gets `Vary` and, unless the application set
/// `Cache-Control`, `private`; one that carries or clears a token gets `Cache-Control: no-store`
/// whatever the application said.
///
/// Layers nest: the nearest one with a provider of the type answers, and each commits its own.
#[derive(Clone, Debug)]
pub struct SessionLayer {
    sessions: Sessions,
    across_tasks: bool,
}

impl SessionLayer {
    /// Lets sessions be found in tasks that are spawned between this layer and the handler, for one
    /// allocation a request and an entry in its extensions.
    ///
    /// Without it such a handler is told so on its first request.
    #[must_use]
    pub const fn across_tasks(mut self) -> Self {
        self.across_tasks = true;
        self
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = SessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService {
            inner,
            sessions: self.sessions.clone(),
            across_tasks: self.across_tasks,
        }
    }
}

/// A service with sessions around it.
#[derive(Clone, Debug)]
pub struct SessionService<S> {
    inner: S,
    sessions: Sessions,
    across_tasks: bool,
}

impl<S, Req, Res> Service<Request<Req>> for SessionService<S>
where
    S: Service<Request<Req>, Response = Response<Res>>,
    Res: Default,
{
    type Response = Response<Res>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, Res>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Req>) -> Self::Future {
        let mut frame = if self.across_tasks {
            let around = request.extensions().get::<SharedFrame>();
            let (frame, shared) = Frame::shared(&self.sessions, around);
            request.extensions_mut().insert(shared);
            frame
        } else {
            Frame::new(&self.sessions)
        };
        let opening = frame.open(|| HeadView::of(&request));
        // A service may begin its work before its future is polled.
        let inner = frame.lend(|| self.inner.call(request));
        ResponseFuture::new(inner, frame, opening)
    }
}
