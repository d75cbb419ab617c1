//! The site that the tests visit: one session of each kind, a route for each wish.
//!
//! [`Site::ask`] sends a request by hand, octet by octet; flows over several requests of one
//! browser use the testkit's `Client` on [`Site::router`].

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use axum::routing::{get, post};
use cloakroom::{
    ChangeError, EventKind, Key, KeyRing, LayerExt as _, MemoryStorage, Refusal, Session, Sessions,
};
use cloakroom_testkit::{Call, EventLog, ManualClock, SeededEntropy, SpyStorage};
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;

/// A session of the provider `P`: each provider needs a type of its own.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Kept<const P: usize> {
    pub(crate) text: String,
}

/// The session kinds of the site.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Sealed,
    Signed,
    ById,
    Header,
}

use Kind::{ById, Header, Sealed, Signed};

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Sealed, Signed, ById, Header];
    pub(crate) const COOKIES: [Self; 3] = [Sealed, Signed, ById];

    pub(crate) const fn route(self) -> &'static str {
        match self {
            Sealed => "sealed",
            Signed => "signed",
            ById => "by-id",
            Header => "header",
        }
    }

    /// The name of the cookie or the header.
    pub(crate) const fn wire(self) -> &'static str {
        match self {
            Sealed => "__Host-sealed",
            Signed => "__Host-signed",
            ById => "__Host-by-id",
            Header => "x-kept",
        }
    }

    /// How many octets of text its token may have.
    pub(crate) const fn longest(self) -> usize {
        match self {
            Header => 8_192,
            _ => 4_096 - self.wire().len(),
        }
    }

    /// The request header line that presents `token`.
    pub(crate) fn line(self, token: impl AsRef<[u8]>) -> Line {
        match self {
            Header => ("x-kept", token.as_ref().to_vec()),
            _ => {
                let pair = [self.wire().as_bytes(), b"=", token.as_ref()];
                ("cookie", pair.concat())
            }
        }
    }
}

pub(crate) type Line = (&'static str, Vec<u8>);

/// How a site is set up.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) application: &'static str,
    pub(crate) ring: KeyRing,
    pub(crate) clock: ManualClock,
    pub(crate) storage: SpyStorage<MemoryStorage>,
    pub(crate) entropy: SeededEntropy,
    pub(crate) absolute: Duration,
    pub(crate) idle: Option<Duration>,
}

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// A key of its own for each number.
pub(crate) fn key(number: u64) -> Key {
    Key::generate(&SeededEntropy::new(number))
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self {
            application: "shop",
            ring: KeyRing::single(key(1)),
            clock: ManualClock::default(),
            storage: SpyStorage::new(MemoryStorage::new()),
            entropy: SeededEntropy::new(1),
            absolute: 24 * HOUR,
            idle: None,
        }
    }

    pub(crate) fn ring(mut self, ring: &KeyRing) -> Self {
        self.ring = ring.clone();
        self
    }

    pub(crate) const fn application(mut self, application: &'static str) -> Self {
        self.application = application;
        self
    }

    pub(crate) const fn absolute(mut self, timeout: Duration) -> Self {
        self.absolute = timeout;
        self
    }

    pub(crate) const fn idle(mut self, timeout: Duration) -> Self {
        self.idle = Some(timeout);
        self
    }

    pub(crate) fn entropy(mut self, seed: u64) -> Self {
        self.entropy = SeededEntropy::new(seed);
        self
    }

    pub(crate) fn site(&self) -> Site {
        let log = EventLog::new();
        let (absolute, idle) = (self.absolute, self.idle);
        macro_rules! lived {
            ($options:expr) => {{
                let options = $options.absolute_timeout(absolute);
                match idle {
                    Some(idle) => options.idle_timeout(idle),
                    None => options,
                }
            }};
        }
        let sessions = Sessions::builder(self.application, &self.ring)
            .cookie::<Kept<0>>("sealed", |c| lived!(c.sealed()))
            .cookie::<Kept<1>>("signed", |c| lived!(c.signed()))
            .cookie::<Kept<2>>("by-id", |c| lived!(c.stored_in(&self.storage)))
            .header::<Kept<3>>("X-Kept", |h| lived!(h.sealed()))
            .clock(self.clock.clone())
            .entropy(self.entropy.clone())
            .observer(log.clone())
            .build()
            .unwrap();
        Site {
            clock: self.clock.clone(),
            storage: self.storage.clone(),
            log,
            router: router(&sessions),
        }
    }
}

/// Routes for the four kinds, under these sessions.
pub(crate) fn router(sessions: &Sessions) -> Router {
    Router::new()
        .nest("/sealed", routes::<0>())
        .nest("/signed", routes::<1>())
        .nest("/by-id", routes::<2>())
        .nest("/header", routes::<3>())
        .layer(sessions.layer())
        .layer(DefaultBodyLimit::disable())
}

fn routes<const P: usize>() -> Router {
    Router::new()
        .route("/read", get(read::<P>))
        .route("/write", post(write::<P>))
        .route("/end", post(end::<P>))
        .route("/rotate", post(rotate::<P>))
        .route("/sign-in", post(sign_in::<P>))
        .route("/elevate", post(elevate::<P>))
}

async fn read<const P: usize>(session: Session<Kept<P>>) -> String {
    let kept = session.get();
    kept.map_or_else(|| "none".to_owned(), |kept| kept.text.clone())
}

async fn write<const P: usize>(session: Session<Kept<P>>, text: String) -> Result<(), ChangeError> {
    session.set(Kept { text })
}

async fn end<const P: usize>(session: Session<Kept<P>>) -> Result<(), ChangeError> {
    session.clear()
}

async fn rotate<const P: usize>(session: Session<Kept<P>>) -> Result<(), ChangeError> {
    session.rotate()
}

async fn sign_in<const P: usize>(
    session: Session<Kept<P>>,
    text: String,
) -> Result<(), ChangeError> {
    session.sign_in(Kept { text })
}

async fn elevate<const P: usize>(
    session: Session<Kept<P>>,
    text: String,
) -> Result<(), ChangeError> {
    session.elevate(Kept { text })
}

/// A running site, and all that can be seen of it from outside.
pub(crate) struct Site {
    pub(crate) clock: ManualClock,
    pub(crate) storage: SpyStorage<MemoryStorage>,
    pub(crate) log: EventLog,
    pub(crate) router: Router,
}

/// A request to be: a wish, a kind, and header lines of any octets.
#[derive(Clone)]
pub(crate) struct Ask {
    wish: &'static str,
    kind: Kind,
    lines: Vec<Line>,
    fetch: bool,
    body: String,
}

impl Ask {
    fn new(wish: &'static str, kind: Kind, body: &str) -> Self {
        Self {
            wish,
            kind,
            lines: Vec::new(),
            fetch: false,
            body: body.to_owned(),
        }
    }

    pub(crate) fn read(kind: Kind) -> Self {
        Self::new("read", kind, "")
    }

    pub(crate) fn write(kind: Kind, text: &str) -> Self {
        Self::new("write", kind, text)
    }

    pub(crate) fn sign_in(kind: Kind, text: &str) -> Self {
        Self::new("sign-in", kind, text)
    }

    pub(crate) fn end(kind: Kind) -> Self {
        Self::new("end", kind, "")
    }

    pub(crate) fn rotate(kind: Kind) -> Self {
        Self::new("rotate", kind, "")
    }

    pub(crate) fn elevate(kind: Kind, text: &str) -> Self {
        Self::new("elevate", kind, text)
    }

    pub(crate) fn lines(mut self, lines: &[Line]) -> Self {
        self.lines.extend_from_slice(lines);
        self
    }

    pub(crate) fn token(self, token: impl AsRef<[u8]>) -> Self {
        let line = self.kind.line(token);
        self.lines(&[line])
    }

    pub(crate) const fn fetch_if(mut self, fetch: bool) -> Self {
        self.fetch = fetch;
        self
    }

    pub(crate) const fn fetch(self) -> Self {
        self.fetch_if(true)
    }

    fn request(self) -> Request<Body> {
        let (mode, dest) = if self.fetch {
            ("cors", "empty")
        } else {
            ("navigate", "document")
        };
        let path = format!("https://shop.example/{}/{}", self.kind.route(), self.wish);
        let method = if self.wish == "read" { "GET" } else { "POST" };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", dest)
            .body(Body::from(self.body))
            .unwrap();
        for (name, value) in self.lines {
            let value = HeaderValue::from_bytes(&value).unwrap();
            request
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
        request
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// What the response gives the client under the kind's name; empty where it clears.
    fn given(&self, kind: Kind) -> Option<String> {
        if kind == Header {
            let value = self.headers.get(kind.wire())?;
            return Some(value.to_str().unwrap().to_owned());
        }
        let mut lines = self.headers.get_all("set-cookie").iter();
        let line = lines.find_map(|line| {
            let rest = line.to_str().unwrap().strip_prefix(kind.wire())?;
            rest.strip_prefix('=').map(str::to_owned)
        })?;
        let (value, attributes) = line.split_once(';').unwrap();
        assert_eq!(value.is_empty(), attributes.contains("Max-Age=0"), "{line}");
        Some(value.to_owned())
    }

    /// The token that it sends.
    pub(crate) fn token(&self, kind: Kind) -> Option<String> {
        self.given(kind).filter(|value| !value.is_empty())
    }

    pub(crate) fn clears(&self, kind: Kind) -> bool {
        self.given(kind).is_some_and(|value| value.is_empty())
    }

    /// It sends and clears nothing of the kind.
    pub(crate) fn is_silent(&self, kind: Kind) -> bool {
        self.given(kind).is_none()
    }
}

impl Site {
    pub(crate) async fn ask(&self, ask: Ask) -> Reply {
        let response = self.router.clone().oneshot(ask.request()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// Forgets what was told and asked so far.
    pub(crate) fn forget(&self) {
        self.log.clear();
        drop(self.storage.take_calls());
    }

    /// The token of a new session that holds `text`.
    pub(crate) async fn token(&self, kind: Kind, text: &str) -> String {
        let reply = self.ask(Ask::write(kind, text)).await;
        assert_eq!(reply.status, 200);
        reply.token(kind).unwrap()
    }

    /// What a fetch with this token reads.
    pub(crate) async fn read(&self, kind: Kind, token: &str) -> String {
        let reply = self.ask(Ask::read(kind).token(token).fetch()).await;
        assert_eq!(reply.status, 200);
        assert!(reply.is_silent(kind));
        reply.body
    }

    /// Presents the lines with each kind of request that reads: there is no session, exactly this
    /// reason is told, and it is cleared exactly where the clearing rule says so.
    pub(crate) async fn refuses(&self, kind: Kind, lines: &[Line], why: Refusal) {
        for fetch in [false, true] {
            self.forget();
            let reply = self.ask(Ask::read(kind).lines(lines).fetch_if(fetch)).await;
            let case = || {
                let shown = |line: &Line| line.1.escape_ascii().to_string();
                let lines: Vec<_> = lines.iter().map(shown).collect();
                format!("{kind:?} {why:?} fetch={fetch} {lines:.200?}")
            };
            assert_eq!((reply.status, &*reply.body), (200, "none"), "{}", case());
            assert_eq!(self.log.kinds(), told(why), "{}", case());
            assert_eq!(self.storage.take_calls(), calls(kind, why), "{}", case());
            let clears = is_for_ever(why) && (!fetch || kind == Header);
            assert_eq!(reply.clears(kind), clears, "{}", case());
            assert_eq!(reply.token(kind), None, "{}", case());
            let cache = if clears { "no-store" } else { "private" };
            assert_eq!(reply.headers["cache-control"], cache, "{}", case());
        }
    }

    /// As [`refuses`](Self::refuses), one token.
    pub(crate) async fn refuses_token(&self, kind: Kind, token: impl AsRef<[u8]>, why: Refusal) {
        self.refuses(kind, &[kind.line(token)], why).await;
    }
}

/// What a refusal tells.
pub(crate) fn told(why: Refusal) -> Vec<EventKind> {
    let mut told = vec![EventKind::Refused(why)];
    if why == Refusal::Ambiguous {
        told.push(EventKind::AmbiguousCookies);
    }
    told
}

/// The clearing rule, written down a second time: what no node can accept at any time.
fn is_for_ever(why: Refusal) -> bool {
    matches!(
        why,
        Refusal::TooLong | Refusal::Malformed | Refusal::Forged | Refusal::AbsoluteDeadline
    )
}

/// Only what passes the check by the key costs a read, and nothing that is refused costs more.
fn calls(kind: Kind, why: Refusal) -> Vec<Call> {
    let read = matches!(
        why,
        Refusal::UnknownId | Refusal::AbsoluteDeadline | Refusal::Content | Refusal::Invalid
    );
    if kind == ById && read {
        vec![Call::Read]
    } else {
        Vec::new()
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64url without padding (RFC 4648 §5), written down a second time.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(group);
        for index in 0..=chunk.len() {
            let symbol = bits >> (18 - 6 * index) & 63;
            text.push(char::from(ALPHABET[symbol as usize]));
        }
    }
    text
}

/// The bytes of a text in its one canonical spelling.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.chunks(4) {
        let mut bits = 0;
        for (index, octet) in chunk.iter().enumerate() {
            let symbol = ALPHABET.iter().position(|known| known == octet)?;
            bits |= u32::try_from(symbol).unwrap() << (18 - 6 * index);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    (encode(&bytes).as_bytes() == text).then_some(bytes)
}
