//! A directory that Kotlin services share.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use cloakroom::ktor::{Ktor, KtorSession as _, KtorWriter as _, SharedDirectory};
use cloakroom::{Clock as _, LayerExt as _, MemoryStorage, Session, Sessions};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::house::{COOKIE, House, TestUserSession, cookie_value, routes};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A header's session beside the cookie's.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Device {
    name: String,
}

/// Two session types by id over one directory, as Ktor has them.
fn serving(house: &House, ktor: Ktor, folder: &TempDir) -> Router {
    let directory = SharedDirectory::open(folder.path()).unwrap();
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(ktor).shared_in(&directory))
        .header::<Device>("X-Device", |h| h.ktor(ktor).shared_in(&directory));
    let set = async |device: Session<Device>| {
        let name = "phone".to_owned();
        device.set(Device { name }).unwrap();
    };
    let see = async |device: Session<Device>| {
        device
            .get()
            .map_or("none".to_owned(), |device| device.name.clone())
    };
    let name = async |session: Session<TestUserSession>| {
        assert!(session.get().is_some());
        session.reference().is_some().to_string()
    };
    let own = Router::new()
        .route("/device", get(see))
        .route("/device/set", get(set))
        .route("/has-name", get(name));
    let app = routes().merge(own);
    app.layer(sessions.build().unwrap().layer())
}

/// Where Ktor keeps the session of this id.
fn file(root: &Path, id: &str) -> PathBuf {
    let pieces: Vec<_> = id
        .as_bytes()
        .chunks(2)
        .map(|piece| str::from_utf8(piece).unwrap())
        .collect();
    root.join(pieces.join("/") + ".dat")
}

#[tokio::test]
async fn each_sessions_text_lies_where_ktor_looks_for_it() {
    let texts = [
        (Ktor::V1_6_8, "cart=%23cl%23sitem1&userId=%23sid2"),
        (Ktor::V2, "cart=%23cl%23sitem1&userId=%23sid2"),
        (Ktor::V3, r#"{"userId":"id2","cart":["item1"]}"#),
    ];
    for (ktor, text) in texts {
        let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
        let app = serving(&house, ktor, &folder);
        let mut browser = house.browser(&app);
        let id = cookie_value(&browser.get("/set/id2").await);
        assert_eq!(browser.get("/add/item1").await.status, 200);
        let place = file(folder.path(), &id);
        assert_eq!(fs::read_to_string(&place).unwrap(), text, "{ktor:?}");

        assert!(browser.get("/clear").await.clears(COOKIE));
        assert!(!place.exists(), "{ktor:?}");
        assert_eq!(
            house.holding(&app, &id).get("/see").await.body,
            "no session"
        );
    }
}

#[tokio::test]
async fn what_ktor_wrote_and_ended_counts_at_once() {
    let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
    let app = serving(&house, Ktor::V3, &folder);
    let id = "ab".repeat(32);
    let place = file(folder.path(), &id);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, r#"{"userId":"kotlin","cart":[]}"#).unwrap();
    let mut browser = house.holding(&app, &id);
    assert_eq!(browser.get("/see").await.body, "ok, kotlin []");
    fs::write(&place, r#"{"userId":"other","cart":[]}"#).unwrap();
    assert_eq!(browser.get("/see").await.body, "ok, other []");
    fs::remove_file(&place).unwrap();
    assert_eq!(browser.get("/see").await.body, "no session");
}

#[tokio::test]
async fn two_session_types_share_a_directory_and_keep_their_own_ids() {
    let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
    let mut browser = house.browser(&serving(&house, Ktor::V3, &folder));
    browser.remember_header("x-device");
    browser.get("/set/id1").await;
    browser.get("/device/set").await;
    let (id, device) = (browser.cookie(COOKIE), browser.remembered("x-device"));
    assert_ne!(id.as_deref(), device);
    browser.get("/add/item1").await;
    assert_eq!(browser.get("/see").await.body, r#"ok, id1 ["item1"]"#);
    assert_eq!(browser.get("/device").await.body, "phone");
}

/// The name would be the id.
#[tokio::test]
async fn a_session_that_lies_under_its_id_has_no_name() {
    let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
    let mut browser = house.browser(&serving(&house, Ktor::V3, &folder));
    browser.get("/set/id1").await;
    assert_eq!(browser.get("/has-name").await.body, "false");
}

/// A server whose session lies in a storage of its own and lives for a week, and belongs to somebody;
/// the directory is still read.
fn moved(house: &House, folder: &TempDir, storage: &MemoryStorage) -> Router {
    serve_moved(&moved_sessions(house, folder, storage))
}

fn moved_sessions(house: &House, folder: &TempDir, storage: &MemoryStorage) -> Sessions {
    let directory = SharedDirectory::open(folder.path()).unwrap();
    let end = house.clock.now().saturating_add(30 * DAY);
    let sessions = house.builder().cookie::<TestUserSession>(COOKIE, |c| {
        c.stored_in(storage)
            .in_ktor(Ktor::V3)
            .absolute_timeout(7 * DAY)
            .subject(|session| session.user_id.clone())
            .also_reads(end, |old| old.ktor(Ktor::V3).shared_in(&directory))
    });
    sessions.build().unwrap()
}

fn serve_moved(sessions: &Sessions) -> Router {
    let elevate = async |session: Session<TestUserSession>| {
        session.update(|session| session.cart.push("rights".to_owned()))?;
        let elevated = session.get().unwrap();
        session.elevate(TestUserSession::clone(&elevated))
    };
    let app = routes().route("/elevate", get(elevate));
    app.layer(sessions.layer())
}

/// A file does not say when its session began. Were that taken for 1970, the move would log everyone
/// out.
///
/// Rules: row-50, row-52.
#[tokio::test]
async fn the_deadline_of_a_moved_session_counts_from_the_move() {
    for (path, seen) in [
        ("/see", "ok, id1 []"),
        ("/elevate", r#"ok, id1 ["rights"]"#),
    ] {
        let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
        let storage = MemoryStorage::new();
        let mut browser = house.browser(&serving(&house, Ktor::V3, &folder));
        browser.get("/set/id1").await;
        let mut browser = browser.served_by(moved(&house, &folder, &storage));
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.sets(COOKIE)), (200, true), "{path}");
        assert_eq!(storage.len(), 1);
        // Not the cookie's Max-Age, which is a week as well.
        let id = browser.cookie(COOKIE).unwrap();
        house.clock.advance(7 * DAY - Duration::from_secs(1));
        browser.set_cookie(COOKIE, &id);
        assert_eq!(browser.get("/see").await.body, seen);
        house.clock.advance(Duration::from_secs(1));
        browser.set_cookie(COOKIE, &id);
        assert_eq!(browser.get("/see").await.body, "no session");
    }
}

/// A file has no place for deadline and subject: they are left behind, and the session is not.
///
/// Rules: row-50, row-51.
#[tokio::test]
async fn a_staged_return_puts_sessions_back_into_the_directory() {
    for (path, text) in [
        ("/see", r#"{"userId":"id1","cart":[]}"#),
        ("/add/item1", r#"{"userId":"id1","cart":["item1"]}"#),
    ] {
        let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
        let storage = MemoryStorage::new();
        let mut browser = house.browser(&moved(&house, &folder, &storage));
        browser.get("/set/id1").await;
        let directory = SharedDirectory::open(folder.path()).unwrap();
        let end = house.clock.now().saturating_add(30 * DAY);
        let back = house.serving(|c| {
            let c = c.ktor(Ktor::V3).shared_in(&directory);
            c.also_reads(end, |new| new.stored_in(&storage))
        });
        let mut browser = browser.served_by(back);
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.sets(COOKIE)), (200, true), "{path}");
        assert_eq!(storage.len(), 0);
        let place = file(folder.path(), &browser.cookie(COOKIE).unwrap());
        assert_eq!(fs::read_to_string(&place).unwrap(), text);
    }
}

/// A file does not say when its session began, so none of the user's is believed any more.
///
/// Rules: second-reader.
#[tokio::test]
async fn ending_all_of_a_user_reaches_what_still_lies_in_the_directory() {
    let (house, folder) = (House::new(), tempfile::tempdir().unwrap());
    let storage = MemoryStorage::new();
    let kotlin = serving(&house, Ktor::V3, &folder);
    let sessions = moved_sessions(&house, &folder, &storage);
    let mut browsers = [house.browser(&kotlin), house.browser(&kotlin)];
    for (browser, user) in browsers.iter_mut().zip(["anna", "bert"]) {
        browser.get(&format!("/set/{user}")).await;
    }
    house.clock.advance(DAY);
    sessions.end_all::<TestUserSession>("anna").await.unwrap();
    let seen = [("no session", 0), ("ok, bert []", 1)];
    for (browser, (seen, stored)) in browsers.into_iter().zip(seen) {
        let mut browser = browser.served_by(serve_moved(&sessions));
        assert_eq!(browser.get("/see").await.body, seen);
        assert_eq!(storage.len(), stored);
    }
}
