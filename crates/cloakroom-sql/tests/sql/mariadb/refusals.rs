//! What errors say, and what they do not.

use std::time::Duration;

use cloakroom_sql::mysql_async::prelude::Queryable;
use cloakroom_sql::mysql_async::{Conn, Opts};
use cloakroom_sql::{MariaDbStorage, OpenError, Problem};
use cloakroom_storage::{Storage, StorageErrorKind, StorageKey};
use servers::MariaDb;

use super::fixture::{builder, fresh_name};
use crate::NOW;
use crate::refused::{assert_problem, other_server, shown};

#[tokio::test]
async fn no_address_and_no_password_is_shown() {
    let url = MariaDb::shared().url();
    let wrong = url.replace(MariaDb::PASSWORD, "let-me-in");
    let nobody = "mysql://shop:let-me-in@127.0.0.1:1/shop";
    for url in [
        wrong.as_str(),
        nobody,
        "mysql://shop:let-me-in@127.0.0.1:x/shop",
    ] {
        let error = MariaDbStorage::connect(url).await.unwrap_err();
        let shown = shown(&error);
        for secret in ["let-me-in", "127.0.0.1", "shop"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    let storage = format!("{:?}", builder(&url).connect().await.unwrap());
    assert!(!storage.contains(MariaDb::PASSWORD), "{storage}");
}

/// What is likely wrong is said to who starts a program.
#[tokio::test]
async fn the_likely_mistakes_are_told_apart() {
    let (server, name) = (MariaDb::shared(), fresh_name());
    let (url, weak) = (server.url(), name.as_str());
    let opts = Opts::from_url(&server.admin_url()).unwrap();
    let mut admin = Conn::new(opts).await.unwrap();
    for making in [
        format!("CREATE USER {weak} IDENTIFIED BY 'weak'"),
        format!("GRANT SELECT ON shop.* TO {weak}"),
        format!("CREATE TABLE shop.{weak} (theirs INT)"),
    ] {
        admin.query_drop(making).await.unwrap();
    }
    let shop = format!("shop:{}", MariaDb::PASSWORD);
    let address = format!("127.0.0.1:{}", server.port());
    let at = |other: String| format!("mysql://{shop}@{other}");
    for (url, problem) in [
        (url.replace(&shop, "shop:wrong"), Problem::Credentials),
        (url.replace(&shop, "nobody:wrong"), Problem::Credentials),
        (at(format!("{address}/nowhere")), Problem::NoDatabase),
        (at(address.clone()), Problem::NoDatabase),
        (
            url.replace(&shop, &format!("{weak}:weak")),
            Problem::NoRights,
        ),
        (at("127.0.0.1:1".to_owned()), Problem::NoServer),
        (
            at(other_server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await),
            Problem::NoServer,
        ),
        (at(other_server(b"").await), Problem::TimedOut),
    ] {
        let builder = MariaDbStorage::builder(&url).timeout(Duration::from_secs(1));
        assert_problem(builder.table(fresh_name()).connect().await, problem);
    }
    let taken = MariaDbStorage::builder(&url)
        .table(name.clone())
        .connect()
        .await;
    assert_problem(taken, Problem::NameTaken);

    // Who may only read is told so when a program starts, and not by its first request.
    let made = fresh_name();
    let builder = |url: &str| MariaDbStorage::builder(url).table(made.clone());
    builder(&url).connect().await.unwrap();
    let reading = url.replace(&shop, &format!("{weak}:weak"));
    assert_problem(builder(&reading).connect().await, Problem::NoRights);
}

/// As a replica is.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_reads_is_told_as_one() {
    let server = tokio::task::block_in_place(|| MariaDb::start_with(&["--read-only"]));
    let connected = MariaDbStorage::connect(&server.url()).await;
    assert_problem(connected, Problem::ReadOnly);
}

/// How a server greets that offers TLS.
const GREETING: &[u8] = b"S\0\0\0\x0a10.11.0-MariaDB\0\x01\0\0\0abcdefgh\0\x09\xaa!\x02\0\x08\0\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0";

/// The library panics where the address asks for TLS and its feature is not turned on, as in this
/// program. An error says so.
#[tokio::test]
async fn tls_without_the_librarys_feature_is_an_error() {
    let server = other_server(GREETING).await;
    let url = format!("mysql://shop:secret@{server}/shop?require_ssl=true");
    assert_problem(MariaDbStorage::connect(&url).await, Problem::NoEncryption);
}

/// Another machine is only spoken to in the open when that is asked for.
#[tokio::test]
async fn another_machine_is_not_spoken_to_in_the_open() {
    for url in ["mysql://db.example.org/shop", "mysql://shop@10.0.0.7/shop"] {
        let error = MariaDbStorage::connect(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Unencrypted), "{error:?}");
    }
}

/// A call that takes too long fails, and leaves the storage as it was.
#[tokio::test]
async fn a_call_that_waits_for_too_long_has_failed() {
    let url = MariaDb::shared().url();
    let name = fresh_name();
    let builder = || MariaDbStorage::builder(&url).table(name.clone());
    builder().connect().await.unwrap();
    let impatient = builder().timeout(Duration::from_secs(1));
    let storage = impatient.connect().await.unwrap();
    let table = name.as_str();
    let mut other = Conn::new(Opts::from_url(&url).unwrap()).await.unwrap();
    other
        .query_drop(format!("LOCK TABLE {table} WRITE"))
        .await
        .unwrap();
    let key = StorageKey::hash([1; 32]);
    let error = storage.remove(&key).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    other.query_drop("UNLOCK TABLES").await.unwrap();
    assert_eq!(storage.read(&key, NOW).await.unwrap(), None);
}
