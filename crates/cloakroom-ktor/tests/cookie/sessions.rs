//! The transports in an application's sessions: a value in bare JSON, as Ktor has it without
//! transformers.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cloakroom_core::{
    Commit, CommitError, Frame, HeaderLine, Key, KeyRing, OsEntropy, RequestHead, ResponseHead,
    Session, Sessions, load,
};
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie, KtorHeader};

/// A request with one line.
struct Request<'a> {
    name: &'a str,
    line: &'a str,
}

impl RequestHead for Request<'_> {
    fn header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        if name == self.name {
            each(self.line.as_bytes());
        }
    }
}

/// A response without headers.
struct Response;

impl ResponseHead for Response {
    fn is_public(&self) -> bool {
        false
    }

    fn carries(&self, _: &str, _: bool) -> bool {
        false
    }
}

fn by_cookie(cookie: KtorCookie) -> Sessions {
    let keys = KeyRing::single(Key::generate(&OsEntropy));
    Sessions::builder("shop", &keys)
        .cookie::<String>("S", |c| {
            c.bare()
                .forgeable_by_clients()
                .transport(move |name| cookie.transport(name))
        })
        .build()
        .unwrap()
}

/// The lines that the response carries after `run`.
fn exchange(
    sessions: &Sessions,
    request: &Request<'_>,
    run: impl FnOnce(&Session<String>),
) -> Result<Vec<String>, CommitError> {
    let mut frame = Frame::new(sessions);
    frame.lend(|| run(&now(load::<String>(request, None)).unwrap()));
    let mut effects = match frame.commit(&Response) {
        Commit::Untouched => return Ok(Vec::new()),
        Commit::Done(done) => done?,
        Commit::Waiting(waiting) => now(waiting)?,
    };
    let mut lines = Vec::new();
    effects.header_lines(|line| match line {
        HeaderLine::SetCookie(value) | HeaderLine::Session(_, value) => {
            lines.push(String::from_utf8(value).unwrap());
        }
        _ => panic!("a line that this test does not know"),
    });
    Ok(lines)
}

/// The answer of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("nothing here waits"),
    }
}

const fn cookie(line: &str) -> Request<'_> {
    let name = "cookie";
    Request { name, line }
}

#[test]
fn a_session_is_set_read_and_cleared_in_ktors_cookie() {
    let sessions = by_cookie(KtorCookie::new(Ktor::V3).max_age(None));
    let set = exchange(&sessions, &cookie(""), |session| {
        session.set("a b".to_owned()).unwrap();
    });
    let expected = "S=%22a+b%22; Path=/; HttpOnly; $x-enc=URI_ENCODING";
    assert_eq!(set.unwrap(), [expected]);

    let cleared = exchange(&sessions, &cookie("A=1; S=%22a+b%22"), |session| {
        assert_eq!(session.get().as_deref(), Some(&"a b".to_owned()));
        session.clear().unwrap();
    });
    let expected = "S=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; \
                    $x-enc=URI_ENCODING";
    assert_eq!(cleared.unwrap(), [expected]);
}

/// Ktor answers the first three with 500, on every page and for as long as the cookie lives.
///
/// Rules: bad-input.
#[test]
fn a_cookie_that_is_none_is_no_session_and_no_error() {
    let sessions = by_cookie(KtorCookie::new(Ktor::V3));
    let long = format!("S={}", "a".repeat(5_000));
    for line in [
        "S=%zz",
        "S=%4",
        "S=%",
        "S=%C3",
        "S",
        "S=",
        "$S=%22a%22",
        &long,
    ] {
        let read = exchange(&sessions, &cookie(line), |session| {
            assert_eq!(session.get(), None, "{line}");
        });
        assert!(
            read.unwrap().iter().all(|line| line.starts_with("S=; ")),
            "{line}"
        );
    }
}

#[test]
fn what_an_encoding_does_not_carry_is_an_error_of_the_response() {
    let raw = KtorCookie::new(Ktor::V3).encoding(CookieEncoding::Raw);
    let set = exchange(&by_cookie(raw), &cookie(""), |session| {
        session.set("x; Domain=evil".to_owned()).unwrap();
    });
    set.unwrap_err();
}

#[test]
fn a_session_travels_in_a_header_and_nothing_is_sent_to_clear_it() {
    let keys = KeyRing::single(Key::generate(&OsEntropy));
    let sessions = Sessions::builder("shop", &keys)
        .header::<String>("X-Session", |h| {
            h.bare().forgeable_by_clients().transport(KtorHeader::new)
        })
        .build()
        .unwrap();
    let header = |line| Request {
        name: "x-session",
        line,
    };
    let set = exchange(&sessions, &header(""), |session| {
        session.set("a b".to_owned()).unwrap();
    });
    assert_eq!(set.unwrap(), ["\"a b\""]);
    let cleared = exchange(&sessions, &header("\"a b\""), |session| {
        assert_eq!(session.get().as_deref(), Some(&"a b".to_owned()));
        session.clear().unwrap();
    });
    assert_eq!(cleared.unwrap(), [""; 0]);
}
