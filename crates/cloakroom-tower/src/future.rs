//! The future of a response: polls the inner service with the frame lent, then commits.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use cloakroom_core::{Commit, CommitError, Effects, Frame, Opening};
use http::Response;
use pin_project_lite::pin_project;

use crate::head::MadeHead;
use crate::respond::{apply, replacement};

type Waiting = Pin<Box<dyn Future<Output = Result<Effects, CommitError>> + Send>>;

pin_project! {
    /// The future of [`SessionService`](crate::SessionService).
    ///
    /// Holds the request's sessions; dropped before the response's head is ready, it commits
    /// nothing.
    pub struct ResponseFuture<F, B> {
        #[pin]
        inner: F,
        frame: Frame,
        // What is loaded before the inner service is polled.
        opening: Option<Opening>,
        committing: Option<Box<Committing<B>>>,
    }
}

/// A response that waits for a storage; boxed, for most never do and their futures are to be small.
struct Committing<B> {
    response: Response<B>,
    waiting: Waiting,
}

impl<F, B> ResponseFuture<F, B> {
    pub(crate) const fn new(inner: F, frame: Frame, opening: Option<Opening>) -> Self {
        Self {
            inner,
            frame,
            opening,
            committing: None,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(opening) = this.opening {
            let opened = ready!(Pin::new(opening).poll(cx));
            this.frame.keep(opened);
            *this.opening = None;
        }
        if this.committing.is_none() {
            let inner = this.inner;
            let response = match ready!(this.frame.lend(|| inner.poll(cx))) {
                Err(error) => return Poll::Ready(Err(error)),
                Ok(response) => response,
            };
            let commit = this.frame.commit(&MadeHead(response.headers()));
            let mut waiting = match commit {
                Commit::Untouched => return Poll::Ready(Ok(response)),
                Commit::Done(done) => return Poll::Ready(Ok(concluded(response, done))),
                Commit::Waiting(waiting) => waiting,
            };
            // A storage in memory answers at once, and then nothing is to be kept.
            if let Poll::Ready(done) = waiting.as_mut().poll(cx) {
                return Poll::Ready(Ok(concluded(response, done)));
            }
            *this.committing = Some(Box::new(Committing { response, waiting }));
            return Poll::Pending;
        }
        let Some(committing) = this.committing else {
            return Poll::Pending;
        };
        let done = ready!(committing.waiting.as_mut().poll(cx));
        match this.committing.take() {
            Some(committing) => Poll::Ready(Ok(concluded(committing.response, done))),
            None => Poll::Pending,
        }
    }
}

fn concluded<B: Default>(
    mut response: Response<B>,
    done: Result<Effects, CommitError>,
) -> Response<B> {
    match done {
        Ok(effects) => {
            apply(effects, response.headers_mut());
            response
        }
        Err(error) => replacement(error),
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture")
            .field("committing", &self.committing.is_some())
            .finish_non_exhaustive()
    }
}
