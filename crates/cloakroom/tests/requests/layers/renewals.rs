//! When a token is sent again without a change: only in answer to a page load.

use std::time::Duration;

use cloakroom::{
    CookieLifetime, CookieSession, EventKind, LayerExt, Passive, RenewReason, Sessions,
};
use cloakroom_testkit::{Call, Req};

use crate::shop::{Browser, COOKIE, Cart, Shop, is_silent, shelves};

const IDLE: Duration = Duration::from_secs(1_000);

fn by_value(shop: &Shop) -> Sessions {
    let builder = shop.builder();
    let built = builder
        .cookie::<Cart>("cart", |c| c.sealed().idle_timeout(IDLE))
        .build();
    built.unwrap()
}

/// A browser with a session that is due to be renewed.
async fn due(shop: &Shop, sessions: &Sessions) -> Browser {
    let mut browser = shop.browser(shelves().layer(sessions.layer()));
    browser.post("/set/hat").await;
    shop.later(500);
    shop.told();
    browser
}

/// Rules: row-11.
#[tokio::test]
async fn only_a_page_load_renews_a_token() {
    let page = || Req::get("/cart");
    let framed = page()
        .bare()
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "iframe");
    let image = page()
        .bare()
        .header("sec-fetch-mode", "no-cors")
        .header("sec-fetch-dest", "image");
    let unsaid = page().bare().header("sec-fetch-mode", "navigate");
    let cases = [
        ("a page load", page(), true),
        ("a client without fetch metadata", page().bare(), true),
        ("a fetch of a script", page().fetch(), false),
        ("a prefetch", page().prefetch(), false),
        ("a frame", framed, false),
        ("an image", image, false),
        ("a navigation to who knows what", unsaid, false),
        ("a passive page load", page().extension(Passive), false),
    ];
    for (name, request, renews) in cases {
        let shop = Shop::new();
        let mut browser = due(&shop, &by_value(&shop)).await;
        let answer = browser.send(&request).await;
        assert_eq!(answer.body, "hat", "{name}");
        assert_eq!(answer.sets(COOKIE), renews, "{name}");
        assert_eq!(is_silent(&answer), !renews, "{name}");
        let told = shop.told();
        let expected = [EventKind::Renewed(RenewReason::Idle)];
        assert_eq!(told, expected[..usize::from(renews)], "{name}");
    }
}

/// Rules: row-11, row-12.
#[tokio::test]
async fn a_session_in_use_lives_on_and_one_that_is_only_polled_ends() {
    let shop = Shop::new();
    let mut used = due(&shop, &by_value(&shop)).await;
    let mut polled = used.fork();
    used.get("/cart").await;
    polled.send(Req::get("/cart").fetch()).await;
    shop.later(499);
    assert_eq!(used.get("/cart").await.body, "hat");
    assert_eq!(polled.send(Req::get("/cart").fetch()).await.body, "hat");
    shop.later(1);
    assert_eq!(polled.send(Req::get("/cart").fetch()).await.body, "none");
    assert_eq!(used.get("/cart").await.body, "hat");

    // A change is sent anyway, so it carries the moved deadline, also in answer to a fetch.
    let changed = used.send(Req::post("/add/cap").fetch()).await;
    assert!(changed.sets(COOKIE));
    shop.later(999);
    assert_eq!(used.send(Req::get("/cart").fetch()).await.body, "hat cap");
}

/// Rules: row-20, row-20b.
#[tokio::test]
async fn by_id_any_use_but_a_passive_one_touches_the_record_and_no_cookie_is_sent() {
    let shop = Shop::new();
    let stored = |c: CookieSession<Cart>| c.stored_in(&shop.storage).idle_timeout(IDLE);
    let sessions = shop.builder().cookie("cart", stored).build().unwrap();
    let mut browser = due(&shop, &sessions).await;
    shop.calls();
    let passive = Req::get("/cart").extension(Passive);
    assert!(is_silent(&browser.send(&passive).await));
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), []);
    let fetched = browser.send(Req::get("/cart").fetch()).await;
    assert!(is_silent(&fetched));
    assert_eq!(shop.calls(), [Call::Read, Call::Touch]);
    assert_eq!(shop.told(), [EventKind::Touched]);
    shop.later(999);
    assert_eq!(browser.send(&passive).await.body, "hat");
    shop.later(1);
    assert_eq!(
        browser.send(&passive).await.body,
        "none",
        "polling kept nothing alive"
    );
}

/// Rules: row-20b.
#[tokio::test]
async fn a_passive_request_that_changes_the_session_changes_it() {
    let shop = Shop::new();
    let follows = |c: CookieSession<Cart>| {
        let c = c.stored_in(&shop.storage).idle_timeout(IDLE);
        c.attributes(|a| a.lifetime(CookieLifetime::FollowsIdle))
    };
    let sessions = shop.builder().cookie("cart", follows).build().unwrap();
    let mut browser = due(&shop, &sessions).await;
    let changed = browser.send(Req::post("/add/cap").extension(Passive)).await;
    assert_eq!(
        (changed.body.as_str(), is_silent(&changed)),
        ("hat cap", true)
    );
    assert_eq!(browser.get("/cart").await.body, "hat cap");
}
