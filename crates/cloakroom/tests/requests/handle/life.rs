//! What each call of the handle does, over two requests and more, for every kind of session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{Clock, Deadlines, EventKind, Present, Session, SessionRef};
use cloakroom_testkit::Call;

use crate::shop::{Browser, Cart, Kind, Reply, Shop, gives_token, is_silent, takes_token};

/// Routes that tell what a handle knows besides the value.
fn facts(shop: &Shop) -> Router {
    let clock = shop.clock.clone();
    let left = move |deadlines: Deadlines| {
        let left = deadlines.absolute.unwrap().saturating_since(clock.now());
        left.as_secs().to_string()
    };
    let none = || "none".to_owned();
    Router::new()
        .route(
            "/reference",
            get(async move |cart: Session<Cart>| {
                cart.reference().map_or_else(none, |name| name.to_string())
            }),
        )
        .route(
            "/seconds-left",
            get(async move |cart: Session<Cart>| cart.deadlines().map_or_else(none, left)),
        )
        .route(
            "/length",
            get(async move |cart: Session<Cart>| {
                cart.encoded_len().map_or_else(none, |len| len.to_string())
            }),
        )
}

async fn read(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200);
    answer.body
}

/// Rules: row-1, row-2, row-10.
#[tokio::test]
async fn a_value_that_is_set_comes_back_with_the_next_request() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        let before = browser.get("/cart").await;
        assert_eq!((before.body.as_str(), is_silent(&before)), ("none", true));
        assert_eq!(shop.told(), []);

        let made = browser.post("/set/hat").await;
        assert!(gives_token(kind, &made), "{kind:?}: {:?}", made.headers);
        assert_eq!(shop.told(), [EventKind::Created], "{kind:?}");

        let after = browser.get("/cart").await;
        assert_eq!(after.body, "hat", "{kind:?}");
        assert!(is_silent(&after), "{kind:?}: reading sends nothing");
        assert_eq!(shop.told(), [], "{kind:?}");
    }
}

/// Rules: row-10.
#[tokio::test]
async fn setting_an_equal_value_is_no_change_and_sends_nothing() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/set/hat").await;
        shop.told();
        shop.calls();

        let again = browser.post("/set/hat").await;
        assert_eq!(again.body, "set");
        assert!(is_silent(&again), "{kind:?}: {:?}", again.headers);
        assert_eq!(shop.told(), [], "{kind:?}");
        let calls = shop.calls();
        assert_eq!(calls.len(), usize::from(kind.is_stored()), "{calls:?}");
        assert!(calls.iter().all(|call| *call == Call::Read));
        assert_eq!(read(&mut browser, "/cart").await, "hat");
    }
}

/// Rules: row-12, row-26.
#[tokio::test]
async fn an_update_changes_the_value_and_only_a_value_that_travels_is_sent_again() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        assert_eq!(browser.post("/add/hat").await.body, "hat");
        shop.told();

        let changed = browser.post("/add/scarf").await;
        assert_eq!(changed.body, "hat scarf");
        assert_eq!(gives_token(kind, &changed), !kind.is_stored(), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::Changed], "{kind:?}");
        assert_eq!(read(&mut browser, "/cart").await, "hat scarf", "{kind:?}");
    }
}

/// Rules: row-1, row-1b.
#[tokio::test]
async fn what_needs_a_session_is_refused_where_there_is_none() {
    async fn update(cart: Session<Cart>) -> Reply {
        cart.update(|cart| cart.text())
    }
    async fn retrying(cart: Session<Cart>) -> Reply {
        cart.update_retrying(|_| ()).map(|()| "ran".to_owned())
    }
    for kind in Kind::ALL {
        let shop = Shop::new();
        let routes = Router::new()
            .route("/update", post(update))
            .route("/retrying", post(retrying));
        let mut browser = shop.open(kind, routes);
        for path in ["/update", "/retrying", "/rotate", "/elevate/ann"] {
            let answer = browser.post(path).await;
            assert_eq!(answer.status, 401, "{kind:?} {path}");
            assert_eq!(answer.body, "there is no session to change");
            assert!(is_silent(&answer), "{kind:?} {path}");
        }
        assert_eq!(shop.told(), [], "{kind:?}");
        shop.storage.assert_untouched();
    }
}

/// Rules: row-2, row-10.
#[tokio::test]
async fn a_default_is_made_once_and_then_kept() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let mut browser = shop.open_at(
            kind,
            get(async move |cart: Session<Cart>| {
                let cart = cart.get_or_set_with(|| {
                    count.fetch_add(1, Ordering::Relaxed);
                    Cart::of("gift")
                });
                cart.map(|cart| cart.text())
            }),
        );
        let first = browser.get("/").await;
        assert_eq!(first.body, "gift");
        assert!(gives_token(kind, &first), "{kind:?}");
        let second = browser.get("/").await;
        assert_eq!(second.body, "gift");
        assert!(is_silent(&second), "{kind:?}");
        assert_eq!(made.load(Ordering::Relaxed), 1, "{kind:?}");
    }
}

/// Rules: row-12, row-26.
#[tokio::test]
async fn a_change_that_could_be_run_again_is_kept_like_any_other() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open_at(
            kind,
            post(async |cart: Session<Cart>| {
                cart.update_retrying(|cart| cart.items.push("pin".to_owned()))?;
                cart.update_retrying(|cart| cart.items.push("cap".to_owned()))
            }),
        );
        browser.post("/set/hat").await;
        assert_eq!(browser.post("/").await.status, 200);
        assert_eq!(read(&mut browser, "/cart").await, "hat pin cap", "{kind:?}");
    }
}

/// Rules: row-1, row-15, row-33.
#[tokio::test]
async fn a_cleared_session_is_gone_and_its_token_is_taken_away() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        let nothing = browser.post("/clear").await;
        assert!(is_silent(&nothing), "{kind:?}: there was nothing to clear");

        browser.post("/set/hat").await;
        let mut thief = browser.fork();
        shop.told();
        let cleared = browser.post("/clear").await;
        assert!(takes_token(kind, &cleared), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::Ended], "{kind:?}");
        assert_eq!(read(&mut browser, "/cart").await, "none", "{kind:?}");

        // By id the session is over for who kept a copy too; by value the server keeps nothing.
        let kept = if kind.is_stored() { "none" } else { "hat" };
        assert_eq!(read(&mut thief, "/cart").await, kept, "{kind:?}");
    }
}

/// Rules: row-13, row-31, rotation.
#[tokio::test]
async fn a_rotation_gives_a_new_token_to_the_same_session() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, facts(&shop));
        browser.post("/set/hat").await;
        let name = read(&mut browser, "/reference").await;
        let left = read(&mut browser, "/seconds-left").await;
        shop.told();

        let rotated = browser.post("/rotate").await;
        assert!(gives_token(kind, &rotated), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::Rotated], "{kind:?}");
        assert_eq!(read(&mut browser, "/cart").await, "hat", "{kind:?}");
        assert_eq!(read(&mut browser, "/reference").await, name, "{kind:?}");
        assert_eq!(read(&mut browser, "/seconds-left").await, left, "{kind:?}");
    }
}

/// Rules: row-2b, row-14, row-29.
#[tokio::test]
async fn a_sign_in_is_another_session_with_a_new_deadline() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, facts(&shop));
        browser.post("/sign-in/ann").await;
        assert_eq!(shop.told(), [EventKind::SignedIn], "{kind:?}");
        let name = read(&mut browser, "/reference").await;
        let old = browser.fork();
        shop.later(1_000);
        assert_eq!(read(&mut browser, "/seconds-left").await, "603800");

        // Also with an equal value.
        let again = browser.post("/sign-in/ann").await;
        assert!(gives_token(kind, &again), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::SignedIn], "{kind:?}");
        assert_ne!(read(&mut browser, "/reference").await, name, "{kind:?}");
        assert_eq!(read(&mut browser, "/seconds-left").await, "604800");

        let mut old = old;
        let gone = read(&mut old, "/reference").await;
        assert_eq!(gone == "none", kind.is_stored(), "{kind:?}");
    }
}

/// Rules: row-14, row-29.
#[tokio::test]
async fn an_elevation_is_another_session_under_the_old_deadline() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, facts(&shop));
        browser.post("/sign-in/ann").await;
        let name = read(&mut browser, "/reference").await;
        shop.later(1_000);
        shop.told();

        let raised = browser.post("/elevate/ann").await;
        assert!(gives_token(kind, &raised), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::Elevated], "{kind:?}");
        assert_ne!(read(&mut browser, "/reference").await, name, "{kind:?}");
        assert_eq!(read(&mut browser, "/seconds-left").await, "603800");
    }
}

/// Rules: row-14, row-29.
#[tokio::test]
async fn a_change_of_the_subject_is_a_sign_in() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(
            kind,
            facts(&shop).route(
                "/become",
                post(async |cart: Session<Cart>| {
                    cart.update(|cart| cart.owner = Some("bob".into()))
                }),
            ),
        );
        browser.post("/sign-in/ann").await;
        let name = read(&mut browser, "/reference").await;
        shop.told();
        browser.post("/become").await;
        assert_eq!(shop.told(), [EventKind::SignedIn], "{kind:?}");
        let bobs = read(&mut browser, "/reference").await;
        assert_ne!(bobs, name, "{kind:?}");

        // And so is one that goes away.
        browser.post("/set/hat").await;
        assert_eq!(shop.told(), [EventKind::SignedIn], "{kind:?}");
        assert_ne!(read(&mut browser, "/reference").await, bobs, "{kind:?}");
    }
}

#[tokio::test]
async fn a_reference_names_the_session_for_as_long_as_it_lives() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(
            kind,
            facts(&shop).route(
                "/new",
                post(async |cart: Session<Cart>| {
                    cart.set(Cart::of("hat")).unwrap();
                    cart.reference()
                        .map_or("none".to_owned(), |name| name.to_string())
                }),
            ),
        );
        assert_eq!(read(&mut browser, "/reference").await, "none", "{kind:?}");
        // What is not committed has no name yet.
        assert_eq!(browser.post("/new").await.body, "none", "{kind:?}");
        let name = read(&mut browser, "/reference").await;
        let parsed: SessionRef = name.parse().unwrap();
        assert_eq!(parsed.provider(), kind.provider());
        browser.post("/add/scarf").await;
        assert_eq!(read(&mut browser, "/reference").await, name, "{kind:?}");
        let (_, hex) = name.rsplit_once('.').unwrap();
        for cookie in browser.jar().iter() {
            let token = String::from_utf8_lossy(cookie.value());
            assert!(!token.contains(hex), "a reference is no token");
        }
    }
}

/// Rules: row-41.
#[tokio::test]
async fn deadlines_and_lengths_are_those_of_the_session_that_is_there() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, facts(&shop));
        assert_eq!(
            read(&mut browser, "/seconds-left").await,
            "none",
            "{kind:?}"
        );
        assert_eq!(read(&mut browser, "/length").await, "none", "{kind:?}");
        browser.post("/set/hat").await;
        shop.later(86_400);
        assert_eq!(read(&mut browser, "/seconds-left").await, "518400");
        let json = r#"{"items":["hat"],"owner":null}"#;
        let length = json.len().to_string();
        assert_eq!(read(&mut browser, "/length").await, length, "{kind:?}");
    }
}

/// Rules: row-40.
#[tokio::test]
async fn a_handler_that_needs_a_session_is_not_run_without_one() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let show = async |cart: Present<Cart>| {
            assert_eq!(cart.session().get().as_ref(), Some(cart.value()));
            cart.text()
        };
        let mut browser = shop.open_at(kind, get(show));
        let absent = browser.get("/").await;
        assert_eq!((absent.status, absent.body.as_str()), (401, ""));
        assert_eq!(absent.header("cache-control"), Some("private"));
        browser.post("/set/hat").await;
        assert_eq!(read(&mut browser, "/").await, "hat", "{kind:?}");
    }
}
