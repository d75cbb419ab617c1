//! Layers around layers.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use cloakroom::{Ending, EventKind, KeyRing, LayerExt, RenewReason, Session, Sessions};
use cloakroom_testkit::{Call, EventLog};
use serde::{Deserialize, Serialize};

use crate::shop::{COOKIE, Cart, Kind, Shop, is_silent, shelves};

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Visits {
    count: u32,
}

async fn count_visits(visits: Session<Visits>) -> String {
    let counted = visits.update_or_default(|visits| {
        visits.count += 1;
        visits.count
    });
    counted.unwrap().to_string()
}

fn visits(shop: &Shop) -> Sessions {
    let builder = shop.builder().cookie::<Visits>("visits", |c| c.signed());
    builder.build().unwrap()
}

/// The cart of another part of the application, with its own name in its tokens.
fn other_cart(shop: &Shop, application: &str, keys: &KeyRing, events: &EventLog) -> Sessions {
    let builder = Sessions::builder(application, keys)
        .clock(shop.clock.clone())
        .observer(events.clone());
    let builder = builder.cookie::<Cart>("cart", |c| c.sealed().ending(Ending::Stateless));
    builder.build().unwrap()
}

/// Rules: row-12.
#[tokio::test]
async fn on_a_nested_router_both_layers_answer_for_their_own_types_and_commit() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let both = async |cart: Session<Cart>, visits: Session<Visits>| {
            cart.update_or_default(|cart| cart.items.push("hat".to_owned()))
                .unwrap();
            format!(
                "{} {}",
                count_visits(visits).await,
                cart.get().unwrap().text()
            )
        };
        let inner = Router::new()
            .route("/both", post(both))
            .layer(shop.sessions(kind).layer());
        let app = Router::new()
            .nest("/shop", inner)
            .route("/outer", post(count_visits))
            .layer(visits(&shop).layer());
        let mut browser = shop.browser(app);
        assert_eq!(browser.post("/shop/both").await.body, "1 hat", "{kind:?}");
        assert_eq!(browser.post("/outer").await.body, "2", "{kind:?}");
        let answer = browser.post("/shop/both").await;
        assert_eq!(answer.body, "3 hat hat", "{kind:?}");
        assert!(answer.sets("__Host-visits"), "{kind:?}");
    }
}

/// Rules: row-12.
#[tokio::test]
async fn the_nearest_layer_with_a_provider_of_the_type_answers() {
    let shop = Shop::new();
    let near = shop
        .builder()
        .cookie::<Cart>("near", |c| c.sealed())
        .build();
    let inner = shelves().layer(near.unwrap().layer());
    let app = Router::new()
        .nest("/near", inner)
        .merge(shelves())
        .layer(shop.sessions(Kind::Sealed).layer());
    let mut browser = shop.browser(app);
    assert!(browser.post("/near/set/scarf").await.sets("__Host-near"));
    assert!(browser.post("/set/hat").await.sets(COOKIE));
    assert_eq!(browser.get("/near/cart").await.body, "scarf");
    assert_eq!(browser.get("/cart").await.body, "hat");
}

#[tokio::test]
async fn a_route_layer_serves_its_routes_and_a_stranger_is_told_what_is_missing() {
    let shop = Shop::new();
    let app = shelves()
        .route_layer(shop.sessions(Kind::Sealed).layer())
        .route("/later", get(async |_: Session<Cart>| ()));
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    assert_eq!(browser.get("/cart").await.body, "hat");
    let missing = browser.get("/later").await;
    assert_eq!(missing.status, 500);
    assert!(
        missing.body.contains("`.layer(sessions.layer())`"),
        "{}",
        missing.body
    );
    assert_eq!(browser.get("/nowhere").await.status, 404);
}

/// Rules: row-2, row-26.
#[tokio::test]
async fn the_same_sessions_layered_twice_are_one_session() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves().layer(sessions.layer()).layer(sessions.layer());
        let mut browser = shop.browser(app);
        let made = browser.post("/add/hat").await;
        assert!(made.set_cookies().len() <= 1, "{kind:?}");
        assert_eq!(made.headers.get_all("vary").iter().count(), 1, "{kind:?}");
        shop.calls();
        assert_eq!(browser.post("/add/scarf").await.body, "hat scarf");
        if kind.is_stored() {
            assert_eq!(shop.calls(), [Call::Read, Call::Update]);
        }
        assert_eq!(browser.get("/cart").await.body, "hat scarf", "{kind:?}");
    }
}

/// Rules: row-12, row-26.
#[tokio::test]
async fn what_a_middleware_between_two_layers_of_the_same_sessions_changes_is_not_lost() {
    async fn stamp(cart: Session<Cart>, request: Request, next: Next) -> Response {
        cart.update_or_default(|cart| cart.items.push("stamp".to_owned()))
            .unwrap();
        next.run(request).await
    }
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let app = shelves()
            .layer(sessions.layer())
            .layer(from_fn(stamp))
            .layer(sessions.layer());
        let mut browser = shop.browser(app);
        let answer = browser.post("/add/hat").await;
        assert_eq!(answer.body, "stamp hat", "{kind:?}");
        assert!(answer.set_cookies().len() <= 1, "{kind:?}");
        let next = browser.post("/add/cap").await;
        assert_eq!(next.body, "stamp hat stamp cap", "{kind:?}");
    }
}

/// Rules: row-35.
#[tokio::test]
async fn an_outer_layer_renews_no_cookie_that_an_inner_one_has_just_set() {
    async fn read(cart: Session<Cart>, request: Request, next: Next) -> Response {
        let _seen = cart.get();
        next.run(request).await
    }
    let shop = Shop::new();
    // The same cookie twice: the outer one has an idle deadline and would renew.
    let outer = shop.builder().cookie::<Cart>("cart", |c| {
        c.sealed().idle_timeout(std::time::Duration::from_secs(100))
    });
    let inner = other_cart(&shop, "shop", &shop.keys, &EventLog::new());
    let app = shelves()
        .layer(inner.layer())
        .layer(from_fn(read))
        .layer(outer.build().unwrap().layer());
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    shop.later(50);
    shop.told();
    let changed = browser.post("/add/scarf").await;
    assert_eq!(
        changed.set_cookies().len(),
        1,
        "{:?}",
        changed.set_cookies()
    );
    assert_eq!(shop.told(), [], "the outer one had nothing to tell");
    shop.later(50);
    // Where the inner one sets nothing, the outer one renews.
    let read = browser.get("/cart").await;
    assert_eq!((read.body.as_str(), read.sets(COOKIE)), ("hat scarf", true));
    assert_eq!(shop.told(), [EventKind::Renewed(RenewReason::Idle)]);
}

/// Rules: row-35, clearing.
#[tokio::test]
async fn an_outer_layer_clears_no_cookie_that_an_inner_one_has_just_set() {
    async fn read(cart: Session<Cart>, request: Request, next: Next) -> Response {
        assert_eq!(cart.get(), None, "it is another application's");
        next.run(request).await
    }
    let shop = Shop::new();
    let own = EventLog::new();
    // One name, one key, two applications: to the outer one the inner one's token is a forgery.
    let inner = other_cart(&shop, "annex", &shop.keys, &own);
    let app = shelves()
        .layer(inner.layer())
        .layer(from_fn(read))
        .layer(shop.sessions(Kind::Sealed).layer());
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    let changed = browser.post("/add/scarf").await;
    assert!(changed.sets(COOKIE) && !changed.clears(COOKIE));
    assert_eq!(own.kinds(), [EventKind::Created, EventKind::Changed]);
    // A response that does not set it is free to clear what no node of the outer one can accept.
    assert!(browser.get("/cart").await.clears(COOKIE));
}

#[tokio::test]
async fn a_type_without_a_provider_is_an_error_that_says_how_to_register_it() {
    let shop = Shop::new();
    let mut browser = shop.open_at(Kind::Sealed, get(count_visits));
    let answer = browser.get("/").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer
            .body
            .contains(".cookie::<requests::layers::nested::Visits>(name, …)")
    );
    assert!(is_silent(&answer));
}

#[tokio::test]
async fn a_router_without_any_layer_is_an_error_that_says_where_to_put_it() {
    let shop = Shop::new();
    let mut browser = shop.browser(shelves());
    let answer = browser.get("/cart").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer
            .body
            .contains("no session layer is around this handler")
    );
    assert!(
        answer.body.contains("requests::shop::Cart"),
        "{}",
        answer.body
    );
}
