//! That every documented default is the default, as far as it shows from outside.
//!
//! Cookie attributes and the lifetime of seven days are in `handle/wire.rs`.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use cloakroom::{
    CookieOptions, CookieSession, Ending, EventKind, LayerExt, MemoryStorage, Refusal, Session,
};
use cloakroom_testkit::{Call, FaultyStorage, Req, When};

use crate::shop::{Browser, COOKIE, Cart, Kind, Shop, shelves};

const DAY: u64 = 24 * 60 * 60;

fn open(
    shop: &Shop,
    configure: impl FnOnce(CookieSession<Cart>) -> CookieSession<Cart>,
) -> Browser {
    let sessions = shop.builder().cookie("cart", configure).build().unwrap();
    shop.browser(shelves().layer(sessions.layer()))
}

#[test]
fn a_cookie_is_for_this_host_over_https_out_of_scripts_reach() {
    assert_eq!(CookieOptions::new(), CookieOptions::default());
    assert_eq!(
        CookieOptions::new().describe("cart").unwrap(),
        "__Host-cart=…; Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    let narrower = CookieOptions::new().path("/shop").describe("cart").unwrap();
    assert!(narrower.starts_with("__Secure-cart="), "{narrower}");
    let open = CookieOptions::new().secure(false).describe("cart").unwrap();
    assert!(open.starts_with("cart="), "{open}");
}

/// Rules: row-4, row-5.
#[tokio::test]
async fn a_session_ends_after_seven_days_and_never_for_want_of_use() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/set/hat").await;
        shop.later(7 * DAY - 1);
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
        shop.later(1);
        assert_eq!(browser.get("/cart").await.body, "none", "{kind:?}");
    }
}

/// Rules: row-20.
#[tokio::test]
async fn an_idle_deadline_moves_when_a_tenth_of_it_has_passed() {
    let shop = Shop::new();
    let idle = Duration::from_secs(1_000);
    let mut browser = open(&shop, |c| c.stored_in(&shop.storage).idle_timeout(idle));
    browser.post("/set/hat").await;
    shop.clock.advance(Duration::from_millis(99_999));
    shop.calls();
    browser.get("/cart").await;
    assert_eq!(shop.calls(), [Call::Read]);
    shop.clock.advance(Duration::from_millis(1));
    browser.get("/cart").await;
    assert_eq!(shop.calls(), [Call::Read, Call::Touch]);
}

/// Rules: row-23, row-24, rotation, reused-proof.
#[tokio::test]
async fn a_token_before_a_rotation_is_good_for_thirty_seconds_more_and_then_ends_the_session() {
    for (millis, alive) in [(29_999, true), (30_000, false)] {
        let shop = Shop::new();
        let mut browser = open(&shop, |c| c.stored_in(&shop.storage));
        browser.post("/set/hat").await;
        let mut old = browser.fork();
        browser.post("/rotate").await;
        browser.get("/cart").await;
        shop.clock.advance(Duration::from_millis(millis));
        shop.told();
        let body = old.get("/cart").await.body;
        assert_eq!(body == "hat", alive, "{millis}");
        let event = if alive {
            EventKind::SupersededProof
        } else {
            EventKind::Reused
        };
        assert_eq!(shop.told()[0], event, "{millis}");
        let body = browser.get("/cart").await.body;
        assert_eq!(body == "hat", alive, "{millis}");
    }
}

/// Rules: row-3b.
#[tokio::test]
async fn a_subject_has_a_hundred_sessions_and_the_next_one_is_refused() {
    let shop = Shop::new();
    let mut first = shop.open(Kind::Stored, Router::new());
    first.post("/sign-in/ann").await;
    for _ in 1..100 {
        let mut browser = shop.open(Kind::Stored, Router::new());
        assert_eq!(browser.post("/sign-in/ann").await.status, 200);
    }
    shop.told();
    let mut one_more = shop.open(Kind::Stored, Router::new());
    assert_eq!(one_more.post("/sign-in/ann").await.status, 429);
    assert_eq!(shop.told(), [EventKind::TooManyForSubject]);
    assert_eq!(one_more.post("/sign-in/bob").await.status, 200);
    assert_eq!(first.get("/cart").await.body, "");
}

/// Rules: row-8, row-34.
#[tokio::test]
async fn a_storage_that_cannot_be_read_is_a_503_and_never_no_session() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut browser = open(&shop, |c| c.stored_in(&storage));
    browser.post("/set/hat").await;
    storage.fail_next(Call::Read, When::BeforeEffect);
    assert_eq!(browser.get("/cart").await.status, 503);
    assert_eq!(browser.get("/cart").await.body, "hat");
}

/// Rules: row-8.
#[tokio::test(start_paused = true)]
async fn a_storage_has_five_seconds() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut browser = open(&shop, |c| c.stored_in(&storage));
    browser.post("/set/hat").await;
    storage.hang_next(Call::Read, When::BeforeEffect);
    let began = tokio::time::Instant::now();
    assert_eq!(browser.get("/cart").await.status, 503);
    let waited = began.elapsed();
    let about = Duration::from_secs(5)..=Duration::from_millis(5_010);
    assert!(about.contains(&waited), "{waited:?}");
}

/// Rules: row-27, merging.
#[tokio::test]
async fn changes_of_different_fields_at_once_are_merged_and_of_one_field_refused() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.stored_in(&storage));
    let sessions = builder.build().unwrap();
    let own = async |cart: Session<Cart>| cart.update(|cart| cart.owner = Some("ann".to_owned()));
    let app = shelves().route("/own", post(own)).layer(sessions.layer());
    for (path, status) in [("/own", 200), ("/add/scarf", 409)] {
        let mut browser = shop.browser(app.clone());
        browser.post("/set/hat").await;
        let paused = storage.pause_next(Call::Update);
        let mut other = browser.fork();
        let first = browser.send(Req::post(path));
        let second = async {
            paused.reached().await;
            assert_eq!(other.post("/add/cap").await.status, 200);
            paused.resume();
        };
        let (answer, ()) = tokio::join!(first, second);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(browser.get("/cart").await.body, "hat cap", "{path}");
    }
}

/// Rules: transformer-bounds.
#[tokio::test]
async fn content_has_sixty_four_kibibytes() {
    // The JSON around the item: {"items":["…"],"owner":null}.
    let around = r#"{"items":[""],"owner":null}"#.len();
    for (more, status) in [(0, 200), (1, 500)] {
        let shop = Shop::new();
        let fill = async move |cart: Session<Cart>| {
            cart.set(Cart::of(&"x".repeat(64 * 1024 - around + more)))
        };
        let mut browser = shop.open_at(Kind::Stored, post(fill));
        assert_eq!(browser.post("/").await.status, status);
        assert_eq!(browser.cookie(COOKIE).is_some(), status == 200);
    }
}

/// Rules: row-5.
#[tokio::test]
async fn content_is_json_and_what_it_does_not_decode_to_is_refused_without_clearing() {
    let shop = Shop::new();
    let builder = shop.builder().cookie::<u32>("cart", |c| c.signed());
    let sessions = builder.build().unwrap();
    let count = async |count: Session<u32>| count.set(7);
    let app = Router::new()
        .route("/", post(count))
        .layer(sessions.layer());
    let mut before = shop.browser(app);
    before.post("/").await;
    let token = before.cookie(COOKIE).unwrap();

    let mut browser = open(&shop, |c| c.signed().ending(Ending::Stateless));
    browser.set_cookie(COOKIE, &token);
    shop.told();
    let answer = browser.get("/cart").await;
    assert_eq!(
        (answer.body.as_str(), answer.clears(COOKIE)),
        ("none", false)
    );
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::Content)]);
}
