//! Sessions in a header that move from Ktor's form to ours, and back; those in a cookie are in
//! `docs/ktor/moving.md`.

use std::time::Duration;

use axum::Router;
use cloakroom::ktor::{Ktor, KtorSession as _, KtorWriter as _, MessageAuthentication};
use cloakroom::{Clock as _, EventKind, HeaderSession, LayerExt as _, MemoryStorage, RenewReason};

use crate::house::{House, TestUserSession, keys_of_ktor, routes};

fn serving(
    house: &House,
    configure: impl FnOnce(HeaderSession<TestUserSession>) -> HeaderSession<TestUserSession>,
) -> Router {
    let sessions = house.builder().header("X-Session", configure);
    routes().layer(sessions.build().unwrap().layer())
}

/// Rules: row-57.
#[tokio::test]
async fn a_headers_content_moves_and_returns() {
    let house = House::new();
    let (_, signing) = keys_of_ktor();
    let mac = || MessageAuthentication::new(&signing);
    let end = house.clock.now().saturating_add(Duration::from_hours(24));
    let kotlin = serving(&house, |h| h.ktor(Ktor::V3).transform(mac()));
    let rust = serving(&house, |h| {
        let h = h.signed().in_ktor(Ktor::V3);
        h.also_reads(end, |old| old.ktor(Ktor::V3).transform(mac()))
    });
    let back = serving(&house, |h| {
        let h = h.ktor(Ktor::V3).transform(mac());
        h.also_reads(end, |new| new.signed())
    });

    let mut browser = house.browser(&kotlin);
    browser.remember_header("x-session");
    browser.get("/set/id1").await;
    let ktors = browser.remembered("x-session").unwrap().to_owned();
    assert!(ktors.starts_with(r#"{"userId":"id1","cart":[]}/"#));

    house.events.clear();
    let mut browser = browser.served_by(rust);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    assert_eq!(
        house.events.kinds(),
        [EventKind::Renewed(RenewReason::Outdated)]
    );
    let ours = browser.remembered("x-session").unwrap().to_owned();
    assert!(
        ours.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    );

    let mut browser = browser.served_by(back);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    assert_eq!(browser.remembered("x-session"), Some(&*ktors));
    let mut browser = browser.served_by(kotlin);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}

/// Rules: row-50.
#[tokio::test]
async fn a_headers_id_moves_and_returns() {
    let house = House::new();
    let (old, new) = (MemoryStorage::new(), MemoryStorage::new());
    let end = house.clock.now().saturating_add(Duration::from_hours(24));
    let kotlin = serving(&house, |h| h.ktor(Ktor::V3).stored_in(&old));
    let rust = serving(&house, |h| {
        let h = h.stored_in(&new).in_ktor(Ktor::V3);
        h.also_reads(end, |form| form.ktor(Ktor::V3).stored_in(&old))
    });
    let back = serving(&house, |h| {
        let h = h.ktor(Ktor::V3).stored_in(&old);
        h.also_reads(end, |form| form.stored_in(&new))
    });
    let mut browser = house.browser(&kotlin);
    browser.remember_header("x-session");
    browser.get("/set/id1").await;
    let mut browser = browser.served_by(rust);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    assert_eq!((old.len(), new.len()), (0, 1));
    let mut browser = browser.served_by(back);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    assert_eq!((old.len(), new.len()), (1, 0));
    let mut browser = browser.served_by(kotlin);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}
