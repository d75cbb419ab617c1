//! Panics: in a change, and around a handle.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use cloakroom::{ChangeError, EventKind, Key, KeyRing, LayerExt, Session, Sessions, ThreadEntropy};
use cloakroom_testkit::{Call, Client};

use crate::shop::{Cart, Kind, Shop, is_silent, shelves};

/// Turns a panic inside it into a response, as many applications do.
async fn catch_panic(request: Request, next: Next) -> Response {
    let mut running = Box::pin(next.run(request));
    poll_fn(move |cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(StatusCode::INTERNAL_SERVER_ERROR.into_response()))
    })
    .await
}

/// Runs what panics, and goes on.
fn caught<R>(code: impl FnOnce() -> R) {
    let unwound = catch_unwind(AssertUnwindSafe(code));
    assert!(unwound.is_err(), "it was to panic");
}

/// Asserts that a request at `/` left the session as it was, although it was answered.
async fn assert_abandoned(shop: &Shop, kind: Kind, app: Router, status: u16) {
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    shop.told();
    shop.calls();
    let answer = browser.post("/").await;
    assert_eq!(answer.status, status, "{kind:?}");
    assert!(is_silent(&answer), "{kind:?}: {:?}", answer.headers);
    assert_eq!(shop.told(), [EventKind::Abandoned], "{kind:?}");
    let reads = vec![Call::Read; usize::from(kind.is_stored())];
    assert_eq!(shop.calls(), reads, "{kind:?}");
    assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
}

/// Rules: row-37, one-gate.
#[tokio::test]
async fn a_value_that_a_panic_left_half_made_is_never_kept() {
    let half = async |cart: Session<Cart>| {
        cart.set(Cart::of("whole")).unwrap();
        caught(|| {
            cart.update(|cart| {
                cart.items.push("half".to_owned());
                panic!("in the middle of a change");
            })
        });
        assert_eq!(cart.get().unwrap().text(), "whole");
        let refused = [
            cart.set(Cart::of("another")),
            cart.update(|cart| cart.items.clear()),
            cart.clear(),
            cart.rotate(),
            cart.sign_in(Cart::owned_by("ann")),
            cart.elevate(Cart::owned_by("ann")),
        ];
        assert_eq!(refused, [Err(ChangeError::Abandoned); 6]);
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves().route("/", post(half)).layer(sessions.layer());
        assert_abandoned(&shop, kind, app, 200).await;
    }
}

/// Rules: row-37, one-gate.
#[tokio::test]
async fn a_panic_in_any_closure_abandons_the_session() {
    type Change = fn(&Session<Cart>) -> Result<(), ChangeError>;
    let changes: [Change; 3] = [
        |cart| cart.update(|_| panic!("in update")),
        |cart| cart.update_or_default(|_| panic!("in update_or_default")),
        |cart| cart.update_retrying(|_| panic!("in update_retrying")),
    ];
    for change in changes {
        let shop = Shop::new();
        let sessions = shop.sessions(Kind::Stored);
        let handler = async move |cart: Session<Cart>| {
            cart.set(Cart::of("before")).unwrap();
            caught(|| change(&cart));
        };
        let app = shelves().route("/", post(handler)).layer(sessions.layer());
        assert_abandoned(&shop, Kind::Stored, app, 200).await;
    }

    // The one that only runs where there is no session yet.
    let shop = Shop::new();
    let handler = async |cart: Session<Cart>| {
        caught(|| cart.get_or_set_with(|| panic!("in get_or_set_with")));
        assert_eq!(cart.set(Cart::of("after")), Err(ChangeError::Abandoned));
    };
    let mut browser = shop.open_at(Kind::Stored, post(handler));
    let answer = browser.post("/").await;
    assert!(is_silent(&answer));
    assert_eq!(shop.told(), [EventKind::Abandoned]);
    shop.storage.assert_untouched();
}

/// Rules: row-37, one-gate.
#[tokio::test]
async fn a_handle_that_is_alive_while_a_panic_unwinds_keeps_nothing() {
    let panics = async |cart: Session<Cart>| {
        cart.set(Cart::of("whole")).unwrap();
        tokio::task::yield_now().await;
        if cart.get().is_some() {
            panic!("behind a change");
        }
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves()
            .route("/", post(panics))
            .layer(from_fn(catch_panic))
            .layer(sessions.layer());
        assert_abandoned(&shop, kind, app, 500).await;
    }
}

/// Rules: row-37, one-gate.
#[tokio::test]
async fn a_panic_beside_a_sleeping_handle_keeps_nothing_of_it() {
    let joined = async |cart: Session<Cart>| {
        let other = cart.clone();
        let sleeper = async move {
            other.set(Cart::of("asleep")).unwrap();
            std::future::pending::<()>().await;
        };
        let panics = async {
            tokio::task::yield_now().await;
            panic!("in the sibling");
        };
        drop(cart);
        tokio::join!(sleeper, panics);
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves()
            .route("/", post(joined))
            .layer(from_fn(catch_panic))
            .layer(sessions.layer());
        assert_abandoned(&shop, kind, app, 500).await;
    }
}

/// Rules: row-38.
#[tokio::test]
async fn a_panic_through_the_layer_commits_nothing_and_the_thread_serves_on() {
    let panics = async |cart: Session<Cart>| -> () {
        // Let go before the panic, so that nothing but the layer knows of the change.
        cart.set(Cart::of("whole")).unwrap();
        drop(cart);
        panic!("through the layer");
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves()
            .route("/", post(panics))
            .layer(sessions.layer())
            .layer(from_fn(catch_panic));
        let mut browser = shop.browser(app);
        browser.post("/set/hat").await;
        shop.told();
        let answer = browser.post("/").await;
        assert_eq!((answer.status, is_silent(&answer)), (500, true), "{kind:?}");
        assert_eq!(shop.told(), [], "{kind:?}");
        assert!(
            cloakroom::current::<Cart>().is_none(),
            "the frame is taken back"
        );
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
        assert_eq!(browser.post("/add/scarf").await.body, "hat scarf");
    }
}

/// The type of a second session, whose encoding panics.
#[derive(Clone, Default, serde::Deserialize)]
struct Cursed;

impl serde::Serialize for Cursed {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("in the middle of a commit")
    }
}

/// Code of the application runs in a commit too (`Serialize`, `subject`, `validate`).
///
/// Rules: one-gate, row-39.
#[tokio::test]
async fn a_panic_while_committing_leaves_no_session_of_the_request_open() {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("shop", &keys)
        .cookie::<Cursed>("cursed", |c| c.sealed())
        .cookie::<Cart>("cart", |c| c.sealed())
        .build()
        .unwrap();
    let kept: Arc<Mutex<Option<Session<Cart>>>> = Arc::default();
    let keeper = Arc::clone(&kept);
    let handler = async move |cursed: Session<Cursed>, cart: Session<Cart>| {
        cursed.set(Cursed).unwrap();
        *keeper.lock().unwrap() = Some(cart);
    };
    let app = Router::new()
        .route("/", post(handler))
        .layer(sessions.layer())
        .layer(from_fn(catch_panic));
    assert_eq!(Client::new(app).post("/").await.status, 500);
    let cart = kept.lock().unwrap().take().unwrap();
    assert_eq!(cart.set(Cart::of("late")), Err(ChangeError::TooLate));
}
