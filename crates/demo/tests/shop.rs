//! The shop, driven in process by the virtual client.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use cloakroom::{Key, KeyRing, MemoryStorage, Storage};
use cloakroom_testkit::{
    Answer, Call, Client, FaultyStorage, ManualClock, Req, SeededEntropy, When,
};
use demo::Cookies;

type Browser = Client<Router, Body>;

const ADA: &str = "name=ada&password=analytical+engine";

fn shop<S: Storage + Clone>(storage: &S, clock: &ManualClock) -> Browser {
    let keys = KeyRing::single(Key::generate(&SeededEntropy::new(1)));
    let app = demo::app(&keys, storage, clock.clone(), Cookies::Secure).unwrap();
    Client::new(app).with_bodies().with_clock(clock)
}

fn fresh() -> Browser {
    shop(&MemoryStorage::new(), &ManualClock::default())
}

async fn post(browser: &mut Browser, path: &str, form: &str) -> Answer {
    browser.send(Req::post(path).form(form)).await
}

/// Posts a form and looks at the page to which the answer leads.
async fn post_and_follow(browser: &mut Browser, path: &str, form: &str) -> Answer {
    let answer = post(browser, path, form).await;
    assert_eq!(answer.status, 303, "{path}");
    let to = answer.header("location").unwrap().to_owned();
    browser.get(&to).await
}

/// What lies between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn a_visitor_who_only_looks_gets_no_cookie() {
    let mut browser = fresh();
    for path in [
        "/",
        "/products/coat",
        "/cart",
        "/preferences",
        "/sign-in",
        "/style.css",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn every_page_forbids_inline_code_frames_and_guessing_of_types() {
    let mut browser = fresh();
    for path in ["/", "/nowhere", "/account"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert!(!answer.body.contains("style=") && !answer.body.contains("<script"));
    }
}

#[tokio::test]
async fn what_is_put_into_the_cart_is_in_it_with_its_price() {
    let mut browser = fresh();
    post(&mut browser, "/cart/add", "item=coat").await;
    let shelf = post_and_follow(&mut browser, "/cart/add", "item=hook").await;
    assert!(shelf.body.contains("It is in your cart."));
    assert!(shelf.body.contains("data-cart-count>2<"));
    let cart = post_and_follow(&mut browser, "/cart/set", "item=hook&count=3").await;
    assert!(cart.body.contains("€189.00") && cart.body.contains("€246.00"));
    let cart = post_and_follow(&mut browser, "/cart/empty", "").await;
    assert!(cart.body.contains("There is nothing in it yet."));
    assert_eq!(browser.cookie("__Host-cart"), None);
}

#[tokio::test]
async fn the_cart_cannot_be_read_by_the_browser_and_preferences_can() {
    let mut browser = fresh();
    post(&mut browser, "/cart/add", "item=coat").await;
    let wish = "name=%3Cb%3EAda%3C%2Fb%3E&theme=dark&currency=pound";
    let page = post_and_follow(&mut browser, "/preferences", wish).await;
    assert!(page.body.contains(r#"data-theme="dark""#));
    assert!(page.body.contains("<option value=\"pound\" selected>"));
    assert!(
        !page.body.contains("<b>Ada</b>"),
        "what a customer enters is escaped"
    );
    let shelf = browser.get("/").await;
    assert!(shelf.body.contains("£162.54"));
    // In base64, three octets are four characters, so one of three shifts shows any plain text.
    let shows_plainly =
        |cookie: String, shifts: [&str; 3]| shifts.iter().any(|shift| cookie.contains(shift));
    let preferences = browser.cookie("__Host-preferences").unwrap();
    assert!(shows_plainly(preferences, ["cG91bm", "BvdW5k", "wb3VuZ"]));
    let cart = browser.cookie("__Host-cart").unwrap();
    assert!(!shows_plainly(cart, ["Y29hd", "NvYX", "jb2F0"]));
}

#[tokio::test]
async fn the_panel_says_what_travels_and_never_shows_a_token() {
    let mut browser = fresh();
    post(&mut browser, "/cart/add", "item=scarf").await;
    post(&mut browser, "/sign-in", ADA).await;
    let page = browser.get("/").await.body;
    for name in ["__Host-cart", "__Host-login"] {
        let token = browser.cookie(name).unwrap();
        let octets = format!("<code>{name}</code> <span class=\"soft\">{} octets", {
            name.len() + "=".len() + token.len()
        });
        assert!(page.contains(&octets), "{name}");
        assert!(!page.contains(&token), "{name}");
    }
    assert!(page.contains("in 12 h, at the latest"));
    assert!(page.contains("in 30 min, moved by use"));
    assert!(page.contains("<code>__Host-preferences</code>") && page.contains("No session yet"));
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_in() {
    let mut browser = fresh();
    for form in ["name=ada&password=guess", "name=nobody&password=guess"] {
        let page = post_and_follow(&mut browser, "/sign-in", form).await;
        assert!(page.body.contains("do not go together"));
        assert_eq!(browser.cookie("__Host-login"), None);
    }
}

#[tokio::test]
async fn what_belongs_to_a_customer_is_a_401_page_for_everyone_else() {
    let mut browser = fresh();
    for path in ["/account", "/devices"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 401, "{path}");
        assert!(page.body.contains(r#"href="/sign-in""#), "{path}");
    }
    let page = post_and_follow(&mut browser, "/cart/order", "").await;
    assert!(page.body.contains("Please sign in first."));
}

/// Rules: row-33.
#[tokio::test]
async fn a_customer_signs_in_and_out() {
    let mut browser = fresh();
    let page = post_and_follow(&mut browser, "/sign-in", ADA).await;
    assert!(page.body.contains("data-signed-in>ada<"));
    let stolen = browser.fork();
    let page = post_and_follow(&mut browser, "/sign-out", "").await;
    assert!(page.body.contains("You are signed out."));
    let mut thief = stolen;
    assert_eq!(
        thief.get("/account").await.status,
        401,
        "the id itself is dead"
    );
}

#[tokio::test]
async fn a_login_ends_when_it_is_not_used_for_half_an_hour() {
    let clock = ManualClock::default();
    let mut browser = shop(&MemoryStorage::new(), &clock);
    post(&mut browser, "/sign-in", ADA).await;
    for _ in 0..3 {
        clock.advance(Duration::from_secs(25 * 60));
        assert_eq!(browser.get("/account").await.status, 200);
    }
    clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(browser.get("/account").await.status, 401);
}

#[tokio::test]
async fn signing_out_everywhere_ends_the_other_browser_on_its_next_page() {
    let mut laptop = fresh();
    let mut phone = laptop.fork();
    post(&mut laptop, "/sign-in", ADA).await;
    post(&mut phone, "/sign-in", ADA).await;
    assert_eq!(
        phone
            .get("/devices")
            .await
            .body
            .matches("data-device")
            .count(),
        2
    );
    let page = post_and_follow(&mut phone, "/devices/end-all", "").await;
    assert!(page.body.contains("You are signed out everywhere."));
    assert_eq!(laptop.get("/account").await.status, 401);
    assert_eq!(phone.get("/account").await.status, 401);
}

#[tokio::test]
async fn other_devices_are_ended_one_by_one_or_together() {
    let mut laptop = fresh();
    let (mut phone, mut tablet) = (laptop.fork(), laptop.fork());
    for browser in [&mut laptop, &mut phone, &mut tablet] {
        post(browser, "/sign-in", ADA).await;
    }
    let list = phone.get("/devices").await.body;
    let buttons = list.split(r#"name="session" value=""#).skip(1);
    let mut references = buttons.map(|rest| rest.split_once('"').unwrap().0.to_owned());
    let others: Vec<_> = list.split("<li class=\"device\"").skip(1).collect();
    let other = others.iter().position(|item| !item.contains("data-this"));
    let form = format!("session={}", references.nth(other.unwrap()).unwrap());
    let page = post_and_follow(&mut phone, "/devices/end", &form).await;
    assert!(page.body.contains("That device is signed out."));
    assert_eq!(page.body.matches("data-device").count(), 2);
    let page = post_and_follow(&mut phone, "/devices/end-others", "").await;
    assert_eq!(page.body.matches("data-device").count(), 1);
    assert_eq!(laptop.get("/account").await.status, 401);
    assert_eq!(tablet.get("/account").await.status, 401);
    let this = between(&page.body, r#"name="session" value=""#, "\"");
    let page = post_and_follow(&mut phone, "/devices/end", &format!("session={this}")).await;
    assert!(page.body.contains("You are signed out."));
}

#[tokio::test]
async fn nobody_ends_the_session_of_someone_else() {
    let mut ada = fresh();
    let mut grace = ada.fork();
    post(&mut ada, "/sign-in", ADA).await;
    post(
        &mut grace,
        "/sign-in",
        "name=grace&password=nanosecond+wire",
    )
    .await;
    let list = ada.get("/devices").await.body;
    let form = format!(
        "session={}",
        between(&list, r#"name="session" value=""#, "\"")
    );
    assert_eq!(post(&mut grace, "/devices/end", &form).await.status, 404);
    assert_eq!(
        post(&mut grace, "/devices/end", "session=cart.1")
            .await
            .status,
        404
    );
    assert_eq!(ada.get("/account").await.status, 200);
}

#[tokio::test]
async fn the_address_changes_only_after_the_password_was_entered_again() {
    let clock = ManualClock::default();
    let mut browser = shop(&MemoryStorage::new(), &clock);
    post(&mut browser, "/sign-in", ADA).await;
    let before = browser.fork();
    let email = "email=ada%40new.example";
    let page = post_and_follow(&mut browser, "/account/email", email).await;
    assert!(page.body.contains("enter your password again first"));
    let page = post_and_follow(&mut browser, "/account/confirm", "password=guess").await;
    assert!(page.body.contains("do not go together"));
    let right = "password=analytical+engine";
    let page = post_and_follow(&mut browser, "/account/confirm", right).await;
    assert!(page.body.contains("New e-mail address"));
    let mut thief = before;
    assert_eq!(
        thief.get("/account").await.status,
        401,
        "the id before is dead"
    );
    let page = post_and_follow(&mut browser, "/account/email", "email=ada").await;
    assert!(page.body.contains("does not look like"));
    let page = post_and_follow(&mut browser, "/account/email", email).await;
    assert!(page.body.contains("data-email>ada@new.example<"));
    let page = post_and_follow(&mut browser, "/account/email", email).await;
    assert!(
        page.body.contains("enter your password again first"),
        "good for one change"
    );
    post(&mut browser, "/account/confirm", right).await;
    clock.advance(Duration::from_secs(5 * 60));
    let page = post_and_follow(&mut browser, "/account/email", email).await;
    assert!(
        page.body.contains("enter your password again first"),
        "good for five minutes"
    );
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let mut browser = fresh();
    let form = Req::post("/cart/add").form("item=coat").cross_site();
    let answer = browser.send(form).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("That came from elsewhere"));
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn what_no_form_of_ours_sends_is_a_4xx_page() {
    let mut browser = fresh();
    for (path, form, status) in [
        ("/cart/add", "item=moon", 404),
        ("/cart/add", "", 422),
        ("/cart/set", "item=coat&count=-1", 422),
        ("/preferences", "name=&theme=plaid&currency=euro", 422),
        ("/", "", 405),
        ("/nowhere", "", 404),
    ] {
        let answer = post(&mut browser, path, form).await;
        assert_eq!(answer.status, status, "{path} {form}");
        assert!(answer.body.contains("<!doctype html>"), "{path} {form}");
        assert!(answer.set_cookies().is_empty(), "{path} {form}");
    }
    let answer = browser.get("/?notice=%3Cscript%3E").await;
    assert_eq!(
        (answer.status, answer.body.contains("class=\"notice")),
        (200, false)
    );
}

/// Rules: row-8.
#[tokio::test]
async fn a_storage_out_of_reach_is_a_503_page_and_signs_nobody_out() {
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut browser = shop(&storage, &ManualClock::default());
    post(&mut browser, "/sign-in", ADA).await;
    storage.fail_always(Call::Read);
    let page = browser.get("/").await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("One moment, please"));
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    storage.heal();
    assert_eq!(browser.get("/account").await.status, 200);
}

/// Rules: row-33.
#[tokio::test]
async fn a_sign_out_that_failed_can_be_tried_again() {
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut browser = shop(&storage, &ManualClock::default());
    post(&mut browser, "/sign-in", ADA).await;
    storage.fail_next(Call::Remove, When::BeforeEffect);
    assert_eq!(post(&mut browser, "/sign-out", "").await.status, 503);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(post(&mut browser, "/sign-out", "").await.status, 303);
    assert_eq!(browser.get("/account").await.status, 401);
}

/// Rules: row-27.
#[tokio::test]
async fn a_confirmation_used_twice_at_once_is_good_for_one_change_and_a_409_page() {
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut browser = shop(&storage, &ManualClock::default());
    post(&mut browser, "/sign-in", ADA).await;
    post(
        &mut browser,
        "/account/confirm",
        "password=analytical+engine",
    )
    .await;
    let change = Req::post("/account/email").form("email=a%40b.example");
    let paused = storage.pause_next(Call::Update);
    let slow = tokio::spawn(browser.dispatch(&change));
    paused.reached().await;
    assert_eq!(browser.dispatch(&change).await.status, 303);
    paused.resume();
    let slow = slow.await.unwrap();
    assert_eq!(slow.status, 409);
    assert!(slow.body.contains("Two changes at once"));
}
