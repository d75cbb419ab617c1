//! Which changes are told, and by whom.

use std::time::Duration;

use cloakroom_sql::{
    NotifyingPostgresStorage, OpenError, PostgresStorage, TableName, tokio_postgres,
};
use cloakroom_storage::{Change, Storage, StorageKey, Subject};
use servers::Postgres;
use tokio_postgres::Client;

use super::fixture::fresh_name;
use super::told::{Told, keep, key, remove, replace, scope, touch};
use crate::NOW;

/// A storage that tells, and a plain one on the same tables, which knows nothing of it.
async fn two() -> (TableName, NotifyingPostgresStorage, PostgresStorage) {
    let (url, name) = (Postgres::shared().url(), fresh_name());
    let builder = || PostgresStorage::builder(&url).table(name.clone());
    let other = builder().connect().await.unwrap();
    let storage = builder().connect_notifying().await.unwrap();
    (name, storage, other)
}

async fn client() -> Client {
    let url = Postgres::shared().url();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

/// Each change once and by name, from whichever storage it comes.
async fn tells_of_each_change(told: &mut Told, storage: &impl Storage) {
    let key = key(2);
    keep(storage, &key).await;
    told.is_told_of(2).await;
    replace(storage, &key).await;
    told.is_told_of(2).await;
    touch(storage, &key).await;
    told.is_told_of(2).await;
    remove(storage, &key).await;
    told.is_told_of(2).await;
}

#[tokio::test]
async fn each_change_of_a_record_is_told_whoever_makes_it() {
    let (_, storage, other) = two().await;
    keep(&other, &key(1)).await;
    let mut told = Told::by(&storage).await;
    tells_of_each_change(&mut told, &other).await;
    tells_of_each_change(&mut told, &storage).await;
    told.is_told_of_nothing_more();
}

/// Also the one that is spared, which gets another number.
#[tokio::test]
async fn ending_the_sessions_of_a_subject_tells_each() {
    let (_, storage, other) = two().await;
    for number in 1..=3 {
        keep(&other, &key(number)).await;
    }
    let mut told = Told::by(&storage).await;
    let ada = Subject::new(scope(), "ada");
    let ended = other.remove_all(&ada, Some(&key(3)), NOW).await.unwrap();
    assert_eq!(ended, 2);
    let changes = [told.next().await, told.next().await, told.next().await];
    for number in 1..=3 {
        assert!(changes.contains(&Change::Record(key(number))), "{number}");
    }
    told.is_told_of_nothing_more();
}

/// A floor, a table that somebody has emptied, what is too much to name, and a text, which may be
/// somebody's id.
#[tokio::test]
async fn what_is_not_named_may_be_anything() {
    let (name, storage, other) = two().await;
    let (client, mut told) = (client().await, Told::by(&storage).await);
    other.end_before(&scope(), NOW).await.unwrap();
    assert_eq!(told.next().await, Change::Anything);
    keep(&other, &StorageKey::text("an id").unwrap()).await;
    assert_eq!(told.next().await, Change::Anything);
    for number in 0..=100 {
        keep(&other, &key(number)).await;
        told.is_told_of(number).await;
    }
    let ada = Subject::new(scope(), "ada");
    let ended = other.remove_all(&ada, None, NOW).await.unwrap();
    assert_eq!(ended, 102);
    assert_eq!(told.next().await, Change::Anything);
    let empty = format!("TRUNCATE {}", name.as_str());
    client.batch_execute(&empty).await.unwrap();
    assert_eq!(told.next().await, Change::Anything);
    told.is_told_of_nothing_more();
}

/// What it removes has been none for an hour.
#[tokio::test]
async fn a_sweep_tells_nothing() {
    let (_, storage, other) = two().await;
    let mut told = Told::by(&storage).await;
    keep(&other, &key(1)).await;
    told.is_told_of(1).await;
    let later = NOW.saturating_add(Duration::from_hours(2));
    assert_eq!(other.sweep(later, 10).await.unwrap(), 1);
    // On the same connection what comes after it is told.
    keep(&other, &key(2)).await;
    told.is_told_of(2).await;
}

#[tokio::test]
async fn changes_of_another_storage_are_not_told() {
    let ((_, storage, other), (_, stranger, _)) = (two().await, two().await);
    let mut told = Told::by(&storage).await;
    keep(&stranger, &key(1)).await;
    keep(&other, &key(2)).await;
    told.is_told_of(2).await;
}

/// And who listens hears nothing, until somebody sets it up again.
#[tokio::test]
async fn tables_that_tell_no_more_are_told_of_when_they_do_again() {
    let (url, name) = (Postgres::shared().url(), fresh_name());
    let builder = || PostgresStorage::builder(&url).table(name.clone());
    let storage = builder().connect_notifying().await.unwrap();
    let mut told = Told::by(&storage).await;
    storage.as_plain().stop_notifying().await.unwrap();
    keep(&storage, &key(1)).await;
    let refused = builder().without_migrating().connect_notifying().await;
    assert!(
        matches!(refused, Err(OpenError::NotNotifying)),
        "{refused:?}"
    );
    told.is_told_of_nothing_more();
    // A second time there is nothing to do.
    storage.as_plain().stop_notifying().await.unwrap();
    builder().connect_notifying().await.unwrap();
    told.is_told_of_anything().await;
    keep(&storage, &key(2)).await;
    told.is_told_of(2).await;
    builder()
        .without_migrating()
        .connect_notifying()
        .await
        .unwrap();
}

#[tokio::test]
async fn who_stops_watching_leaves_no_connection_behind() {
    let (name, storage, _other) = two().await;
    let client = client().await;
    let channel = format!("{}_changes", name.as_str());
    // The last thing that a listening connection was asked holds the name of its table.
    let count = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
         AND (query LIKE 'LISTEN%{channel}%' OR query LIKE 'SELECT 1 FROM pg_trigger%\"{}\"%')",
        name.as_str()
    );
    let listening = async || {
        client
            .query_one(&count, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
    };
    // The pool has asked once, when it set the triggers up.
    let before = listening().await;
    let told = Told::by(&storage).await;
    assert_eq!(listening().await, before + 1);
    told.stop().await;
    let gone = async { while listening().await != before {} };
    let gone = tokio::time::timeout(Duration::from_secs(12), gone).await;
    assert!(gone.is_ok(), "the server still tells");
}
