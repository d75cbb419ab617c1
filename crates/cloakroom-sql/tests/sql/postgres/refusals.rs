//! What errors say, and what they do not.

use std::time::Duration;

use cloakroom_sql::{OpenError, PostgresStorage, Problem, tokio_postgres};
use cloakroom_storage::{Storage, StorageErrorKind, StorageKey};
use servers::Postgres;

use super::fixture::{builder, fresh_name};
use crate::NOW;
use crate::refused::{assert_problem, other_server, shown};

#[tokio::test]
async fn no_address_and_no_password_is_shown() {
    let url = Postgres::shared().url();
    let wrong = url.replace(Postgres::PASSWORD, "let-me-in");
    let nobody = "postgres://shop:let-me-in@127.0.0.1:1/postgres?sslmode=disable";
    for url in [
        wrong.as_str(),
        nobody,
        "postgres://shop:let-me-in@127.0.0.1:x/postgres",
    ] {
        let error = PostgresStorage::connect(url).await.unwrap_err();
        let shown = shown(&error);
        for secret in ["let-me-in", "127.0.0.1", "shop"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    let storage = format!("{:?}", builder(&url).connect().await.unwrap());
    assert!(!storage.contains(Postgres::PASSWORD), "{storage}");
}

/// What is likely wrong is said to who starts a program.
#[tokio::test]
async fn the_likely_mistakes_are_told_apart() {
    let url = Postgres::shared().url();
    let name = fresh_name();
    let weak = name.as_str();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let making = format!(
        "CREATE ROLE {weak} LOGIN PASSWORD 'weak'; CREATE SCHEMA {weak}; \
         GRANT USAGE ON SCHEMA {weak} TO {weak}; ALTER ROLE {weak} SET search_path = {weak}; \
         CREATE TABLE {weak} (theirs int)"
    );
    client.batch_execute(&making).await.unwrap();
    let shop = format!("shop:{}", Postgres::PASSWORD);
    let address = format!("127.0.0.1:{}", Postgres::shared().port());
    let at = |other: String| url.replace(&address, &other);
    for (url, problem) in [
        (url.replace(&shop, "shop:wrong"), Problem::Credentials),
        (url.replace(&shop, "shop"), Problem::Credentials),
        (url.replace(&shop, "nobody:wrong"), Problem::Credentials),
        (url.replace("/postgres", "/nowhere"), Problem::NoDatabase),
        (
            url.replace(&shop, &format!("{weak}:weak")),
            Problem::NoRights,
        ),
        (url.replace("=disable", "=require"), Problem::NoEncryption),
        (at("127.0.0.1:1".to_owned()), Problem::NoServer),
        (
            at(other_server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await),
            Problem::NoServer,
        ),
        (at(other_server(b"").await), Problem::TimedOut),
    ] {
        let builder = PostgresStorage::builder(&url).timeout(Duration::from_secs(1));
        assert_problem(builder.connect().await, problem);
    }
    let taken = PostgresStorage::builder(&url).table(name).connect().await;
    assert_problem(taken, Problem::NameTaken);
}

/// Who may only read is told so when a program starts, and not by its first request.
#[tokio::test]
async fn who_may_not_write_is_told_so_at_once() {
    let url = Postgres::shared().url();
    let (name, reader) = (fresh_name(), fresh_name());
    let (table, reader) = (name.as_str(), reader.as_str());
    let builder = |url: &str| PostgresStorage::builder(url).table(name.clone());
    builder(&url).connect().await.unwrap();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let making = format!(
        "CREATE ROLE {reader} LOGIN PASSWORD 'reader'; \
         GRANT SELECT ON {table}, {table}_schema TO {reader}"
    );
    client.batch_execute(&making).await.unwrap();
    let shop = format!("shop:{}", Postgres::PASSWORD);
    let reading = url.replace(&shop, &format!("{reader}:reader"));
    assert_problem(builder(&reading).connect().await, Problem::NoRights);
    // As a replica has it for everyone.
    let replica = format!("{url}&options=-c%20default_transaction_read_only=on");
    assert_problem(builder(&replica).connect().await, Problem::ReadOnly);
}

/// Another machine is only spoken to in the open when that is asked for.
#[tokio::test]
async fn another_machine_is_not_spoken_to_in_the_open() {
    for url in ["postgres://db.example.org/shop", "host=10.0.0.7 user=shop"] {
        let error = PostgresStorage::connect(url).await.unwrap_err();
        assert!(matches!(error, OpenError::Unencrypted), "{error:?}");
    }
}

/// A call that takes too long fails, and leaves the storage as it was.
#[tokio::test]
async fn a_call_that_waits_for_too_long_has_failed() {
    let url = Postgres::shared().url();
    let name = fresh_name();
    let builder = || PostgresStorage::builder(&url).table(name.clone());
    builder().connect().await.unwrap();
    let impatient = builder().timeout(Duration::from_secs(1));
    let storage = impatient.connect().await.unwrap();
    let table = name.as_str();
    let (other, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    other.batch_execute(&lock).await.unwrap();
    let key = StorageKey::hash([1; 32]);
    let error = storage.remove(&key).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(storage.read(&key, NOW).await.unwrap(), None);
}
