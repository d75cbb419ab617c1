//! Requests that others serve worse than they could.

use axum::Router;
use axum::http::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use cloakroom::{CommitError, EventKind, Failure, LayerExt, MemoryStorage, Session};
use cloakroom_testkit::{Call, Client, FaultyStorage, Req};

use crate::shop::{COOKIE, Cart, Kind, Shop, is_silent, shelves};

/// Every crawler with an unknown cookie gets an empty record, also on pages without sessions.
///
/// Rules: row-5.
#[tokio::test]
async fn an_unknown_cookie_makes_no_record() {
    let shop = Shop::new();
    let mut other = shop.open(Kind::Stored, Router::new());
    other.post("/set/hat").await;
    let ended = other.cookie(COOKIE).unwrap();
    other.post("/clear").await;
    for token in [ended.as_str(), "unknown", ""] {
        shop.calls();
        let mut crawler = shop.open(Kind::Stored, Router::new());
        crawler.set_cookie(COOKIE, token);
        for path in ["/cart", "/ignore", "/nowhere"] {
            let answer = crawler.send(Req::get(path).fetch()).await;
            assert!(is_silent(&answer), "{token} {path}");
        }
        assert!(shop.calls().iter().all(|call| *call == Call::Read));
    }
}

/// A `__Host-` cookie is written under one name and looked for under another.
///
/// Rules: cookie-parsing.
#[tokio::test]
async fn a_prefixed_cookie_is_read_back_under_its_own_name_and_no_other() {
    for kind in [Kind::Sealed, Kind::Signed, Kind::Stored] {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/set/hat").await;
        let token = browser.cookie("__Host-cart").unwrap();
        assert_eq!(browser.get("/cart").await.body, "hat");
        for name in ["cart", "__host-cart", "__Secure-cart", "dev-cart"] {
            let cookie = format!("{name}={token}");
            let request = Req::get("/cart").without_cookies().header("cookie", cookie);
            assert_eq!(browser.send(request).await.body, "none", "{kind:?} {name}");
        }
    }
}

/// Content that travels without a signature unless one is asked for.
#[test]
fn nothing_travels_unprotected_unless_the_danger_is_named() {
    let open = Shop::new().builder().cookie::<Cart>("cart", |c| c);
    assert_eq!(open.build().unwrap_err().field(), "sealed");
    let named = Shop::new()
        .builder()
        .cookie::<Cart>("cart", |c| c.forgeable_by_clients());
    named.build().unwrap();
}

/// Routes that need no session fail when the storage is down.
#[tokio::test]
async fn a_page_without_a_session_is_served_while_the_storage_is_down() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.stored_in(&storage));
    let app = shelves().layer(builder.build().unwrap().layer());
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    storage.fail_always(Call::Read);
    assert_eq!(browser.get("/ignore").await.status, 200);
    assert_eq!(browser.get("/cart").await.status, 503);
    let mut stranger = browser.fork();
    stranger.jar_mut().close_browser();
    let unknown = Req::get("/cart").without_cookies();
    assert_eq!(
        stranger.send(unknown).await.body,
        "none",
        "who brings no id needs no storage"
    );
}

/// `SameSite=Strict` by default loses the login on the way back from an identity provider.
///
/// Rules: row-2.
#[tokio::test]
async fn a_login_is_there_on_the_way_back_from_another_site() {
    let shop = Shop::new();
    let mut browser = shop.open(Kind::Stored, Router::new());
    browser.post("/set/hat").await;
    let back = browser.send(Req::get("/cart").cross_site()).await;
    assert_eq!(back.body, "hat");
    let forged = browser.send(Req::post("/add/scarf").cross_site()).await;
    assert_eq!(
        forged.body, "scarf",
        "a form of another site comes without the login"
    );
}

/// A cookie with `Secure` is dropped by a browser on plain http, so every request begins anew.
///
/// Rules: row-2.
#[tokio::test]
async fn development_over_http_keeps_its_session() {
    let shop = Shop::new();
    let builder = shop.builder().development_over_http();
    let sessions = builder
        .cookie::<Cart>("cart", |c| c.sealed())
        .build()
        .unwrap();
    let app = shelves().layer(sessions.layer());
    let mut browser = Client::new(app)
        .with_clock(&shop.clock)
        .at("http://192.0.2.1:8080");
    browser.post("/add/hat").await;
    assert_eq!(browser.post("/add/scarf").await.body, "hat scarf");
    assert_eq!(shop.told(), [EventKind::Created, EventKind::Changed]);
}

/// A session that could not be saved is a bare 500, and nothing says why.
///
/// Rules: row-16.
#[tokio::test]
async fn middleware_learns_why_a_response_was_replaced_and_can_say_it() {
    async fn explain(request: Request<axum::body::Body>, next: Next) -> Response {
        let response = next.run(request).await;
        let error = response.extensions().get::<CommitError>().cloned();
        error.map_or(response, IntoResponse::into_response)
    }
    let shop = Shop::new();
    let fill = async |cart: Session<Cart>| cart.set(Cart::of(&"x".repeat(9_000)));
    let sessions = shop.sessions(Kind::Sealed);
    let app = shelves()
        .route("/", post(fill))
        .layer(sessions.layer())
        .layer(from_fn(explain));
    let mut browser = shop.browser(app);
    let answer = browser.post("/").await;
    let told = shop.told();
    let [EventKind::TooLarge { by }] = told[..] else {
        panic!("{told:?}");
    };
    let expected = CommitError::new("cart", Failure::TooLarge { by });
    assert_eq!((answer.status, answer.body), (500, expected.to_string()));
}
