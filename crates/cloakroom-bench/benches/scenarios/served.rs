//! Ours, from the request's Cookie header to the Set-Cookie line.

use std::marker::PhantomData;

use cloakroom_bench::{Must as _, at_once};
use cloakroom_core::{
    Codec, Commit, Frame, HeaderLine, Key, KeyRing, RequestHead, ResponseHead, Schema, Session,
    Sessions, ThreadEntropy, load,
};

use super::values::{Changing, cookie_header, pair_of};

/// Sessions of a type and a request that brings one.
pub(crate) struct Served<S> {
    sessions: Sessions,
    head: Head,
    kind: PhantomData<fn() -> S>,
}

/// A request's head as a framework without `http`'s types would show it.
struct Head {
    lines: [(&'static str, String); 4],
}

impl Head {
    fn new(cookie: String) -> Self {
        let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
        Self {
            lines: [
                ("host", "shop.example".to_owned()),
                ("accept", accept.to_owned()),
                ("sec-fetch-mode", "cors".to_owned()),
                ("cookie", cookie),
            ],
        }
    }
}

impl RequestHead for &Head {
    fn header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for (_, value) in self.lines.iter().filter(|(known, _)| *known == name) {
            each(value.as_bytes());
        }
    }
}

/// A response of which the handler made nothing that a session looks at.
struct Bare;

impl ResponseHead for Bare {
    fn is_public(&self) -> bool {
        false
    }

    fn carries(&self, _: &str, _: bool) -> bool {
        false
    }
}

/// A sealed session with this codec and the defaults for the rest.
pub(crate) fn sealed<S: Changing>(value: S, codec: impl Codec) -> Served<S> {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let schema = Schema::new(codec);
    let sessions = Sessions::builder("bench", &keys)
        .cookie::<S>("cart", |c| c.sealed().schema(schema))
        .build();
    Served::new(sessions.must(), value)
}

impl<S: Changing> Served<S> {
    /// A request that brings `value`.
    pub(crate) fn new(sessions: Sessions, value: S) -> Self {
        let mut new = Self {
            sessions,
            head: Head::new(cookie_header("none=")),
            kind: PhantomData,
        };
        let line = new.serve(|session| session.set(value).must());
        new.head = Head::new(cookie_header(&pair_of(&line)));
        new
    }

    /// Reads, changes and writes the session; gives the Set-Cookie line.
    pub(crate) fn change(&self) -> Vec<u8> {
        self.serve(|session| session.update(S::change).must())
    }

    /// The value that a request with this Set-Cookie line's cookie finds.
    pub(crate) fn value_of(&self, line: &[u8]) -> S {
        let head = Head::new(cookie_header(&pair_of(line)));
        let mut frame = Frame::new(&self.sessions);
        let session = frame.lend(|| at_once(load::<S>(&&head, None))).must();
        S::clone(&session.get().must())
    }

    fn serve(&self, handler: impl FnOnce(&Session<S>)) -> Vec<u8> {
        let mut frame = Frame::new(&self.sessions);
        // What is loaded in every request is loaded before the handler runs.
        if let Some(opening) = frame.open(|| &self.head) {
            frame.keep(at_once(opening));
        }
        frame.lend(|| {
            let session = at_once(load::<S>(&&self.head, None)).must();
            handler(&session);
        });
        let Commit::Done(done) = frame.commit(&Bare) else {
            return Vec::new();
        };
        let mut set = Vec::new();
        done.must().header_lines(|line| {
            if let HeaderLine::SetCookie(value) = line {
                set = value;
            }
        });
        set
    }
}
