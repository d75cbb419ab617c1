//! `SessionTest`: sessions of which only an id travels.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use cloakroom::ktor::{BackwardCompatible, CookieEncoding, Ktor, KtorCookie, KtorSession as _};
use cloakroom::{
    Clock as _, EventKind, LayerExt as _, MemoryStorage, Refusal, Schema, Session, SessionRef,
    Sessions,
};
use cloakroom_testkit::{Call, SpyStorage};

use crate::house::{COOKIE, House, TestUserSession, cookie_value, routes};

fn stored(house: &House, ktor: Ktor) -> Router {
    house.serving(|c| c.ktor(ktor).stored_in(&MemoryStorage::new()))
}

/// Whether this is an id as the version makes them.
fn is_id(text: &str, ktor: Ktor) -> bool {
    let digits = match ktor {
        Ktor::V3 => 64,
        _ => 32,
    };
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == digits && text.bytes().all(is_digit)
}

#[tokio::test]
async fn an_id_travels_and_the_session_lies_in_the_storage() {
    let house = House::new();
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let memory = MemoryStorage::new();
        let app = house.serving(|c| c.ktor(ktor).stored_in(&memory));
        let mut browser = house.browser(&app);
        assert!(browser.get("/see").await.set_cookies().is_empty());
        assert_eq!(memory.len(), 0);

        let id = cookie_value(&browser.get("/set/id2").await);
        assert!(is_id(&id, ktor), "{ktor:?}");
        assert_eq!(memory.len(), 1);
        browser.get("/add/item1").await;
        let seen = browser.get("/see").await;
        assert_eq!(seen.body, r#"ok, id2 ["item1"]"#);

        let mut other = house.holding(&app, &format!("bad{id}"));
        let seen = other.get("/see").await;
        assert_eq!((seen.status, &*seen.body), (200, "no session"));
    }
}

#[tokio::test]
async fn an_id_travels_in_the_encoding_of_the_cookie() {
    let house = House::new();
    let cookie = KtorCookie::new(Ktor::V3).encoding(CookieEncoding::Base64);
    let app = house.serving(|c| c.ktor(cookie).stored_in(&MemoryStorage::new()));
    let mut browser = house.browser(&app);
    let set = browser.get("/set/id1").await;
    assert!(
        set.set_cookies()
            .concat()
            .ends_with("; $x-enc=BASE64_ENCODING")
    );
    // 64 digits in base64.
    assert_eq!(cookie_value(&set).len(), 88);
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}

/// Ktor gives the application the id; here what names a session cannot be presented as one.
#[tokio::test]
async fn a_session_has_a_name_that_is_not_its_id() {
    let house = House::new();
    let memory = MemoryStorage::new();
    let builder = house.builder();
    let sessions =
        builder.cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).stored_in(&memory));
    let name = async |session: Session<TestUserSession>| {
        session
            .reference()
            .map_or("none".to_owned(), |name| name.to_string())
    };
    let sessions = sessions.build().unwrap();
    assert_eq!(sessions.name_of::<TestUserSession>(), Some(COOKIE));
    assert_eq!(sessions.name_of::<u8>(), None);
    let app = routes().route("/name", get(name)).layer(sessions.layer());

    let mut browser = house.browser(&app);
    assert_eq!(browser.get("/name").await.body, "none");
    let id = cookie_value(&browser.get("/set/id1").await);
    let name = browser.get("/name").await.body;
    let reference: SessionRef = name.parse().unwrap();
    assert_eq!(reference.provider(), COOKIE);
    assert!(!name.contains(&id));
    let (_, hash) = name.rsplit_once('.').unwrap();
    assert_eq!(
        house.holding(&app, hash).get("/see").await.body,
        "no session"
    );
}

/// KTOR-8300.
#[tokio::test]
async fn ids_may_be_of_the_applications_own_making() {
    let house = House::new();
    let next = Arc::new(AtomicU64::new(777));
    let identity = move |_: &[u8; 32]| next.fetch_add(1, Ordering::Relaxed).to_string();
    let cookie = KtorCookie::new(Ktor::V3).max_age(Some(Duration::from_secs(5)));
    let app = house.serving(|c| {
        let c = c.ktor(cookie).identity(identity);
        c.stored_in(&MemoryStorage::new())
    });
    let mut browser = house.browser(&app);
    let set = browser.get("/set/user123").await;
    assert_eq!(cookie_value(&set), "777");
    let line = set.set_cookies().concat();
    assert!(line.contains("; Max-Age=5; Expires="), "{line}");
    let mut other = house.browser(&app);
    assert_eq!(cookie_value(&other.get("/set/user456").await), "778");
    assert_eq!(browser.get("/see").await.body, "ok, user123 []");

    house.clock.advance(Duration::from_secs(4));
    assert_eq!(browser.cookie(COOKIE).as_deref(), Some("777"));
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(browser.cookie(COOKIE), None, "{:?}", house.clock.now());
}

#[tokio::test]
async fn an_id_that_the_server_did_not_make_is_never_taken_over() {
    let house = House::new();
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let app = stored(&house, ktor);
        let unknown = "0".repeat(if ktor == Ktor::V3 { 64 } else { 32 });
        let mut browser = house.holding(&app, &unknown);
        let id = cookie_value(&browser.get("/set/id1").await);
        assert!(is_id(&id, ktor) && id != unknown, "{ktor:?}");
        assert_eq!(cookie_value(&browser.get("/set/id1").await), id);

        let mut other = house.holding(&app, &unknown);
        let cleared = other.get("/see").await;
        assert_eq!(cleared.body, "no session");
        let line = cleared.set_cookies().concat();
        let max_age = if ktor == Ktor::V3 { "Max-Age=0; " } else { "" };
        let start = format!("{COOKIE}=; {max_age}Expires=Thu, 01 Jan 1970 00:00:00 GMT; ");
        assert!(line.starts_with(&start), "{line}");
        assert_eq!(other.cookie(COOKIE), None);
    }
}

/// The storage is not asked for what cannot be an id.
#[tokio::test]
async fn what_cannot_be_an_id_does_not_reach_the_storage() {
    let house = House::new();
    let spy = SpyStorage::new(MemoryStorage::new());
    let app = house.serving(|c| c.ktor(Ktor::V3).stored_in(&spy));
    for id in ["..", "a/b", "%00", "0", "AB", &"a".repeat(63)] {
        let mut browser = house.holding(&app, id);
        assert_eq!(browser.get("/see").await.body, "no session", "{id}");
        let told: Vec<_> = house.events.take().iter().map(|event| event.kind).collect();
        assert_eq!(told, [EventKind::Refused(Refusal::UnknownId)], "{id}");
    }
    spy.assert_untouched();
    house.browser(&app).get("/set/id1").await;
    assert_eq!(spy.take_calls(), [Call::Create]);
}

#[tokio::test]
async fn the_stored_text_may_be_the_one_between_the_versions() {
    let house = House::new();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).schema(Schema::new(BackwardCompatible));
        c.stored_in(&MemoryStorage::new())
    });
    let mut browser = house.browser(&app);
    browser.get("/add/item1").await;
    assert_eq!(browser.get("/see").await.body, r#"ok,  ["item1"]"#);
}

/// A server on which users name their sessions and end them.
fn ending(house: &House) -> Router {
    let memory = MemoryStorage::new();
    let sessions = house.builder().cookie::<TestUserSession>(COOKIE, |c| {
        let c = c.ktor(Ktor::V3).stored_in(&memory);
        c.subject(|session| session.user_id.clone())
    });
    let sessions = sessions.build().unwrap();
    let name = async |session: Session<TestUserSession>| session.reference().unwrap().to_string();
    let end = async |State(sessions): State<Sessions>, Path(name): Path<String>| {
        let ended = sessions.end(&name.parse().unwrap()).await.unwrap();
        ended.to_string()
    };
    let alone = async |State(sessions): State<Sessions>,
                       session: Session<TestUserSession>,
                       Path(user): Path<String>| {
        sessions.end_all::<TestUserSession>(&user).await.unwrap();
        session.sign_in(TestUserSession::of(&user)).unwrap();
    };
    let own = Router::new()
        .route("/name", get(name))
        .route("/end/{name}", get(end))
        .route("/alone/{user}", get(alone));
    let own = own.with_state(sessions.clone());
    routes().merge(own).layer(sessions.layer())
}

#[tokio::test]
async fn one_session_is_ended_by_its_name_and_no_other_is() {
    let house = House::new();
    let app = ending(&house);
    let (mut one, mut two) = (house.browser(&app), house.browser(&app));
    one.get("/set/user1").await;
    two.get("/set/user2").await;
    let name = one.get("/name").await.body;
    assert_eq!(two.get(&format!("/end/{name}")).await.body, "true");
    assert_eq!(two.get(&format!("/end/{name}")).await.body, "false");
    assert_eq!(one.get("/see").await.body, "no session");
    assert_eq!(two.get("/see").await.body, "ok, user2 []");
}

#[tokio::test]
async fn a_login_may_end_those_on_all_other_devices() {
    let house = House::new();
    let app = ending(&house);
    let mut devices = [house.browser(&app), house.browser(&app)];
    for device in &mut devices {
        device.get("/set/alice").await;
        assert_eq!(device.get("/see").await.body, "ok, alice []");
    }
    let mut third = house.browser(&app);
    third.get("/alone/alice").await;
    for device in &mut devices {
        assert_eq!(device.get("/see").await.body, "no session");
    }
    assert_eq!(third.get("/see").await.body, "ok, alice []");
}
