//! Sessions that others let live on, bring back, or hand to someone else.

use std::time::Duration;

use axum::Router;
use cloakroom::{CookieSession, EventKind, LayerExt, MemoryStorage, Sessions};
use cloakroom_testkit::{Call, FaultyStorage, Req, SeededEntropy};

use crate::shop::{Browser, COOKIE, Cart, Kind, Shop, is_silent, shelves};

const WEEK: u64 = 7 * 24 * 60 * 60;

fn stored_in(shop: &Shop, storage: &FaultyStorage<MemoryStorage>) -> Sessions {
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.stored_in(storage));
    builder.build().unwrap()
}

/// Two servers before one storage, and a browser that goes to either.
fn two_nodes(shop: &Shop) -> (Browser, Browser) {
    let node = || shop.open(Kind::Stored, Router::new());
    (node(), node())
}

/// A store that writes as it finds makes a session again that was ended while a request was under
/// way with it.
///
/// Rules: row-28, no-upsert.
#[tokio::test]
async fn a_request_that_is_under_way_does_not_bring_an_ended_session_back() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let sessions = stored_in(&shop, &storage);
    let mut browser = shop.browser(shelves().layer(sessions.layer()));
    browser.post("/set/hat").await;
    let mut other = browser.fork();
    let paused = storage.pause_next(Call::Update);
    shop.told();
    let late = browser.send(Req::post("/add/scarf"));
    let log_out = async {
        paused.reached().await;
        assert!(other.post("/clear").await.clears(COOKIE));
        paused.resume();
    };
    let (late, ()) = tokio::join!(late, log_out);
    assert_eq!((late.status, is_silent(&late)), (200, true));
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_eq!(browser.get("/cart").await.body, "none");
}

/// A server that keeps sessions in its own memory serves them on after another one ended them, and
/// writes them back.
///
/// Rules: row-5, row-6.
#[tokio::test]
async fn what_was_ended_on_one_server_is_ended_on_the_others() {
    let shop = Shop::new();
    let (mut here, mut there) = two_nodes(&shop);
    here.post("/sign-in/ann").await;
    let token = here.cookie(COOKIE).unwrap();
    there.set_cookie(COOKIE, &token);
    assert_eq!(there.get("/cart").await.body, "");
    here.post("/clear").await;
    assert_eq!(there.get("/cart").await.body, "none");
    there.post("/add/scarf").await;
    assert_ne!(
        there.cookie(COOKIE),
        Some(token),
        "a new id, not the ended one"
    );
    assert_eq!(here.get("/cart").await.body, "none");
}

/// A deadline that is only said to the browser is none for who keeps the cookie.
///
/// Rules: row-4, row-5.
#[tokio::test]
async fn a_cookie_that_is_kept_beyond_its_deadline_is_no_session() {
    for kind in [Kind::Sealed, Kind::Signed, Kind::Stored] {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/set/hat").await;
        let token = browser.cookie(COOKIE).unwrap();
        shop.later(WEEK);
        let mut thief = shop.open(kind, Router::new());
        thief.set_cookie(COOKIE, &token);
        assert_eq!(thief.get("/cart").await.body, "none", "{kind:?}");
    }
}

/// A lifetime that is written anew with every change lets a session live for ever.
///
/// Rules: row-12, row-26, row-41.
#[tokio::test]
async fn a_change_does_not_move_the_absolute_deadline() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/add/hat").await;
        for _ in 0..6 {
            shop.later(WEEK / 7);
            browser.post("/add/pin").await;
            browser.post("/rotate").await;
        }
        shop.later(WEEK / 7 - 1);
        assert_ne!(browser.get("/cart").await.body, "none", "{kind:?}");
        shop.later(1);
        assert_eq!(browser.get("/cart").await.body, "none", "{kind:?}");
    }
}

/// An unsigned id that the client made up is taken for a new session's, so an attacker can plant
/// one and wait for the sign-in.
///
/// Rules: row-5, row-6.
#[tokio::test]
async fn an_id_that_the_client_chose_is_never_adopted() {
    for chosen in ["attackers-choice", &"A".repeat(54), &"0".repeat(64)] {
        let shop = Shop::new();
        let mut victim = shop.open(Kind::Stored, Router::new());
        victim.set_cookie(COOKIE, chosen);
        shop.calls();
        victim.post("/sign-in/ann").await;
        assert!(
            !shop.calls().contains(&Call::Read),
            "a made-up id costs no read"
        );
        assert_ne!(victim.cookie(COOKIE).as_deref(), Some(chosen));
        let mut attacker = shop.open(Kind::Stored, Router::new());
        attacker.set_cookie(COOKIE, chosen);
        assert_eq!(attacker.get("/cart").await.body, "none");
    }
}

/// A rotation, or a sign-in, that leaves the old record where it is leaves the stolen id good.
///
/// Rules: row-24, row-29, rotation, reused-proof.
#[tokio::test]
async fn the_token_before_a_sign_in_is_dead_at_once_and_the_one_before_a_rotation_after_its_time() {
    let shop = Shop::new();
    let mut browser = shop.open(Kind::Stored, Router::new());
    browser.post("/set/hat").await;
    let mut before = browser.fork();
    browser.post("/sign-in/ann").await;
    assert_eq!(before.get("/cart").await.body, "none");
    assert_eq!(before.get("/cart").await.status, 200);

    browser.post("/add/hat").await;
    let mut before = browser.fork();
    browser.post("/rotate").await;
    assert_eq!(browser.get("/cart").await.body, "hat");
    shop.later(30);
    assert_eq!(before.get("/cart").await.body, "none");
}

/// A library that makes a new id only when nobody was signed in hands the first user's session to
/// the second.
///
/// Rules: row-14, row-29.
#[tokio::test]
async fn switching_the_user_without_a_log_out_begins_a_new_session() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let mut browser = shop.open(kind, Router::new());
        browser.post("/sign-in/ann").await;
        let mut anns = browser.fork();
        shop.told();
        browser.post("/sign-in/bob").await;
        assert_eq!(shop.told(), [EventKind::SignedIn], "{kind:?}");
        let body = anns.get("/cart").await.body;
        assert_eq!(body == "none", kind.is_stored(), "{kind:?}");
    }
}

/// A store whose `create` succeeds over a record that is there gives two users one session.
///
/// Rules: row-3, no-upsert.
#[tokio::test]
async fn an_id_that_is_taken_is_given_to_nobody_else() {
    let shop = Shop::new();
    // The same randomness twice, as of a cloned machine.
    let twin = || {
        let stored = |c: CookieSession<Cart>| c.stored_in(&shop.storage);
        let builder = shop.builder().entropy(SeededEntropy::new(9));
        let sessions = builder.cookie("cart", stored).build().unwrap();
        shop.browser(shelves().layer(sessions.layer()))
    };
    let (mut ann, mut bob) = (twin(), twin());
    ann.post("/set/hat").await;
    shop.told();
    assert_eq!(bob.post("/set/scarf").await.status, 200);
    assert_eq!(shop.told(), [EventKind::IdCollision, EventKind::Created]);
    assert_ne!(ann.cookie(COOKIE), bob.cookie(COOKIE));
    assert_eq!(ann.get("/cart").await.body, "hat");
    assert_eq!(bob.get("/cart").await.body, "scarf");
}

/// A log-out cookie without the path, domain and flags of the one that it is to remove removes
/// nothing.
///
/// Rules: row-15, row-33.
#[tokio::test]
async fn a_log_out_on_a_deep_page_removes_the_cookie_everywhere() {
    for kind in [Kind::Sealed, Kind::Signed, Kind::Stored] {
        let shop = Shop::new();
        let app = Router::new().nest("/a/b", shelves()).merge(shelves());
        let mut browser = shop.browser(app.layer(shop.sessions(kind).layer()));
        let set = browser.post("/set/hat").await.set_cookies();
        let cleared = browser.post("/a/b/clear").await.set_cookies();
        let fixed = |line: &str| line[line.find("; Path=").unwrap()..].to_owned();
        assert_eq!(fixed(&set[0]), fixed(&cleared[0]), "{kind:?}");
        assert_eq!(browser.cookie(COOKIE), None, "{kind:?}");
    }
}

/// With a path and a domain of its own as well.
///
/// Rules: row-15.
#[tokio::test]
async fn a_log_out_removes_a_cookie_with_any_attributes() {
    let shop = Shop::new();
    let narrow = |c: CookieSession<Cart>| {
        c.sealed()
            .attributes(|a| a.path("/shop").domain("shop.example").partitioned(true))
    };
    let sessions = shop.builder().cookie("cart", narrow).build().unwrap();
    let app = Router::new()
        .nest("/shop", shelves())
        .layer(sessions.layer());
    let mut browser = shop.browser(app);
    browser.post("/shop/set/hat").await;
    assert!(browser.cookie("__Secure-cart").is_some());
    browser.post("/shop/clear").await;
    assert_eq!(browser.cookie("__Secure-cart"), None);
}

/// An idle time that only slides on writes logs out who reads all day; one that slides in the store
/// alone leaves the browser to drop its cookie.
///
/// Rules: row-11, row-20.
#[tokio::test]
async fn who_only_reads_stays_signed_in() {
    for stored in [false, true] {
        let shop = Shop::new();
        let hour = Duration::from_secs(3_600);
        let idle = |c: CookieSession<Cart>| {
            let c = if stored {
                c.stored_in(&shop.storage)
            } else {
                c.sealed()
            };
            c.idle_timeout(hour)
        };
        let sessions = shop.builder().cookie("cart", idle).build().unwrap();
        let mut browser = shop.browser(shelves().layer(sessions.layer()));
        browser.post("/set/hat").await;
        for _ in 0..48 {
            shop.later(1_800);
            assert_eq!(browser.get("/cart").await.body, "hat", "stored: {stored}");
        }
        shop.later(3_600);
        assert_eq!(browser.get("/cart").await.body, "none", "stored: {stored}");
    }
}
