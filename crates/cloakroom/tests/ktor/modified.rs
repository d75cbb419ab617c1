//! `SessionTest`: `sendOnlyIfModified` (KTOR-470).

use axum::Router;
use axum::routing::get;
use cloakroom::ktor::{Ktor, KtorSession as _, KtorWriter as _};
use cloakroom::{LayerExt as _, MemoryStorage, Session};
use cloakroom_testkit::{Call, SpyStorage};

use crate::house::{COOKIE, House, TestUserSession, routes};

#[tokio::test]
async fn an_equal_value_is_not_sent_again() {
    let house = House::new();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).send_only_if_modified();
        c.forgeable_by_clients()
    });
    let mut browser = house.browser(&app);
    assert!(browser.get("/set/id1").await.sets(COOKIE));
    assert!(browser.get("/set/id1").await.set_cookies().is_empty());
    assert!(browser.get("/set/id2").await.sets(COOKIE));
}

#[tokio::test]
async fn by_default_an_equal_value_is_sent_again() {
    let house = House::new();
    for ktor in [Ktor::V2, Ktor::V3] {
        let app = house.serving(|c| c.ktor(ktor).forgeable_by_clients());
        let mut browser = house.browser(&app);
        assert!(browser.get("/set/id1").await.sets(COOKIE));
        assert!(browser.get("/set/id1").await.sets(COOKIE));
        assert!(browser.get("/see").await.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn an_equal_value_is_not_written_again() {
    let house = House::new();
    let spy = SpyStorage::new(MemoryStorage::new());
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).send_only_if_modified();
        c.stored_in(&spy)
    });
    let mut browser = house.browser(&app);
    let steps = [
        ("/set/id1", true, vec![Call::Create]),
        ("/set/id1", false, vec![Call::Read]),
        ("/set/id2", true, vec![Call::Read, Call::Update]),
    ];
    for (path, sent, calls) in steps {
        assert_eq!(browser.get(path).await.sets(COOKIE), sent, "{path}");
        assert_eq!(spy.take_calls(), calls, "{path}");
    }
}

#[tokio::test]
async fn an_equal_value_is_not_sent_again_in_a_header() {
    let house = House::new();
    let sessions = house.builder().header::<TestUserSession>("X-Session", |h| {
        let h = h.ktor(Ktor::V3).send_only_if_modified();
        h.forgeable_by_clients()
    });
    let app = routes().layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    browser.remember_header("x-session");
    let text = r#"{"userId":"id1","cart":[]}"#;
    let steps = [
        ("/set/id1", Some(text)),
        ("/set/id1", None),
        ("/set/id2", Some(r#"{"userId":"id2","cart":[]}"#)),
    ];
    for (path, sent) in steps {
        assert_eq!(browser.get(path).await.header("x-session"), sent, "{path}");
    }
    assert_eq!(browser.get("/see").await.body, "ok, id2 []");
}

/// In Ktor a changed object that is set again is equal to itself and sent all the same. Here the
/// bytes decide, and a change passes `update`: none goes unseen.
#[tokio::test]
async fn a_value_that_was_changed_in_place_is_sent() {
    let house = House::new();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).send_only_if_modified();
        c.forgeable_by_clients()
    });
    let mut browser = house.browser(&app);
    assert!(browser.get("/set/id1").await.sets(COOKIE));
    assert!(browser.get("/add/item1").await.sets(COOKIE));
    assert_eq!(browser.get("/see").await.body, r#"ok, id1 ["item1"]"#);
}

/// 1.6.8 sends what it loaded, also where nobody asked for it.
#[tokio::test]
async fn the_oldest_sends_a_session_with_every_response() {
    let house = House::new();
    let app = house.serving(|c| c.ktor(Ktor::V1_6_8).forgeable_by_clients());
    let mut browser = house.browser(&app);
    assert!(browser.get("/nothing").await.set_cookies().is_empty());
    browser.get("/set/id1").await;
    for path in ["/nothing", "/see"] {
        assert!(browser.get(path).await.sets(COOKIE), "{path}");
    }
}

/// KTOR-7194.
#[tokio::test]
async fn deferred_a_session_that_nobody_asks_for_costs_nothing() {
    let house = House::new();
    let spy = SpyStorage::new(MemoryStorage::new());
    let serving = |deferred: bool| {
        house.serving(|c| {
            let c = c.ktor(Ktor::V3).stored_in(&spy);
            if deferred { c.deferred() } else { c }
        })
    };
    let (eager, deferred): (Router, Router) = (serving(false), serving(true));
    for (app, calls) in [(&eager, vec![Call::Read]), (&deferred, vec![])] {
        let mut browser = house.browser(app);
        browser.get("/set/id1").await;
        spy.take_calls();
        browser.get("/nothing").await;
        assert_eq!(spy.take_calls(), calls);
    }
}

#[tokio::test]
async fn a_change_after_the_commit_is_an_error_for_who_makes_it() {
    let house = House::new();
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let late = async |session: Session<TestUserSession>| {
        session.set(TestUserSession::of("id1")).unwrap();
        cloakroom::commit().await.unwrap();
        session
            .set(TestUserSession::of("id2"))
            .unwrap_err()
            .to_string()
    };
    let app = routes().route("/late", get(late));
    let app = app.layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    let answer = browser.get("/late").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        "the session was changed after it was committed"
    );
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}
