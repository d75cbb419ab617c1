//! When a stored session ends, to the millisecond.

use cloakroom::{
    Clock, CookieLifetime, CookieSession, EventKind, Passive, Refusal, RenewReason, Session,
};
use cloakroom_testkit::{Answer, Call, Client, Req, When};

use crate::shop::{
    Browser, COOKIE, DAY, Login, MILLI, MINUTE, SECOND, Shop, assert_dead, saying, seen, token,
    value_in, with_token,
};

/// Ten minutes of idling, moved by a minute at least.
fn idling(login: CookieSession<Login>) -> CookieSession<Login> {
    login.idle_timeout(10 * MINUTE)
}

/// As [`idling`], with a cookie that lives as long.
fn following(login: CookieSession<Login>) -> CookieSession<Login> {
    idling(login).attributes(|cookie| cookie.lifetime(CookieLifetime::FollowsIdle))
}

/// A page load with the browser's token, also if the browser would have dropped the cookie.
async fn visited(shop: &Shop, token: &str) -> Answer {
    let request = with_token(Req::get("/see"), token);
    shop.browser().send(request).await
}

async fn lives(shop: &Shop, token: &str) -> bool {
    value_in(&visited(shop, token).await).is_some()
}

/// Whether a browser that idles for `span` from now is still signed in.
async fn outlives(shop: &Shop, token: &str, span: std::time::Duration) -> bool {
    shop.clock.advance(span);
    lives(shop, token).await
}

/// Rules: row-5.
#[tokio::test]
async fn a_session_ends_at_its_absolute_deadline_however_much_it_is_used() {
    let shop = Shop::with(|login| login.absolute_timeout(10 * MINUTE));
    let mut browser = shop.signed_in("anna").await;
    let id = token(&browser);
    for _ in 0..9 {
        shop.clock.advance(MINUTE);
        assert_eq!(browser.post("/visit").await.status, 200);
    }
    shop.clock.advance(MINUTE - MILLI);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 9);
    shop.clock.advance(MILLI);
    assert_eq!(
        browser.cookie(COOKIE),
        None,
        "the browser dropped it as well"
    );
    shop.forget();
    assert_dead(&mut browser, &id).await;
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::UnknownId)]);
}

/// Rules: row-5.
#[tokio::test]
async fn a_session_lives_seven_days_unless_said_otherwise() {
    let shop = Shop::new();
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, 7 * DAY - MILLI).await);
    assert!(!outlives(&shop, &id, MILLI).await);
}

/// Rules: row-20.
#[tokio::test]
async fn a_session_ends_between_the_idle_time_less_the_touch_interval_and_the_idle_time() {
    // Used just before the idle deadline would be moved: it ends nine minutes after that, and a
    // millisecond.
    let shop = Shop::with(idling);
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, MINUTE - MILLI).await);
    assert_eq!(shop.calls(), [Call::Read], "not due");
    shop.clock.advance(9 * MINUTE);
    assert!(lives(&shop, &id).await);
    let shop = Shop::with(idling);
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, MINUTE - MILLI).await);
    assert!(!outlives(&shop, &id, 9 * MINUTE + MILLI).await);

    // Used when it is moved: it ends ten minutes after that.
    let shop = Shop::with(idling);
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, MINUTE).await);
    assert_eq!(shop.calls(), [Call::Read, Call::Touch]);
    assert_eq!(shop.told(), [EventKind::Touched]);
    assert!(outlives(&shop, &id, 10 * MINUTE - MILLI).await);
    assert!(!outlives(&shop, &id, 10 * MINUTE).await);
}

/// Rules: row-20.
#[tokio::test]
async fn the_touch_interval_is_the_applications() {
    let shop = Shop::with(|login| idling(login).touch_after(5 * MINUTE));
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, 5 * MINUTE - MILLI).await);
    assert_eq!(shop.calls(), [Call::Read]);
    assert!(outlives(&shop, &id, MILLI).await);
    assert_eq!(shop.calls(), [Call::Read, Call::Touch]);
}

/// Rules: row-26.
#[tokio::test]
async fn a_change_moves_the_idle_deadline_in_its_own_step() {
    let shop = Shop::with(idling);
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(SECOND);
    browser.post("/visit").await;
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(shop.told(), [EventKind::Changed]);
    let id = token(&browser);
    assert!(outlives(&shop, &id, 10 * MINUTE - MILLI).await);
}

/// Rules: row-20.
#[tokio::test]
async fn the_idle_deadline_never_passes_the_absolute_one() {
    let shop = Shop::with(|login| idling(login).absolute_timeout(15 * MINUTE));
    let id = token(&shop.signed_in("anna").await);
    assert!(outlives(&shop, &id, 8 * MINUTE).await);
    let listed = shop.sessions.list::<Login>("anna").await.unwrap();
    assert_eq!(listed[0].deadlines.idle, listed[0].deadlines.absolute);
    shop.forget();
    assert!(outlives(&shop, &id, 7 * MINUTE - MILLI).await);
    assert_eq!(
        shop.calls(),
        [Call::Read],
        "there is nothing to move any more"
    );
    assert!(!outlives(&shop, &id, MILLI).await);
}

/// Rules: row-20b.
#[tokio::test]
async fn a_passive_request_keeps_no_session_alive() {
    let shop = Shop::with(following);
    let browser = shop.signed_in("anna").await;
    let id = token(&browser);
    for _ in 0..9 {
        shop.clock.advance(MINUTE);
        let poll = with_token(Req::get("/see").extension(Passive), &id);
        let answer = browser.fork().send(poll).await;
        assert!(value_in(&answer).is_some());
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.calls(), [Call::Read]);
    }
    assert_eq!(shop.told(), []);
    shop.clock.advance(MINUTE);
    assert_dead(&mut browser.fork(), &id).await;
}

/// Rules: row-20b.
#[tokio::test]
async fn a_passive_request_that_changes_its_session_counts_as_any_other() {
    let shop = Shop::with(idling);
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(5 * MINUTE);
    let answer = browser.send(Req::post("/visit").extension(Passive)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    let id = token(&browser);
    assert!(outlives(&shop, &id, 10 * MINUTE - MILLI).await);
}

/// Rules: row-21.
#[tokio::test]
async fn a_touch_that_fails_changes_nothing_for_the_client() {
    for when in [When::BeforeEffect, When::AfterEffect] {
        let shop = Shop::with(following);
        let mut browser = shop.signed_in("anna").await;
        shop.clock.advance(5 * MINUTE);
        shop.faulty.fail_next(Call::Touch, when);
        let answer = browser.get("/see").await;
        assert_eq!(value_in(&answer), Some(Login::of("anna")));
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
        shop.clock.advance(SECOND);
        assert!(seen(&mut browser).await.is_some());
    }
}

/// Rules: row-21, no-upsert.
#[tokio::test]
async fn a_touch_of_a_session_that_ended_meanwhile_leaves_the_response() {
    let shop = Shop::with(following);
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    shop.clock.advance(5 * MINUTE);
    let (slow, _) = shop
        .overtake(Call::Touch, tab.get("/see"), browser.post("/clear"))
        .await;
    assert_eq!(value_in(&slow), Some(Login::of("anna")));
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::Ended]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-20.
#[tokio::test]
async fn a_cookie_that_follows_the_idle_deadline_is_sent_again_on_page_loads_only() {
    let shop = Shop::with(following);
    let mut browser = shop.signed_in("anna").await;
    let id = token(&browser);
    shop.clock.advance(2 * MINUTE);
    let fetched = browser.send(Req::get("/see").fetch()).await;
    assert!(fetched.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Touched]);

    shop.clock.advance(2 * MINUTE);
    let loaded = browser.get("/see").await;
    assert!(loaded.sets(COOKIE));
    assert!(loaded.set_cookies()[0].contains("Max-Age=600"));
    assert_eq!(loaded.header("cache-control"), Some("no-store"));
    let told = [EventKind::Touched, EventKind::Renewed(RenewReason::Idle)];
    assert_eq!(shop.told(), told);
    assert_eq!(
        value_in(&visited(&shop, &token(&browser)).await),
        Some(Login::of("anna"))
    );

    shop.clock.advance(SECOND);
    assert!(
        browser.get("/see").await.set_cookies().is_empty(),
        "not due"
    );
    assert!(lives(&shop, &id).await, "it is the same id");
}

/// Rules: row-26, row-20.
#[tokio::test]
async fn a_cookie_that_follows_the_idle_deadline_is_sent_again_with_a_change_too() {
    let shop = Shop::with(following);
    let mut browser = shop.signed_in("anna").await;
    // A browser that does nothing but change its session, for much longer than it may idle.
    for visits in 1..=5 {
        shop.clock.advance(5 * MINUTE);
        let answer = browser.post("/visit").await;
        assert_eq!(answer.status, 200);
        assert!(answer.sets(COOKIE), "visit {visits}");
        let told = [EventKind::Changed, EventKind::Renewed(RenewReason::Idle)];
        assert_eq!(shop.told(), told);
    }
    assert_eq!(seen(&mut browser).await.unwrap().visits, 5);
}

/// Rules: row-26, row-36.
#[tokio::test]
async fn a_change_in_a_public_response_is_kept_and_its_renewal_waits() {
    let shop = Shop::with(following);
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.update(|login| login.visits += 1).unwrap();
        [("cache-control", "public")]
    });
    shop.sign_in(&mut browser, "anna").await;
    shop.clock.advance(5 * MINUTE);
    let answer = browser.post("/act").await;
    assert!(answer.set_cookies().is_empty());
    assert_eq!(answer.header("cache-control"), Some("public"));
    assert_eq!(shop.told(), [EventKind::Changed]);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-26.
#[tokio::test]
async fn a_change_by_a_script_sends_no_cookie_again() {
    let shop = Shop::with(following);
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(5 * MINUTE);
    let answer = browser.send(Req::post("/visit").fetch()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Changed]);
}

/// Rules: row-41.
#[tokio::test]
async fn a_shortened_absolute_deadline_takes_hold_of_sessions_that_exist() {
    let long = Shop::new();
    let id = token(&long.signed_in("anna").await);
    let short = long.reconfigured(|login| login.absolute_timeout(10 * MINUTE));
    assert!(outlives(&short, &id, 10 * MINUTE - MILLI).await);
    let listed = short.sessions.list::<Login>("anna").await.unwrap();
    let deadline = listed[0].created.saturating_add(10 * MINUTE);
    assert_eq!(listed[0].deadlines.absolute, Some(deadline));
    short.forget();
    short.clock.advance(MILLI);
    let refused = visited(&short, &id).await;
    assert_eq!(value_in(&refused), None);
    assert!(refused.clears(COOKIE), "it can never be good again");
    let told = [EventKind::Refused(Refusal::AbsoluteDeadline)];
    assert_eq!(short.told(), told);
}

/// Rules: row-41.
#[tokio::test]
async fn a_lengthened_deadline_is_for_new_sessions_only() {
    let short = Shop::with(|login| login.absolute_timeout(10 * MINUTE));
    let id = token(&short.signed_in("anna").await);
    let long = short.reconfigured(|login| login.absolute_timeout(DAY));
    assert!(!outlives(&long, &id, 10 * MINUTE).await);
}

/// Rules: row-41.
#[tokio::test]
async fn a_session_from_the_future_is_of_age_zero_and_nothing_moves_back() {
    let shop = Shop::with(idling);
    let browser = shop.signed_in("anna").await;
    let id = token(&browser);
    let before = shop.sessions.list::<Login>("anna").await.unwrap();
    let behind = before[0].created.saturating_sub(30 * SECOND);
    shop.clock.set(behind);
    shop.forget();
    assert!(lives(&shop, &id).await);
    assert_eq!(shop.calls(), [Call::Read], "no deadline moves back");
    let answer = shop
        .browser()
        .send(with_token(Req::post("/visit"), &id))
        .await;
    assert_eq!(answer.status, 200);
    let after = shop.sessions.list::<Login>("anna").await.unwrap();
    assert_eq!(before, after);
}

/// A browser whose `POST /act` lets `span` pass and then does what its body says.
fn slow_actor(shop: &Shop, span: std::time::Duration) -> Browser {
    let clock = shop.clock.clone();
    let act = async move |login: Session<Login>, body: String| {
        clock.advance(span);
        match body.as_str() {
            "write" => login.update(|login| login.visits += 1),
            "rotate" => login.rotate(),
            "elevate" => login.elevate(Login::of("anna")),
            "clear" => login.clear(),
            "sign in" => login.sign_in(Login::of("anna")),
            _ => Ok(()),
        }
    };
    shop.acting(act)
}

/// A request that began before the absolute deadline and commits at it.
async fn late(wish: &str, fetch: bool) -> (Shop, Client<axum::Router>, String, Answer) {
    let shop = Shop::with(|login| login.absolute_timeout(10 * MINUTE));
    let mut browser = slow_actor(&shop, MILLI);
    shop.sign_in(&mut browser, "anna").await;
    let id = token(&browser);
    shop.clock.advance(10 * MINUTE - MILLI);
    let request = saying("/act", wish);
    let request = if fetch { request.fetch() } else { request };
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 200, "{wish}: the handler's response stays");
    (shop, browser, id, answer)
}

/// Rules: row-18.
#[tokio::test]
async fn a_session_whose_deadline_passes_during_the_request_is_ended_at_commit() {
    for wish in ["", "write", "rotate", "elevate"] {
        for fetch in [false, true] {
            let (shop, mut browser, id, answer) = late(wish, fetch).await;
            assert_eq!(answer.clears(COOKIE), !fetch, "{wish}");
            assert!(!answer.sets(COOKIE));
            assert_eq!(shop.calls(), [Call::Read, Call::Remove], "{wish}");
            assert_eq!(shop.told(), [EventKind::Expired]);
            assert_eq!(shop.memory.len(), 0);
            assert_dead(&mut browser, &id).await;
        }
    }
}

/// Rules: row-18.
#[tokio::test]
async fn logging_out_at_the_deadline_clears_also_for_a_script() {
    let (shop, _, _, answer) = late("clear", true).await;
    assert!(answer.clears(COOKIE));
    assert_eq!(shop.told(), [EventKind::Expired]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-19.
#[tokio::test]
async fn a_sign_in_outlives_the_deadline_that_passes_during_it() {
    let (shop, mut browser, id, answer) = late("sign in", false).await;
    assert!(answer.sets(COOKIE));
    assert_eq!(shop.calls(), [Call::Read, Call::Create, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::Expired, EventKind::SignedIn]);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert_dead(&mut browser.fork(), &id).await;
    shop.clock.advance(10 * MINUTE - MILLI);
    assert!(
        seen(&mut browser).await.is_some(),
        "with a deadline of its own"
    );
}

/// Rules: row-34, row-18.
#[tokio::test]
async fn an_expired_session_that_cannot_be_removed_is_a_failure() {
    let shop = Shop::with(|login| login.absolute_timeout(10 * MINUTE));
    let mut browser = slow_actor(&shop, 10 * MINUTE);
    shop.sign_in(&mut browser, "anna").await;
    let id = token(&browser);
    shop.faulty.fail_next(Call::Remove, When::BeforeEffect);
    let answer = browser.send(saying("/act", "write")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.set_cookies().is_empty());
    assert_dead(&mut browser, &id).await;
}

/// Rules: row-29, row-41.
#[tokio::test]
async fn rising_under_a_lengthened_policy_keeps_the_recorded_deadline() {
    let short = Shop::with(|login| login.absolute_timeout(10 * MINUTE));
    let mut browser = short.signed_in("anna").await;
    let id = token(&browser);
    let long = short.reconfigured(|login| login.absolute_timeout(DAY));
    short.clock.advance(MINUTE);
    let answer = long
        .browser()
        .send(with_token(Req::post("/elevate"), &id))
        .await;
    assert!(answer.sets(COOKIE));
    browser.receive(&Req::post("/elevate"), &answer.headers, short.clock.now());
    let risen = token(&browser);
    assert!(outlives(&long, &risen, 9 * MINUTE - MILLI).await);
    assert!(!outlives(&long, &risen, MILLI).await);
}
