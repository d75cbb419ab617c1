//! Middleware that leaves the task, and `across_tasks()`.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use cloakroom::{ChangeError, EventKind, LayerExt, LoadError, Session, SharedFrame, load};
use cloakroom_testkit::Req;
use tokio::sync::oneshot;
use tower::Service;

use crate::shop::{Browser, Cart, Kind, Shop, shelves};

/// Runs the rest of the request in a task of its own, as some middleware does.
async fn spawning(request: Request, next: Next) -> Response {
    tokio::spawn(next.run(request)).await.unwrap()
}

/// A browser before the shop behind middleware that spawns.
fn across(shop: &Shop, kind: Kind, routes: Router) -> Browser {
    let layer = shop.sessions(kind).layer().across_tasks();
    shop.browser(
        shelves()
            .merge(routes)
            .layer(from_fn(spawning))
            .layer(layer),
    )
}

#[tokio::test]
async fn without_the_switch_the_first_request_across_tasks_says_what_to_do() {
    let shop = Shop::new();
    let sessions = shop.sessions(Kind::Sealed);
    let app = shelves().layer(from_fn(spawning)).layer(sessions.layer());
    let mut browser = shop.browser(app);
    let answer = browser.get("/cart").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.body.contains("`sessions.layer().across_tasks()`"),
        "{}",
        answer.body
    );
    assert_eq!(
        browser.get("/ignore").await.status,
        200,
        "who asks for none needs no switch"
    );
}

#[tokio::test]
async fn a_layer_without_the_switch_inside_one_that_has_it_says_what_to_do() {
    let shop = Shop::new();
    let outer = shop.builder().cookie::<u32>("count", |c| c.sealed());
    let app = shelves()
        .layer(from_fn(spawning))
        .layer(shop.sessions(Kind::Sealed).layer())
        .layer(outer.build().unwrap().layer().across_tasks());
    let mut browser = shop.browser(app);
    let answer = browser.get("/cart").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.body.contains("`sessions.layer().across_tasks()`"),
        "{}",
        answer.body
    );
}

/// Rules: row-2, row-12, row-26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_switch_sessions_are_found_in_other_tasks() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = across(&shop, kind, Router::new());
        assert_eq!(browser.post("/add/hat").await.body, "hat", "{kind:?}");
        assert_eq!(
            browser.post("/add/scarf").await.body,
            "hat scarf",
            "{kind:?}"
        );
        assert_eq!(browser.get("/cart").await.body, "hat scarf", "{kind:?}");
        browser.post("/clear").await;
        assert_eq!(browser.get("/cart").await.body, "none", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn layers_nest_across_tasks_too() {
    let shop = Shop::new();
    let near = shop
        .builder()
        .cookie::<Cart>("near", |c| c.sealed())
        .build();
    let inner = shelves()
        .layer(from_fn(spawning))
        .layer(near.unwrap().layer().across_tasks());
    let far = async |count: Session<u32>| {
        let counted = count.update_or_default(|count| {
            *count += 1;
            *count
        });
        counted.map(|count| count.to_string())
    };
    let outer = shop
        .builder()
        .cookie::<u32>("count", |c| c.sealed())
        .build();
    let app = Router::new()
        .nest("/near", inner.route("/far", post(far)))
        .layer(from_fn(spawning))
        .layer(outer.unwrap().layer().across_tasks());
    let mut browser = shop.browser(app);
    assert!(browser.post("/near/set/hat").await.sets("__Host-near"));
    assert_eq!(browser.get("/near/cart").await.body, "hat");
    assert_eq!(browser.post("/near/far").await.body, "1");
    assert_eq!(browser.post("/near/far").await.body, "2");
}

/// Rules: row-38, row-39.
#[tokio::test]
async fn a_task_that_outlives_a_dropped_request_is_told_that_it_is_too_late() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let (resume, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let once = Arc::new(Mutex::new(Some((wait, ready, tell))));
        let slow = async move |cart: Session<Cart>| {
            let (wait, ready, tell) = once.lock().unwrap().take().unwrap();
            ready.send(()).unwrap();
            wait.await.unwrap();
            tell.send(cart.set(Cart::of("late"))).unwrap();
        };
        let layer = shop.sessions(kind).layer().across_tasks();
        let mut app = shelves()
            .route("/", post(slow))
            .layer(from_fn(spawning))
            .layer(layer);
        let mut browser = shop.browser(app.clone());
        browser.post("/set/hat").await;
        shop.told();
        {
            let mut running = Box::pin(app.call(browser.request(Req::post("/"))));
            tokio::select! {
                biased;
                _ = &mut running => panic!("it hangs"),
                ready = is_ready => ready.unwrap(),
            }
        }
        resume.send(()).unwrap();
        assert_eq!(told.await.unwrap(), Err(ChangeError::TooLate), "{kind:?}");
        assert_eq!(shop.told(), [EventKind::TooLate], "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-39.
#[tokio::test]
async fn a_session_that_is_asked_for_after_the_response_can_be_read_and_not_changed() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let (answered, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let once = Arc::new(Mutex::new(Some((wait, tell))));
        let leave = async move |request: Request| {
            let (wait, tell) = once.lock().unwrap().take().unwrap();
            tokio::spawn(async move {
                wait.await.unwrap();
                let (parts, _) = request.into_parts();
                let shared = parts.extensions.get::<SharedFrame>();
                let cart: Result<Session<Cart>, LoadError> =
                    load(&cloakroom::HeadView::new(&parts), shared).await;
                let cart = cart.unwrap();
                let text = cart.get().unwrap().text();
                tell.send((text, cart.set(Cart::of("late")))).unwrap();
            });
        };
        let layer = shop.sessions(kind).layer().across_tasks();
        let mut browser = shop.browser(shelves().route("/", post(leave)).layer(layer));
        browser.post("/set/hat").await;
        browser.post("/").await;
        answered.send(()).unwrap();
        let (text, outcome) = told.await.unwrap();
        assert_eq!((text.as_str(), outcome), ("hat", Err(ChangeError::TooLate)));
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}
