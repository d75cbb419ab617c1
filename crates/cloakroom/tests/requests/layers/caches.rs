//! What caches are told.

use std::time::Duration;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use cloakroom::{EventKind, LayerExt, RenewReason, Session};
use cloakroom_testkit::Answer;

use crate::shop::{Cart, Kind, Shop, is_silent, shelves};

/// An empty response of which the application said this to caches.
fn saying(said: Option<&'static str>) -> Response {
    let mut response = ().into_response();
    if let Some(said) = said {
        let said = HeaderValue::from_static(said);
        response.headers_mut().insert(CACHE_CONTROL, said);
    }
    response
}

fn all<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let lines = answer.headers.get_all(name).iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}

/// What the application says to caches, and what a page that only reads is sent with.
const SAID: [(Option<&'static str>, &str); 6] = [
    (None, "private"),
    (Some("public, max-age=60"), "public, max-age=60"),
    (Some("max-age=60"), "max-age=60"),
    (Some("private, max-age=60"), "private, max-age=60"),
    (Some("no-cache"), "no-cache"),
    (Some("no-store"), "no-store"),
];

/// Rules: row-40, caches.
#[tokio::test]
async fn a_page_that_read_a_session_is_private_unless_the_application_decided() {
    for (said, expected) in SAID {
        for begin in [false, true] {
            let shop = Shop::new();
            let page = async move |cart: Session<Cart>| {
                assert_eq!(cart.get().is_some(), begin);
                saying(said)
            };
            let mut browser = shop.open_at(Kind::Sealed, get(page));
            if begin {
                browser.post("/set/hat").await;
            }
            let answer = browser.get("/").await;
            assert_eq!(all(&answer, "cache-control"), [expected], "{said:?}");
            assert_eq!(all(&answer, "vary"), ["cookie"], "found or not");
        }
    }
}

/// Rules: row-40, caches.
#[tokio::test]
async fn a_page_that_sends_or_clears_a_token_is_never_stored_whatever_the_application_said() {
    for (said, _) in SAID {
        for kind in Kind::ALL {
            let shop = Shop::new();
            let page = async move |cart: Session<Cart>| {
                if cart.get().is_none() {
                    cart.set(Cart::of("hat")).unwrap();
                } else {
                    cart.clear().unwrap();
                }
                saying(said)
            };
            let mut browser = shop.open_at(kind, post(page));
            for what in ["sends", "clears"] {
                let answer = browser.post("/").await;
                assert_eq!(
                    all(&answer, "cache-control"),
                    ["no-store"],
                    "{kind:?} {what}"
                );
                let header = if kind == Kind::Header {
                    "x-cart"
                } else {
                    "cookie"
                };
                assert_eq!(all(&answer, "vary"), [header]);
            }
        }
    }
}

/// Rules: row-40, caches.
#[tokio::test]
async fn a_response_varies_by_each_header_once() {
    for (said, expected) in [
        ("accept", vec!["accept", "cookie"]),
        ("Accept, Cookie", vec!["Accept, Cookie"]),
        ("*", vec!["*"]),
    ] {
        let shop = Shop::new();
        let page = async move |_: Session<Cart>| [(VARY, said)];
        let mut browser = shop.open_at(Kind::Signed, get(page));
        assert_eq!(all(&browser.get("/").await, "vary"), expected);
    }
}

/// Rules: row-36, caches.
#[tokio::test]
async fn a_renewal_waits_for_a_response_that_is_not_public() {
    for public in ["public", "PUBLIC, max-age=1", "s-maxage=60"] {
        let shop = Shop::new();
        let builder = shop.builder().cookie::<Cart>("cart", |c| {
            c.sealed().idle_timeout(Duration::from_secs(100))
        });
        let page = async move |_: Session<Cart>| [(CACHE_CONTROL, public)];
        let sessions = builder.build().unwrap();
        let app = shelves()
            .route("/picture", get(page))
            .layer(sessions.layer());
        let mut browser = shop.browser(app);
        browser.post("/set/hat").await;
        shop.later(50);
        shop.told();
        let picture = browser.get("/picture").await;
        assert!(is_silent(&picture), "{public}");
        assert_eq!(all(&picture, "cache-control"), [public]);
        assert_eq!(shop.told(), []);
        assert!(browser.get("/cart").await.sets("__Host-cart"));
        assert_eq!(shop.told(), [EventKind::Renewed(RenewReason::Idle)]);
    }
}

/// Rules: row-12, row-36, caches.
#[tokio::test]
async fn a_change_does_not_wait_and_makes_a_public_response_private() {
    let shop = Shop::new();
    let page = async |cart: Session<Cart>| {
        cart.set(Cart::of("hat")).unwrap();
        [(CACHE_CONTROL, "public, max-age=3600")]
    };
    let app = Router::new().route("/", get(page));
    let mut browser = shop.browser(app.layer(shop.sessions(Kind::Sealed).layer()));
    let answer = browser.get("/").await;
    assert_eq!(all(&answer, "cache-control"), ["no-store"]);
    assert!(answer.sets("__Host-cart"));
}
