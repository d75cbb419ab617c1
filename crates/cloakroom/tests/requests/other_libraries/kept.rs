//! Changes that others lose.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use cloakroom::{Clock, LayerExt, MemoryStorage, Session};
use cloakroom_testkit::{Call, FaultyStorage, Req, When};
use serde::{Deserialize, Serialize};
use tower::Service;

use crate::shop::{COOKIE, Cart, Kind, Reply, Shop, gives_token, is_silent, shelves};

/// A rotation that deletes the old record first, and makes the new one only if the response goes
/// well, logs the user out when it does not.
///
/// Rules: row-31, rotation.
#[tokio::test]
async fn a_rotation_that_ends_in_an_error_response_loses_nothing() {
    let fail = async |cart: Session<Cart>| {
        cart.rotate().unwrap();
        StatusCode::INTERNAL_SERVER_ERROR
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open_at(kind, post(fail));
        browser.post("/set/hat").await;
        let answer = browser.post("/").await;
        assert_eq!(answer.status, 500);
        assert!(gives_token(kind, &answer), "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// The same with a request that is dropped, and with a response that is lost on its way.
///
/// Rules: row-23, row-38, rotation.
#[tokio::test]
async fn a_rotation_whose_response_never_arrives_loses_nothing() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let hang = async |cart: Session<Cart>| {
            cart.rotate().unwrap();
            std::future::pending::<()>().await;
        };
        let sessions = shop.sessions(kind);
        let mut app = shelves().route("/", post(hang)).layer(sessions.layer());
        let mut browser = shop.browser(app.clone());
        browser.post("/set/hat").await;
        {
            let mut running = Box::pin(app.call(browser.request(Req::post("/"))));
            let mut polls = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(running.as_mut().poll(&mut polls).is_pending());
        }
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}: dropped");

        let lost = app
            .call(browser.request(Req::post("/rotate")))
            .await
            .unwrap();
        assert_eq!(lost.status(), 200);
        for seconds in [0, 60, 3_600] {
            shop.later(seconds);
            assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}: lost");
        }
    }
}

/// Parallel requests of one page are logged out when each of them rotates.
///
/// Rules: row-32, rotation.
#[tokio::test]
async fn parallel_requests_that_both_rotate_stay_signed_in_whichever_answer_comes_last() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.stored_in(&storage));
    let mut browser = shop.browser(shelves().layer(builder.build().unwrap().layer()));
    browser.post("/set/hat").await;
    let rotate = Req::post("/rotate").fetch();
    let paused = storage.pause_next(Call::Update);
    let slow = browser.dispatch(&rotate);
    let fast = async {
        paused.reached().await;
        let answer = browser.dispatch(&rotate).await;
        paused.resume();
        answer
    };
    let (slow, fast) = tokio::join!(slow, fast);
    assert_eq!((slow.status, fast.status), (200, 200));
    assert!(
        fast.sets(COOKIE) && is_silent(&slow),
        "one wins, the other is served"
    );
    for order in [[&slow, &fast], [&fast, &slow]] {
        let mut browser = browser.fork();
        for answer in order {
            browser.receive(&rotate, &answer.headers, shop.clock.now());
        }
        assert_eq!(browser.get("/cart").await.body, "hat");
    }
}

/// A change through one of the methods does not mark the session as changed.
///
/// Rules: row-12, row-26, one-gate.
#[tokio::test]
async fn every_way_to_change_a_session_is_kept() {
    async fn add(cart: &Session<Cart>, how: &str) -> Reply {
        let push = |cart: &mut Cart| cart.items.push("x".to_owned());
        match how {
            "set" => {
                let mut value = cart
                    .get()
                    .map_or_else(Cart::default, |cart| Cart::clone(&cart));
                push(&mut value);
                cart.set(value)?;
            }
            "update" => cart.update(push)?,
            "update_or_default" => cart.update_or_default(push)?,
            "update_retrying" => cart.update_retrying(push)?,
            "remove" => cart.update(|cart| drop(cart.items.pop()))?,
            other => panic!("no way is called {other}"),
        }
        Ok(cart.get().map_or(0, |cart| cart.items.len()).to_string())
    }
    let change = async |cart: Session<Cart>, how: String| add(&cart, &how).await;
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open_at(kind, post(change));
        let mut expected = 0;
        for how in [
            "update_or_default",
            "set",
            "update",
            "update_retrying",
            "remove",
            "remove",
            "set",
        ] {
            expected = if how == "remove" {
                expected - 1
            } else {
                expected + 1
            };
            let answer = browser.send(Req::post("/").body(how)).await;
            assert_eq!(answer.body, expected.to_string(), "{kind:?} {how}");
            let text = browser.get("/cart").await.body;
            assert_eq!(text.matches('x').count(), expected, "{kind:?} {how}");
        }
    }
}

/// Two requests at once overwrite each other's whole session.
///
/// Rules: row-26, row-27, merging.
#[tokio::test]
async fn changes_that_can_be_run_again_are_never_lost_to_a_parallel_request() {
    #[derive(Clone, Default, Deserialize, Serialize)]
    struct Count(u32);
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let builder = shop
        .builder()
        .cookie::<Count>("count", |c| c.stored_in(&storage));
    let sessions = builder.build().unwrap();
    let begin = async |count: Session<Count>| count.set(Count(0));
    let click = async |count: Session<Count>| count.update_retrying(|count| count.0 += 1);
    let show = async |count: Session<Count>| count.get().unwrap().0.to_string();
    let app = Router::new()
        .route("/begin", post(begin))
        .route("/click", post(click))
        .route("/show", post(show));
    let mut browser = shop.browser(app.layer(sessions.layer()));
    browser.post("/begin").await;
    // Each of the others comes between the reading and the writing of the one before it.
    for _ in 0..5 {
        let paused = storage.pause_next(Call::Update);
        let mut other = browser.fork();
        let slow = browser.dispatch(&Req::post("/click"));
        let fast = async {
            paused.reached().await;
            assert_eq!(other.post("/click").await.status, 200);
            paused.resume();
        };
        let (slow, ()) = tokio::join!(slow, fast);
        assert_eq!(slow.status, 200);
    }
    assert_eq!(browser.post("/show").await.body, "10");
}

/// Two layers share one state, and only one of their cookies is written.
///
/// Rules: row-2.
#[tokio::test]
async fn of_two_stacked_layers_both_cookies_are_written() {
    let shop = Shop::new();
    let preferences = shop.builder().cookie::<String>("theme", |c| c.signed());
    let both = async |cart: Session<Cart>, theme: Session<String>| {
        cart.set(Cart::of("hat")).unwrap();
        theme.set("dark".to_owned()).unwrap();
    };
    let app = shelves()
        .route("/", post(both))
        .layer(preferences.build().unwrap().layer())
        .layer(shop.sessions(Kind::Stored).layer());
    let mut browser = shop.browser(app);
    let answer = browser.post("/").await;
    assert!(answer.sets(COOKIE) && answer.sets("__Host-theme"));
    assert_eq!(browser.get("/cart").await.body, "hat");
}

/// One failed read is taken for a new session, which is then written over the old one.
///
/// Rules: row-8, row-9.
#[tokio::test]
async fn a_storage_that_fails_once_wipes_nothing() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.stored_in(&storage));
    let app = shelves().layer(builder.build().unwrap().layer());
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    let token = browser.cookie(COOKIE);
    for path in ["/add/scarf", "/set/cap", "/sign-in/ann", "/clear"] {
        storage.fail_next(Call::Read, When::BeforeEffect);
        assert_eq!(browser.post(path).await.status, 503, "{path}");
        assert_eq!(browser.cookie(COOKIE), token, "{path}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{path}");
    }
}

/// A handler that answers with an error loses what it had changed.
///
/// Rules: row-12, row-26.
#[tokio::test]
async fn a_handler_that_returns_an_error_keeps_its_changes() {
    let refuse = async |cart: Session<Cart>| -> Result<(), StatusCode> {
        cart.update(|cart| cart.items.push("attempt".to_owned()))
            .unwrap();
        Err(StatusCode::FORBIDDEN)
    };
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open_at(kind, post(refuse));
        browser.post("/set/hat").await;
        assert_eq!(browser.post("/").await.status, 403);
        assert_eq!(browser.get("/cart").await.body, "hat attempt", "{kind:?}");
    }
}
