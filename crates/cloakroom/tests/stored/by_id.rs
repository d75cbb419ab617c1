//! The life of a stored session: made, read, changed, ended; and what it costs at the storage.

use cloakroom::{EventKind, Refusal, Session};
use cloakroom_testkit::{Call, Req, When};

use crate::shop::{
    COOKIE, Login, SECOND, Shop, assert_dead, saying, seen, setting, token, value_in, with_token,
};

/// Rules: row-1, row-2, row-26.
#[tokio::test]
async fn a_session_lives_from_request_to_request() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    assert_eq!(seen(&mut browser).await, None);
    shop.spy.assert_untouched();
    assert_eq!(shop.told(), []);

    let made = browser.post("/visit").await;
    assert_eq!((made.status, made.sets(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Create]);
    assert_eq!(shop.told(), [EventKind::Created]);

    let changed = browser.send(saying("/note", "hello")).await;
    assert_eq!(changed.status, 200);
    assert!(changed.set_cookies().is_empty(), "the id stays");
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(shop.told(), [EventKind::Changed]);

    let login = seen(&mut browser).await.unwrap();
    assert_eq!((login.visits, login.note.as_str()), (1, "hello"));
    assert_eq!(shop.memory.len(), 1);
}

/// Rules: row-10.
#[tokio::test]
async fn a_request_that_only_reads_writes_and_sends_nothing() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    for _ in 0..2 {
        let answer = browser.get("/see").await;
        assert_eq!(value_in(&answer), Some(Login::of("anna")));
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.calls(), [Call::Read]);
        assert_eq!(shop.told(), []);
    }
}

/// Rules: row-10.
#[tokio::test]
async fn setting_an_equal_value_costs_one_read_and_sends_nothing() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let answer = browser.send(setting(&Login::of("anna"))).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), []);
}

/// Rules: row-10.
#[tokio::test]
async fn a_change_that_is_taken_back_in_the_same_request_is_none() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.update(|login| login.visits += 1).unwrap();
        login.update(|login| login.visits -= 1).unwrap();
    });
    shop.sign_in(&mut browser, "anna").await;
    assert_eq!(browser.post("/act").await.status, 200);
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), []);
}

#[tokio::test]
async fn a_request_that_ignores_its_session_asks_the_storage_nothing() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let answer = browser.get("/static").await;
    assert_eq!(answer.body, "static");
    assert!(answer.headers.get("vary").is_none());
    shop.spy.assert_untouched();
    assert_eq!(shop.told(), []);
}

/// Rules: row-1.
#[tokio::test]
async fn ending_a_session_that_never_was_does_nothing() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    let answer = browser.post("/clear").await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    shop.spy.assert_untouched();
    assert_eq!(shop.told(), []);
}

/// Rules: row-33, row-5, clearing.
#[tokio::test]
async fn an_ended_session_is_over_for_every_copy_of_its_token() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut copy = browser.fork();
    let old = token(&browser);

    let ended = browser.post("/clear").await;
    assert_eq!((ended.status, ended.clears(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Read, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::Ended]);
    assert_eq!(browser.cookie(COOKIE), None);
    assert_eq!(shop.memory.len(), 0);

    assert_dead(&mut copy, &old).await;
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::UnknownId)]);
}

/// Rules: row-4b.
#[tokio::test]
async fn ending_an_ended_session_again_clears_the_cookie() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut other = browser.fork();
    browser.post("/clear").await;
    shop.forget();
    let again = other.send(Req::post("/clear").fetch()).await;
    assert_eq!((again.status, again.clears(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::UnknownId)]);
}

/// Rules: row-6, no-upsert.
#[tokio::test]
async fn writing_with_an_ended_id_begins_a_session_under_another_one() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut late = browser.fork();
    let old = token(&browser);
    browser.post("/clear").await;
    shop.forget();

    let answer = late.post("/visit").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    let told = [EventKind::Refused(Refusal::UnknownId), EventKind::Created];
    assert_eq!(shop.told(), told);
    assert_ne!(token(&late), old);
    let login = seen(&mut late).await.unwrap();
    assert_eq!(
        (login.user, login.visits),
        (None, 1),
        "nothing of the old one"
    );
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-33, row-34.
#[tokio::test]
async fn a_failed_removal_keeps_the_cookie_so_that_logging_out_can_be_tried_again() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    shop.faulty.fail_next(Call::Remove, When::BeforeEffect);
    let failed = browser.post("/clear").await;
    assert_eq!(failed.status, 503);
    assert!(failed.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::StorageFailed]);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));

    let again = browser.post("/clear").await;
    assert_eq!((again.status, again.clears(COOKIE)), (200, true));
    assert_eq!(seen(&mut browser).await, None);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-33, row-34, row-4b.
#[tokio::test]
async fn a_removal_whose_outcome_is_unknown_can_be_tried_again_too() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    shop.faulty.fail_next(Call::Remove, When::AfterEffect);
    let failed = browser.post("/clear").await;
    assert_eq!(failed.status, 503);
    assert!(failed.set_cookies().is_empty());
    let again = browser.post("/clear").await;
    assert_eq!((again.status, again.clears(COOKIE)), (200, true));
}

/// Rules: row-28, no-upsert.
#[tokio::test]
async fn a_change_of_a_session_that_is_ended_meanwhile_brings_nothing_back() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let old = token(&browser);
    let slow = tab.post("/visit");
    let (slow, quick) = shop
        .overtake(Call::Update, slow, browser.post("/clear"))
        .await;
    assert!(quick.clears(COOKIE));
    assert_eq!(slow.status, 200, "the handler's response stays");
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_eq!(shop.memory.len(), 0);
    assert_dead(&mut tab, &old).await;
}

/// Rules: row-28, no-upsert.
#[tokio::test]
async fn a_rotation_of_a_session_that_is_ended_meanwhile_sends_no_token() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let slow = tab.post("/rotate");
    let (slow, _) = shop
        .overtake(Call::Update, slow, browser.post("/clear"))
        .await;
    assert_eq!(slow.status, 200);
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-33.
#[tokio::test]
async fn ending_a_session_that_is_ended_meanwhile_is_no_error() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let slow = tab.post("/clear");
    let (slow, quick) = shop
        .overtake(Call::Remove, slow, browser.post("/clear"))
        .await;
    assert!(slow.clears(COOKIE) && quick.clears(COOKIE));
    assert_eq!((slow.status, quick.status), (200, 200));
}

/// Rules: caches, row-40.
#[tokio::test]
async fn a_page_that_depends_on_a_session_is_kept_by_no_shared_cache() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    let sent = browser.post("/visit").await;
    assert_eq!(sent.header("cache-control"), Some("no-store"));
    assert_eq!(sent.header("vary"), Some("cookie"));
    let read = browser.get("/see").await;
    assert_eq!(read.header("cache-control"), Some("private"));
    assert_eq!(read.header("vary"), Some("cookie"));
}

/// Rules: row-28.
#[tokio::test]
async fn a_session_that_its_own_request_ends_by_name_is_not_written_again() {
    let shop = Shop::new();
    let sessions = shop.sessions.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        let own = login.reference().unwrap();
        assert!(sessions.end(&own).await.unwrap());
        login.update(|login| login.visits += 1)
    });
    shop.sign_in(&mut browser, "anna").await;
    let old = token(&browser);
    let answer = browser.post("/act").await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-7, several-cookies.
#[tokio::test]
async fn a_leftover_of_an_ended_session_beside_the_live_one_does_no_harm() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let old = token(&browser);
    shop.clock.advance(SECOND);
    shop.sign_in(&mut browser, "anna").await;
    let both = format!("{COOKIE}={old}; {COOKIE}={}", token(&browser));
    let both = Req::get("/see").without_cookies().header("cookie", both);
    let answer = browser.send(both).await;
    assert_eq!(value_in(&answer), Some(Login::of("anna")));
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.told(), []);
    let alone = browser.send(with_token(Req::get("/see"), &old)).await;
    assert_eq!(value_in(&alone), None);
}
