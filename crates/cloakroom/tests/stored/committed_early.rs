//! `commit()` ahead of the response: a handler learns the outcome before it acts on the world.

use axum::http::HeaderName;
use axum::response::AppendHeaders;
use cloakroom::{ChangeError, CookieLifetime, EventKind, Failure, Session, commit};
use cloakroom_testkit::{Call, Req, When};

use crate::shop::{COOKIE, Login, MINUTE, Shop, assert_dead, saying, seen, token};

/// A handler that changes, commits, and says what came of it.
async fn pay(login: Session<Login>) -> String {
    login.update_or_default(|login| login.visits += 1).unwrap();
    match commit().await {
        Ok(()) => "paid".to_owned(),
        Err(error) => format!("{:?} of {}", error.failure(), error.provider()),
    }
}

/// Rules: row-39, one-gate.
#[tokio::test]
async fn what_is_committed_early_goes_out_with_the_response_and_later_changes_are_told() {
    let shop = Shop::new();
    let memory = shop.memory.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        login.set(Login::of("anna")).unwrap();
        assert_eq!(memory.len(), 0);
        commit().await.unwrap();
        assert_eq!(memory.len(), 1, "before the handler has answered");
        let late = [
            login.set(Login::of("berta")),
            login.clear(),
            login.rotate(),
            login.sign_in(Login::of("berta")),
        ];
        assert_eq!(late, [const { Err(ChangeError::TooLate) }; 4]);
        assert_eq!(login.get().unwrap().user.as_deref(), Some("anna"));
        assert!(login.reference().is_some());
        assert!(login.deadlines().is_some());
        commit().await.unwrap();
    });
    let answer = browser.post("/act").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(shop.calls(), [Call::Create]);
    let told = shop.told();
    assert_eq!(told.first(), Some(&EventKind::SignedIn));
    assert_eq!(told.get(1..), Some(&[EventKind::TooLate; 4][..]));
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-34.
#[tokio::test]
async fn an_early_commit_that_fails_sends_nothing_and_the_handlers_response_stays() {
    for when in [When::BeforeEffect, When::AfterEffect] {
        let shop = Shop::new();
        let mut browser = shop.acting(pay);
        shop.faulty.fail_next(Call::Create, when);
        let answer = browser.post("/act").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, "Storage of login");
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.memory.len(), 0, "{when:?}");
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
        assert_eq!(browser.post("/act").await.body, "paid");
    }
}

/// Rules: row-27.
#[tokio::test]
async fn a_handler_learns_of_a_conflict_before_it_acts() {
    let shop = Shop::with(|login| login.conflicts(cloakroom::Conflicts::Reject));
    let mut browser = shop.acting(pay);
    shop.sign_in(&mut browser, "anna").await;
    let mut tab = browser.fork();
    let (slow, quick) = shop
        .overtake(Call::Update, tab.post("/act"), browser.post("/act"))
        .await;
    assert_eq!(quick.body, "paid");
    assert_eq!(slow.body, "Conflict of login");
    assert_eq!(slow.status, 200, "the handler's own answer");
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-33.
#[tokio::test]
async fn an_early_log_out_is_over_before_the_handler_answers() {
    let shop = Shop::new();
    let memory = shop.memory.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        login.clear().unwrap();
        commit().await.unwrap();
        assert_eq!(memory.len(), 0);
        assert!(login.get().is_none());
        assert!(login.reference().is_none());
    });
    shop.sign_in(&mut browser, "anna").await;
    let old = token(&browser);
    let answer = browser.post("/act").await;
    assert!(answer.clears(COOKIE));
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-33, row-34.
#[tokio::test]
async fn an_early_log_out_that_fails_keeps_the_cookie() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.clear().unwrap();
        assert_eq!(commit().await.unwrap_err().failure(), Failure::Storage);
    });
    shop.sign_in(&mut browser, "anna").await;
    shop.faulty.fail_next(Call::Remove, When::BeforeEffect);
    let answer = browser.post("/act").await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-31.
#[tokio::test]
async fn an_early_rotation_sends_its_token_with_the_response() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.rotate().unwrap();
        commit().await.unwrap();
    });
    shop.sign_in(&mut browser, "anna").await;
    let old = token(&browser);
    let answer = browser.send(Req::post("/act").fetch()).await;
    assert!(answer.sets(COOKIE));
    assert_ne!(token(&browser), old);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-10.
#[tokio::test]
async fn an_early_commit_of_nothing_is_nothing() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        commit().await.unwrap();
        login.get().unwrap().user.clone().unwrap()
    });
    shop.sign_in(&mut browser, "anna").await;
    let answer = browser.post("/act").await;
    assert_eq!(answer.body, "anna");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), []);
}

/// Rules: row-35, row-36, caches.
#[tokio::test]
async fn a_renewal_that_was_committed_early_still_gives_way_to_the_response() {
    let shop = Shop::with(|login| {
        login
            .idle_timeout(10 * MINUTE)
            .attributes(|cookie| cookie.lifetime(CookieLifetime::FollowsIdle))
    });
    let mut browser = shop.acting(async |_: Session<Login>, header: String| {
        commit().await.unwrap();
        let (name, value) = header.split_once(": ").unwrap();
        let name = HeaderName::try_from(name).unwrap();
        AppendHeaders([(name, value.to_owned())])
    });
    shop.sign_in(&mut browser, "anna").await;
    for (header, sent) in [
        ("cache-control: public", vec![]),
        ("set-cookie: __Host-login=own", vec!["__Host-login=own"]),
    ] {
        shop.clock.advance(3 * MINUTE);
        let answer = browser.fork().send(saying("/act", header)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.set_cookies(), sent, "{header}");
        assert_eq!(shop.calls(), [Call::Read, Call::Touch], "it is due");
    }
    shop.clock.advance(3 * MINUTE);
    let answer = browser.send(saying("/act", "x-other: 1")).await;
    assert!(answer.sets(COOKIE), "nothing speaks against it");
}
