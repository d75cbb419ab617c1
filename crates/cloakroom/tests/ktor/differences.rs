//! Where the profiles do other than Ktor: `docs/ktor/differences.md` lists all such places.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use cloakroom::ktor::{Digest, Encrypt, Ktor, KtorCookie, KtorSession as _, MessageAuthentication};
use cloakroom::{CookieSession, EventKind, LayerExt as _, MemoryStorage, Session};
use cloakroom_testkit::{Call, FaultyStorage, Req, SpyStorage, When};
use serde::{Deserialize, Serialize};

use crate::house::{COOKIE, House, TestUserSession, cookie_value, keys_of_ktor, routes};

/// Ktor: 500 on every page, for as long as the client has the id.
///
/// Rules: row-46c.
#[tokio::test]
async fn stored_content_that_does_not_decode_is_no_session_and_the_id_stays_good() {
    let house = House::new();
    let memory = MemoryStorage::new();
    let old = house.serving(|c| c.ktor(Ktor::V2).stored_in(&memory));
    let new = house.serving(|c| c.ktor(Ktor::V3).stored_in(&memory));
    let mut browser = house.browser(&old);
    browser.get("/set/id1").await;
    let mut later = house.holding(&new, &browser.cookie(COOKIE).unwrap());
    let answer = later.get("/see").await;
    assert_eq!((answer.status, &*answer.body), (200, "no session"));
    assert!(answer.set_cookies().is_empty());
    // For a service that reads it, it is what it was.
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}

/// As Ktor does by value.
///
/// Rules: row-46.
#[tokio::test]
async fn content_that_travels_and_does_not_decode_is_cleared() {
    let house = House::new();
    let app = house.serving(|c| c.ktor(Ktor::V3).forgeable_by_clients());
    let answer = house.holding(&app, "cart%3D%2523cl").get("/see").await;
    assert_eq!((answer.status, &*answer.body), (200, "no session"));
    assert!(answer.clears(COOKIE));
}

/// Ktor: 500, and the body says why.
#[tokio::test]
async fn a_storage_that_fails_is_503_and_sends_nothing() {
    let house = House::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let app = house.serving(|c| c.ktor(Ktor::V3).stored_in(&storage));
    let mut browser = house.browser(&app);
    browser.get("/set/id1").await;
    for (call, path) in [
        (Call::Read, "/see"),
        (Call::Update, "/set/id2"),
        (Call::Remove, "/clear"),
    ] {
        storage.fail_next(call, When::BeforeEffect);
        let failed = browser.get(path).await;
        assert_eq!(failed.status, 503, "{path}");
        assert!(!failed.body.contains("faulty"), "{}", failed.body);
        assert!(failed.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
}

/// Ktor: the same id, so that one which was planted before a login is good after it.
#[tokio::test]
async fn clearing_and_setting_in_one_request_gives_a_new_id_and_ends_the_old_one() {
    let house = House::new();
    let sessions = house.builder().cookie::<TestUserSession>(COOKIE, |c| {
        c.ktor(Ktor::V3).stored_in(&MemoryStorage::new())
    });
    let log_in = async |session: Session<TestUserSession>| {
        session.clear().unwrap();
        session.set(TestUserSession::of("alice")).unwrap();
    };
    let app = routes().route("/log-in", get(log_in));
    let app = app.layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    let planted = cookie_value(&browser.get("/set/mallory").await);
    let id = cookie_value(&browser.get("/log-in").await);
    assert_ne!(id, planted);
    assert_eq!(
        house.holding(&app, &planted).get("/see").await.body,
        "no session"
    );
    assert_eq!(browser.get("/see").await.body, "ok, alice []");
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Other {
    name: String,
}

/// Ktor since 2.0.0: two sessions by id that are set in one request have one id.
#[tokio::test]
async fn two_stored_sessions_of_one_request_keep_their_own_ids() {
    let house = House::new();
    let memory = MemoryStorage::new();
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).stored_in(&memory))
        .cookie::<Other>("OTHER", |c| c.ktor(Ktor::V3).stored_in(&memory));
    let both = async |one: Session<TestUserSession>, two: Session<Other>| {
        one.set(TestUserSession::of("id1")).unwrap();
        let name = "two".to_owned();
        two.set(Other { name }).unwrap();
    };
    let see = async |two: Session<Other>| two.get().unwrap().name.clone();
    let own = Router::new()
        .route("/both", get(both))
        .route("/other", get(see));
    let app = routes().merge(own).layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    browser.get("/both").await;
    assert_ne!(browser.cookie(COOKIE), browser.cookie("OTHER"));
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    assert_eq!(browser.get("/other").await.body, "two");
}

/// Ktor: the second session is written over the first one's.
#[tokio::test]
async fn an_identity_that_repeats_itself_overwrites_nobody() {
    let house = House::new();
    let made = Arc::new(AtomicU64::new(0));
    let identity = move |_: &[u8; 32]| (made.fetch_add(1, Ordering::Relaxed) / 2).to_string();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).identity(identity);
        c.stored_in(&MemoryStorage::new())
    });
    let (mut one, mut two) = (house.browser(&app), house.browser(&app));
    assert_eq!(cookie_value(&one.get("/set/id1").await), "0");
    assert_eq!(cookie_value(&two.get("/set/id2").await), "1");
    assert_eq!(
        house.events.kinds(),
        [
            EventKind::Created,
            EventKind::IdCollision,
            EventKind::Created
        ]
    );
    assert_eq!(one.get("/see").await.body, "ok, id1 []");

    let always = house.serving(|c| {
        let c = c.ktor(Ktor::V3).identity(|_| "same".to_owned());
        c.stored_in(&MemoryStorage::new())
    });
    house.browser(&always).get("/set/id1").await;
    assert_eq!(house.browser(&always).get("/set/id2").await.status, 503);
}

/// Ktor on Netty takes the first of two cookies; on its other engines the last, as here.
#[tokio::test]
async fn of_two_cookies_the_last_counts_and_of_two_headers_the_first() {
    let house = House::new();
    let app = house.serving(|c| c.ktor(Ktor::V3).forgeable_by_clients());
    let of = |user: &str| format!(r#"{{"userId":"{user}","cart":[]}}"#);
    let both = format!("{COOKIE}={}; {COOKIE}={}", of("first"), of("last"));
    let request = Req::get("/see").header("cookie", &*both);
    assert_eq!(house.browser(&app).send(request).await.body, "ok, last []");

    let sessions = house
        .builder()
        .header::<TestUserSession>("X-Session", |h| h.ktor(Ktor::V3).forgeable_by_clients());
    let app = routes().layer(sessions.build().unwrap().layer());
    let request = Req::get("/see").header("x-session", &*of("first"));
    let request = request.header("x-session", &*of("last"));
    assert_eq!(house.browser(&app).send(request).await.body, "ok, first []");
}

/// Ktor says nothing to caches.
#[tokio::test]
async fn caches_are_told_unless_the_application_says_otherwise() {
    let house = House::new();
    let told = house.serving(|c| c.ktor(Ktor::V3).forgeable_by_clients());
    let untold = house.serving(|c| {
        let c = c.ktor(Ktor::V3).forgeable_by_clients();
        c.dangerous_without_cache_headers()
    });
    for (app, control, vary) in [
        (&told, Some("no-store"), Some("cookie")),
        (&untold, None, None),
    ] {
        let answer = house.browser(app).get("/set/id1").await;
        assert_eq!(answer.header("cache-control"), control);
        let said = answer.header("vary").map(str::to_lowercase);
        assert_eq!(said.as_deref(), vary);
    }
}

/// Ktor 1.6.8 writes to its storage whatever it sends, which is every session that it loaded.
#[tokio::test]
async fn the_oldest_writes_nothing_to_its_storage_unasked() {
    let house = House::new();
    let spy = SpyStorage::new(MemoryStorage::new());
    let app = house.serving(|c| c.ktor(Ktor::V1_6_8).stored_in(&spy));
    let mut browser = house.browser(&app);
    browser.get("/set/id1").await;
    spy.take_calls();
    assert!(browser.get("/see").await.sets(COOKIE));
    assert_eq!(spy.take_calls(), [Call::Read]);
}

/// Ktor 1.6.8 throws.
#[tokio::test]
async fn a_secure_cookie_is_sent_whatever_the_connection() {
    let house = House::new();
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let cookie = KtorCookie::new(ktor).secure(true);
        let app = house.serving(|c| c.ktor(cookie).forgeable_by_clients());
        let mut browser = house.browser(&app).at("http://shop.example");
        let set = browser.get("/set/id1").await;
        assert!(
            set.set_cookies().concat().contains("; Secure; "),
            "{ktor:?}"
        );
    }
}

/// Ktor: the last write wins, and the other is lost.
#[tokio::test]
async fn of_two_changes_at_once_both_are_kept() {
    let house = House::new();
    let storage = FaultyStorage::new(MemoryStorage::new());
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).stored_in(&storage));
    let rename = async |session: Session<TestUserSession>| {
        session.update(|session| session.user_id = "renamed".to_owned())
    };
    let app = routes().route("/rename", get(rename));
    let app = app.layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    browser.get("/set/id1").await;
    let mut other = browser.fork();

    let held = storage.pause_next(Call::Update);
    let renaming = browser.dispatch(&Req::get("/rename"));
    let adding = async {
        held.reached().await;
        assert_eq!(other.get("/add/item1").await.status, 200);
        held.resume();
    };
    let (renamed, ()) = tokio::join!(renaming, adding);
    assert_eq!(renamed.status, 200);
    assert_eq!(browser.get("/see").await.body, r#"ok, renamed ["item1"]"#);
}

/// Ktor reads both as it reads any other id.
#[tokio::test]
async fn ids_of_the_other_length_are_read_and_other_spellings_are_not() {
    let house = House::new();
    let memory = MemoryStorage::new();
    let short = house.serving(|c| c.ktor(Ktor::V2).stored_in(&memory));
    let mut browser = house.browser(&short);
    let id = cookie_value(&browser.get("/set/id1").await);
    // Ktor 3 with reflection, after an upgrade.
    let upgraded = house.serving(|c| {
        let c = c
            .ktor(Ktor::V2)
            .ids(cloakroom::ktor::KtorIds::new(Ktor::V3));
        c.stored_in(&memory)
    });
    let mut later = house.holding(&upgraded, &id);
    assert_eq!(later.get("/see").await.body, "ok, id1 []");
    let mut shouting = house.holding(&upgraded, &id.to_uppercase());
    assert_eq!(shouting.get("/see").await.body, "no session");
}

/// What `build()` says of a cookie's session.
fn refused(
    configure: impl FnOnce(CookieSession<TestUserSession>) -> CookieSession<TestUserSession>,
) -> Option<&'static str> {
    let built = House::new().builder().cookie(COOKIE, configure).build();
    built.err().map(|error| error.field())
}

/// Ktor takes all of them without a word.
#[test]
fn what_clients_can_forge_is_refused_unless_it_is_named() {
    let (encryption, signing) = keys_of_ktor();
    let ktor3 = || Encrypt::ktor3(&encryption, &signing);
    let v3 = |c: CookieSession<TestUserSession>| c.ktor(Ktor::V3);
    assert_eq!(refused(v3), Some("sealed"));
    assert_eq!(
        refused(|c| v3(c).transform(Digest::default())),
        Some("sealed")
    );
    assert_eq!(refused(|c| v3(c).transform(ktor3())), Some("sealed"));
    assert_eq!(refused(|c| v3(c).forgeable_by_clients()), None);
    assert_eq!(refused(|c| v3(c).transform(ktor3().derived_iv())), None);
    let mac = MessageAuthentication::new(&signing);
    assert_eq!(refused(|c| v3(c).transform(ktor3()).transform(mac)), None);
    let ktor2 = Encrypt::ktor1_2(&encryption, &signing);
    assert_eq!(refused(|c| v3(c).transform(ktor2)), None);
}

/// Ktor takes them; a value that was signed for one cookie is good as the other.
#[test]
fn two_sessions_under_one_key_are_refused_unless_both_are_named() {
    let (_, signing) = keys_of_ktor();
    let mac = || MessageAuthentication::new(&signing);
    let build = |named: bool| {
        let house = House::new();
        let one = house.builder().cookie::<TestUserSession>(COOKIE, |c| {
            c.ktor(Ktor::V3).transform(mac()).dangerous_shared_key()
        });
        let two = one.cookie::<Other>("OTHER", |c| {
            let c = c.ktor(Ktor::V3).transform(mac());
            if named { c.dangerous_shared_key() } else { c }
        });
        two.build()
    };
    assert_eq!(build(false).unwrap_err().field(), "transform");
    build(true).unwrap();
}

/// Ktor has no deadlines at all.
#[test]
fn deadlines_and_subjects_are_there_where_the_content_has_a_place_for_them() {
    let (_, signing) = keys_of_ktor();
    let hour = Duration::from_hours(1);
    let mac = MessageAuthentication::new(&signing);
    let by_value = refused(|c| c.ktor(Ktor::V3).transform(mac).idle_timeout(hour));
    assert_eq!(by_value, Some("idle_timeout"));
    let memory = MemoryStorage::new();
    let by_id = refused(|c| {
        let c = c.ktor(Ktor::V3).stored_in(&memory).idle_timeout(hour);
        c.subject(|session| session.user_id.clone())
    });
    assert_eq!(by_id, None);
}

/// Ktor knows no deadline on the server: its storages keep a session for ever.
#[tokio::test]
async fn a_stored_session_ends_at_its_deadline() {
    let house = House::new();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V3).stored_in(&MemoryStorage::new());
        c.idle_timeout(Duration::from_hours(1))
    });
    let mut browser = house.browser(&app);
    browser.get("/set/id1").await;
    house.clock.advance(Duration::from_mins(59));
    assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    house.clock.advance(Duration::from_mins(61));
    assert_eq!(browser.get("/see").await.body, "no session");
}

/// Ktor: the item comes back cut short, or every page is a 500.
///
/// Rules: row-17.
#[tokio::test]
async fn what_ktors_text_would_lose_is_not_written_and_the_event_names_the_field() {
    let house = House::new();
    let app = house.serving(|c| c.ktor(Ktor::V2).forgeable_by_clients());
    let mut browser = house.browser(&app);
    assert_eq!(browser.get("/add/salt").await.status, 200);
    house.events.clear();

    let answer = browser.get("/add/salt%26pepper").await;
    assert_eq!(answer.status, 500);
    assert!(answer.set_cookies().is_empty(), "the old token stays");
    let told = house.events.take();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, EventKind::EncodeFailed);
    assert_eq!(told[0].fields, ["cart"]);
    assert_eq!(browser.get("/see").await.body, "ok,  [\"salt\"]");
}
