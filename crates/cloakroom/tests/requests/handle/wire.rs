//! What goes over the wire: attributes, lifetimes, the header transport, several types at once.

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{
    CookieLifetime, CookieOptions, CookieSession, EventKind, LayerExt, Refusal, RenewReason,
    SameSite, Session,
};
use cloakroom_testkit::Req;
use serde::{Deserialize, Serialize};

use crate::shop::{Browser, COOKIE, Cart, Kind, Shop, is_silent, shelves};

const DAY: u64 = 24 * 60 * 60;

/// A browser before the shop with this cookie for the cart.
fn with_cookie(
    shop: &Shop,
    configure: impl FnOnce(CookieSession<Cart>) -> CookieSession<Cart>,
) -> Browser {
    let sessions = shop.builder().cookie("cart", configure).build().unwrap();
    shop.browser(shelves().layer(sessions.layer()))
}

/// What follows the token in the one Set-Cookie line that answers `path`.
async fn attributes(browser: &mut Browser, path: &str) -> String {
    let lines = browser.post(path).await.set_cookies();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (pair, attributes) = lines[0].split_once("; ").unwrap();
    assert!(
        pair.split_once('=').unwrap().1.len() > 20,
        "{pair} has a token"
    );
    attributes.to_owned()
}

#[tokio::test]
async fn a_cookie_is_as_strict_as_it_can_be_unless_asked_otherwise() {
    let shop = Shop::new();
    shop.clock.set(cloakroom::Timestamp::from_secs(784_111_777));
    let mut browser = with_cookie(&shop, |c| c.sealed());
    assert_eq!(
        attributes(&mut browser, "/set/hat").await,
        "Max-Age=604800; Expires=Sun, 13 Nov 1994 08:49:37 GMT; Path=/; Secure; HttpOnly; \
         SameSite=Lax"
    );
}

#[tokio::test]
async fn a_cookie_has_the_attributes_that_were_asked_for_and_is_cleared_with_the_same() {
    let shop = Shop::new();
    let asked = |a: CookieOptions| {
        a.path("/")
            .domain("Shop.Example")
            .http_only(false)
            .same_site(SameSite::None)
            .partitioned(true)
            .lifetime(CookieLifetime::Browser)
    };
    let mut browser = with_cookie(&shop, |c| c.sealed().attributes(asked));
    let attributes = "Path=/; Domain=shop.example; Secure; SameSite=None; Partitioned";
    assert_eq!(self::attributes(&mut browser, "/set/hat").await, attributes);
    let cleared = browser.post("/clear").await.set_cookies();
    assert_eq!(
        cleared,
        [format!(
            "__Secure-cart=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; {attributes}"
        )]
    );
    assert_eq!(browser.cookie("__Secure-cart"), None);
}

#[tokio::test]
async fn a_cookie_lives_as_long_as_is_left_of_the_session() {
    let shop = Shop::new();
    let mut browser = with_cookie(&shop, |c| c.sealed());
    let first = attributes(&mut browser, "/add/hat").await;
    assert!(first.starts_with("Max-Age=604800; "), "{first}");
    shop.later(DAY);
    let second = attributes(&mut browser, "/add/scarf").await;
    assert!(second.starts_with("Max-Age=518400; "), "{second}");
    // The browser forgets it when the server does.
    shop.later(6 * DAY - 1);
    assert_eq!(browser.get("/cart").await.body, "hat scarf");
    assert!(browser.cookie(COOKIE).is_some());
    shop.later(1);
    assert_eq!(browser.get("/cart").await.body, "none");
    assert_eq!(browser.cookie(COOKIE), None);
}

/// Rules: row-11, row-20.
#[tokio::test]
async fn a_cookie_that_follows_the_idle_deadline_is_renewed_by_page_loads_only() {
    for stored in [false, true] {
        let shop = Shop::new();
        let kept = |c: CookieSession<Cart>| {
            if stored {
                c.stored_in(&shop.storage)
            } else {
                c.sealed()
            }
        };
        let mut browser = with_cookie(&shop, |c| {
            kept(c)
                .idle_timeout(Duration::from_secs(1_000))
                .attributes(|a| a.lifetime(CookieLifetime::FollowsIdle))
        });
        let first = attributes(&mut browser, "/set/hat").await;
        assert!(first.starts_with("Max-Age=1000; "), "{first}");

        shop.later(99);
        assert!(is_silent(&browser.get("/cart").await), "not due yet");
        shop.later(1);
        shop.told();
        let fetched = browser.send(Req::get("/cart").fetch()).await;
        assert!(is_silent(&fetched), "responses to a fetch may race");
        // By id the storage has been touched by the fetch; the next tenth is due later.
        shop.later(100);
        let loaded = browser.get("/cart").await;
        let lines = loaded.set_cookies();
        assert!(lines[0].contains("; Max-Age=1000; "), "{stored}: {lines:?}");
        assert!(shop.told().contains(&EventKind::Renewed(RenewReason::Idle)));
        shop.later(999);
        assert_eq!(browser.get("/cart").await.body, "hat");
    }
}

#[tokio::test]
async fn a_cookie_of_a_fixed_life_has_it_whenever_it_is_sent() {
    let shop = Shop::new();
    let hour = CookieLifetime::Fixed(Duration::from_secs(3_600));
    let mut browser = with_cookie(&shop, |c| c.sealed().attributes(|a| a.lifetime(hour)));
    for path in ["/add/hat", "/add/scarf"] {
        let attributes = attributes(&mut browser, path).await;
        assert!(attributes.starts_with("Max-Age=3600; "), "{attributes}");
        shop.later(1_000);
    }
}

#[tokio::test]
async fn a_cookie_for_the_browsers_own_session_has_no_lifetime_and_the_server_ends_it() {
    let shop = Shop::new();
    let mut browser = with_cookie(&shop, |c| {
        c.sealed()
            .attributes(|a| a.lifetime(CookieLifetime::Browser))
    });
    assert_eq!(
        attributes(&mut browser, "/set/hat").await,
        "Path=/; Secure; HttpOnly; SameSite=Lax"
    );
    shop.later(7 * DAY - 1);
    assert_eq!(browser.get("/cart").await.body, "hat");
    shop.later(1);
    shop.told();
    assert!(
        browser.cookie(COOKIE).is_some(),
        "the browser was left open"
    );
    assert_eq!(browser.get("/cart").await.body, "none");
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::AbsoluteDeadline)]);
}

#[tokio::test]
async fn a_session_without_any_deadline_lives_in_the_browser_as_long_as_browsers_allow() {
    let shop = Shop::new();
    let mut browser = with_cookie(&shop, |c| c.stored_in(&shop.storage).no_absolute_timeout());
    let attributes = attributes(&mut browser, "/set/hat").await;
    assert!(attributes.starts_with("Max-Age=34560000; "), "{attributes}");
    shop.later(400 * DAY - 1);
    assert_eq!(browser.get("/cart").await.body, "hat");
}

/// Rules: row-2, row-4, row-12, row-15.
#[tokio::test]
async fn a_header_is_answered_in_the_same_header_and_cleared_by_an_empty_one() {
    let shop = Shop::new();
    let mut client = shop.open(Kind::Header, Router::new());
    let bare = |path| Req::post(path).bare();
    let made = client.send(bare("/set/hat")).await;
    let token = made.header("x-cart").unwrap().to_owned();
    assert!(made.set_cookies().is_empty());
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(made.header("vary"), Some("x-cart"));

    let changed = client.send(bare("/add/scarf")).await;
    assert_ne!(changed.header("x-cart"), Some(token.as_str()));
    let read = client.send(Req::get("/cart").bare()).await;
    assert_eq!(
        (read.body.as_str(), read.header("x-cart")),
        ("hat scarf", None)
    );
    assert_eq!(read.header("vary"), Some("x-cart"));

    let cleared = client.send(bare("/clear")).await;
    assert_eq!(cleared.header("x-cart"), Some(""));
    assert_eq!(cleared.header("cache-control"), Some("no-store"));
    assert_eq!(client.send(Req::get("/cart").bare()).await.body, "none");
    // A client that sends the empty header back has no session, and nothing is refused.
    shop.told();
    let empty = Req::get("/cart").bare().header("x-cart", "");
    assert_eq!(
        shop.open(Kind::Header, Router::new())
            .send(empty)
            .await
            .body,
        "none"
    );
    assert_eq!(shop.told(), []);
}

/// Rules: row-7, several-cookies.
#[tokio::test]
async fn two_header_lines_of_different_sessions_are_none() {
    let shop = Shop::new();
    let mut ann = shop.open(Kind::Header, Router::new());
    let mut bob = shop.open(Kind::Header, Router::new());
    let anns = ann
        .post("/set/hat")
        .await
        .header("x-cart")
        .unwrap()
        .to_owned();
    let bobs = bob
        .post("/set/cap")
        .await
        .header("x-cart")
        .unwrap()
        .to_owned();
    shop.told();
    let mut nobody = shop.open(Kind::Header, Router::new());
    let both = Req::get("/cart")
        .header("x-cart", &anns)
        .header("x-cart", &bobs);
    let answer = nobody.send(both).await;
    assert_eq!((answer.body.as_str(), is_silent(&answer)), ("none", true));
    assert!(shop.told().contains(&EventKind::AmbiguousCookies));
    let same = Req::get("/cart")
        .header("x-cart", &anns)
        .header("x-cart", &anns);
    assert_eq!(nobody.send(same).await.body, "hat");
}

/// Rules: row-10.
#[tokio::test]
async fn a_value_whose_encoding_is_not_stable_counts_as_changed() {
    /// Every map of the standard library has an order of its own.
    #[derive(Clone, Default, Deserialize, Serialize)]
    struct Stock(HashMap<u32, u32>);
    let shop = Shop::new();
    let sessions = shop.builder().cookie::<Stock>("stock", |c| c.sealed());
    let sessions = sessions.build().unwrap();
    let fill = async |stock: Session<Stock>| stock.set(Stock((0..64).map(|n| (n, n)).collect()));
    let app = Router::new().route("/", post(fill)).layer(sessions.layer());
    let mut browser = shop.browser(app);
    browser.post("/").await;
    shop.told();
    assert!(browser.post("/").await.sets("__Host-stock"));
    assert_eq!(shop.told(), [EventKind::Changed]);
}

#[derive(Clone, Deserialize, Serialize)]
struct Login {
    user: u32,
}

#[derive(Clone, Default, Deserialize, Serialize)]
struct Api {
    calls: u32,
}

/// Rules: row-10, row-40.
#[tokio::test]
async fn several_session_types_live_side_by_side_and_each_is_only_sent_when_it_changed() {
    let shop = Shop::new();
    let sessions = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.sealed())
        .cookie::<Login>("login", |c| {
            c.stored_in(&shop.storage)
                .subject(|login| login.user.to_string())
        })
        .header::<Api>("X-Cart", |h| h.signed())
        .build()
        .unwrap();
    let buy = async |cart: Session<Cart>, login: Session<Login>, api: Session<Api>| {
        cart.update_or_default(|cart| cart.items.push("hat".to_owned()))?;
        let user = login.get_or_set_with(|| Login { user: 7 })?.user;
        let calls = api.update_or_default(|api| {
            api.calls += 1;
            api.calls
        })?;
        Ok::<_, cloakroom::ChangeError>(format!("{user} {calls}"))
    };
    let routes = shelves().route("/buy", post(buy)).route(
        "/user",
        get(async |login: Session<Login>| login.get().unwrap().user.to_string()),
    );
    let mut browser = shop.browser(routes.layer(sessions.layer()));

    let all = browser.post("/buy").await;
    assert_eq!(all.body, "7 1");
    assert!(all.sets(COOKIE) && all.sets("__Host-login"));
    assert!(all.header("x-cart").is_some());
    let vary: Vec<_> = all.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["cookie", "x-cart"]);

    let again = browser.post("/buy").await;
    assert_eq!(again.body, "7 2");
    assert!(again.sets(COOKIE) && !again.sets("__Host-login"));

    let one = browser.post("/clear").await;
    assert!(one.clears(COOKIE) && !one.clears("__Host-login"));
    assert_eq!(one.header("x-cart"), None);
    assert_eq!(browser.get("/user").await.body, "7");
    assert_eq!(browser.post("/buy").await.body, "7 3");
}
