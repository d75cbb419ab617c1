//! The shop that the tests drive: one session type, kept in four ways, and one route for each thing
//! that can be done with it.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use cloakroom::{
    ChangeError, CookieSession, Ending, EventKind, HeaderSession, Key, KeyRing, LayerExt,
    MemoryStorage, Session, Sessions, SessionsBuilder,
};
use cloakroom_testkit::{Answer, Call, Client, EventLog, ManualClock, SeededEntropy, SpyStorage};
use serde::{Deserialize, Serialize};

/// The session type.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Cart {
    pub(crate) items: Vec<String>,
    pub(crate) owner: Option<String>,
}

impl Cart {
    pub(crate) fn of(item: &str) -> Self {
        Self {
            items: vec![item.to_owned()],
            owner: None,
        }
    }

    pub(crate) fn owned_by(owner: &str) -> Self {
        Self {
            items: Vec::new(),
            owner: Some(owner.to_owned()),
        }
    }

    pub(crate) fn text(&self) -> String {
        self.items.join(" ")
    }
}

/// How the session is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Sealed,
    Signed,
    Header,
    Stored,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Sealed, Self::Signed, Self::Header, Self::Stored];

    /// The name that the session has in events.
    pub(crate) const fn provider(self) -> &'static str {
        match self {
            Self::Header => "X-Cart",
            Self::Sealed | Self::Signed | Self::Stored => "cart",
        }
    }

    /// Whether a change is a write to the storage and sends no token.
    pub(crate) const fn is_stored(self) -> bool {
        matches!(self, Self::Stored)
    }
}

pub(crate) type Browser = Client<Router>;
pub(crate) type Spy = SpyStorage<MemoryStorage>;

/// The name of the cookie on the wire.
pub(crate) const COOKIE: &str = "__Host-cart";

/// A shop without a router: what all its nodes share.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) clock: ManualClock,
    pub(crate) events: EventLog,
    pub(crate) storage: Spy,
    pub(crate) keys: KeyRing,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self {
            clock: ManualClock::default(),
            events: EventLog::new(),
            storage: SpyStorage::new(MemoryStorage::new()),
            keys: KeyRing::single(Key::generate(&SeededEntropy::new(1))),
        }
    }

    pub(crate) fn builder(&self) -> SessionsBuilder {
        Sessions::builder("shop", &self.keys)
            .clock(self.clock.clone())
            .observer(self.events.clone())
    }

    /// The cart, kept in this way.
    pub(crate) fn sessions(&self, kind: Kind) -> Sessions {
        let sealed = |c: CookieSession<Cart>| owned(c.sealed()).ending(Ending::Stateless);
        let signed = |c: CookieSession<Cart>| owned(c.signed()).ending(Ending::Stateless);
        let header = |h: HeaderSession<Cart>| {
            h.sealed()
                .subject_if_any(|cart| cart.owner.clone())
                .ending(Ending::Stateless)
        };
        let builder = self.builder();
        let builder = match kind {
            Kind::Sealed => builder.cookie("cart", sealed),
            Kind::Signed => builder.cookie("cart", signed),
            Kind::Header => builder.header("X-Cart", header),
            Kind::Stored => builder.cookie("cart", |c| owned(c.stored_in(&self.storage))),
        };
        builder.build().unwrap()
    }

    /// A browser before the routes of the shop and `routes`, with the cart kept in this way.
    pub(crate) fn open(&self, kind: Kind, routes: Router) -> Browser {
        let sessions = self.sessions(kind);
        self.browser(shelves().merge(routes).layer(sessions.layer()))
    }

    /// A browser before one route, `/`, with the cart kept in this way.
    pub(crate) fn open_at(&self, kind: Kind, route: MethodRouter) -> Browser {
        self.open(kind, Router::new().route("/", route))
    }

    /// A browser before `app`.
    pub(crate) fn browser(&self, app: Router) -> Browser {
        let mut browser = Client::new(app).with_clock(&self.clock);
        browser.remember_header("x-cart");
        browser
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// What happened to the cart since this was asked last.
    pub(crate) fn told(&self) -> Vec<EventKind> {
        let told = self.events.take();
        told.into_iter().map(|event| event.kind).collect()
    }

    /// What was asked of the storage since this was asked last.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.storage.take_calls()
    }
}

fn owned(c: CookieSession<Cart>) -> CookieSession<Cart> {
    c.subject_if_any(|cart| cart.owner.clone())
}

/// An answer for tests: 200 with the text, or the error's status.
pub(crate) type Reply = Result<String, ChangeError>;

/// One route for each thing that can be done with a cart.
pub(crate) fn shelves() -> Router {
    Router::new()
        .route("/cart", get(show))
        .route("/ignore", get(async || "nothing asked"))
        .route("/set/{item}", post(set))
        .route("/add/{item}", post(add))
        .route("/clear", post(clear))
        .route("/rotate", post(rotate))
        .route("/sign-in/{owner}", post(sign_in))
        .route("/elevate/{owner}", post(elevate))
}

async fn show(cart: Session<Cart>) -> String {
    cart.get().map_or("none".to_owned(), |cart| cart.text())
}

async fn set(cart: Session<Cart>, Path(item): Path<String>) -> Reply {
    cart.set(Cart::of(&item)).map(|()| "set".to_owned())
}

async fn add(cart: Session<Cart>, Path(item): Path<String>) -> Reply {
    cart.update_or_default(|cart| {
        cart.items.push(item);
        cart.text()
    })
}

async fn clear(cart: Session<Cart>) -> Reply {
    cart.clear().map(|()| "cleared".to_owned())
}

async fn rotate(cart: Session<Cart>) -> Reply {
    cart.rotate().map(|()| "rotated".to_owned())
}

async fn sign_in(cart: Session<Cart>, Path(owner): Path<String>) -> Reply {
    let signed_in = cart.sign_in(Cart::owned_by(&owner));
    signed_in.map(|()| format!("hello {owner}"))
}

async fn elevate(cart: Session<Cart>, Path(owner): Path<String>) -> Reply {
    let elevated = cart.elevate(Cart::owned_by(&owner));
    elevated.map(|()| format!("hello {owner}, with rights"))
}

/// The debug text of an error as a 200, so that a test sees which one the handler got.
pub(crate) fn name_of<T>(outcome: &Result<T, ChangeError>) -> Response {
    match outcome {
        Ok(_) => "ok".into_response(),
        Err(error) => format!("{error:?}").into_response(),
    }
}

/// Whether the answer gives the client a token, in whichever way the kind of session has.
pub(crate) fn gives_token(kind: Kind, answer: &Answer) -> bool {
    match kind {
        Kind::Header => answer
            .header("x-cart")
            .is_some_and(|value| !value.is_empty()),
        Kind::Sealed | Kind::Signed | Kind::Stored => answer.sets(COOKIE),
    }
}

/// Whether the answer takes the client's token away.
pub(crate) fn takes_token(kind: Kind, answer: &Answer) -> bool {
    match kind {
        Kind::Header => answer.header("x-cart") == Some(""),
        Kind::Sealed | Kind::Signed | Kind::Stored => answer.clears(COOKIE),
    }
}

/// Whether the answer says nothing to the client about its session.
pub(crate) fn is_silent(answer: &Answer) -> bool {
    answer.set_cookies().is_empty() && answer.header("x-cart").is_none()
}
