//! What the examples on these pages run in: one request, without a framework.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cloakroom_crypto::{Key, KeyRing, ThreadEntropy};

use crate::ask::load;
use crate::builder::{BuildError, CookieSession};
use crate::commit::ResponseHead;
use crate::frame::Frame;
use crate::head::RequestHead;
use crate::memory::MemoryStorage;
use crate::registry::{SessionValue, Sessions};
use crate::response::{Commit, HeaderLine};
use crate::session::Session;

/// A request without any header, and a response without any.
struct Bare;

impl RequestHead for Bare {
    fn header(&self, _: &str, _: &mut dyn FnMut(&[u8])) {}
}

impl ResponseHead for Bare {
    fn is_public(&self) -> bool {
        false
    }

    fn carries(&self, _: &str, _: bool) -> bool {
        false
    }
}

/// Runs `run` as the handler of a request that carries no session, with sessions of type `S` kept
/// in memory, and gives the lines of the response that carry one.
///
/// # Panics
///
/// If the session cannot be had or committed.
#[expect(clippy::panic, reason = "for examples only")]
pub fn example<S: SessionValue>(run: impl FnOnce(&Session<S>)) -> Vec<String> {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let storage = MemoryStorage::new();
    let built = Sessions::builder("example", &keys)
        .cookie::<S>("example", |c| c.stored_in(&storage))
        .build();
    let Ok(sessions) = built else {
        panic!("the configuration is refused")
    };
    let mut frame = Frame::new(&sessions);
    frame.lend(|| match now(load::<S>(&Bare, None)) {
        Ok(session) => run(&session),
        Err(error) => panic!("{error}"),
    });
    let committed = match frame.commit(&Bare) {
        Commit::Untouched => return Vec::new(),
        Commit::Done(done) => done,
        Commit::Waiting(waiting) => now(waiting),
    };
    let mut lines = Vec::new();
    match committed {
        Err(error) => panic!("{error}"),
        Ok(mut effects) => effects.header_lines(|line| {
            let (HeaderLine::SetCookie(value) | HeaderLine::Session(_, value)) = line;
            lines.push(String::from_utf8_lossy(&value).into_owned());
        }),
    }
    lines
}

/// Builds sessions of one cookie with text for content, configured by `configure`.
///
/// # Errors
///
/// What [`build`](crate::SessionsBuilder::build) refuses.
pub fn example_build(
    configure: impl FnOnce(CookieSession<String>) -> CookieSession<String>,
) -> Result<Sessions, BuildError> {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    Sessions::builder("example", &keys)
        .cookie("example", configure)
        .build()
}

/// The answer of a future that never waits, as those of a storage in memory.
#[expect(clippy::panic, reason = "for examples only")]
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the example waits"),
    }
}
