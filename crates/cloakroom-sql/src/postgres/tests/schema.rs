//! How the tables come to be.

use cloakroom_storage::{Change, Watch};

use super::fixture::database;
use crate::error::OpenError;
use crate::postgres::PostgresStorage;
use crate::shared::race::keeps_one_session_of_two;
use crate::shared::schema::VERSION;
use crate::table::TableName;

/// Programs that start at once do not meet.
#[tokio::test]
async fn the_tables_are_made_by_one_of_many_that_connect_at_once() {
    let (url, client) = database().await;
    let connecting: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { PostgresStorage::connect(&url).await })
        })
        .collect();
    for connected in connecting {
        connected.await.unwrap().unwrap();
    }
    let versions = "SELECT COUNT(*) FROM cloakroom_sessions_schema";
    let row = client.query_one(versions, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), i64::from(VERSION));
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused() {
    let (url, client) = database().await;
    PostgresStorage::connect(&url).await.unwrap();
    let newer = "INSERT INTO cloakroom_sessions_schema VALUES (7)";
    client.batch_execute(newer).await.unwrap();
    let refused = PostgresStorage::connect(&url).await.unwrap_err();
    let is_known = matches!(
        refused,
        OpenError::SchemaTooNew {
            found: 7,
            known: VERSION
        }
    );
    assert!(is_known, "{refused:?}");
}

#[tokio::test]
async fn who_may_not_make_tables_needs_them_there() {
    let (url, client) = database().await;
    let user =
        "CREATE ROLE clerk LOGIN PASSWORD 'clerk'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO clerk;
        ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO clerk;";
    client.batch_execute(user).await.unwrap();
    let clerk = url.replace("shop:open-sesame", "clerk:clerk");
    let connect = || {
        PostgresStorage::builder(&clerk)
            .without_migrating()
            .connect()
    };
    let refused = connect().await.unwrap_err();
    assert!(
        matches!(refused, OpenError::SchemaNotMigrated { known: VERSION }),
        "{refused:?}"
    );
    let refused = PostgresStorage::connect(&clerk).await.unwrap_err();
    assert!(matches!(refused, OpenError::Storage(_)), "{refused:?}");
    PostgresStorage::connect(&url).await.unwrap();
    keeps_one_session_of_two(&connect().await.unwrap()).await;
}

/// Who may only write is heard and hears, once somebody else has set it up; it takes many at once.
#[tokio::test]
async fn who_may_not_change_the_tables_may_tell_and_listen() {
    let (url, client) = database().await;
    let user =
        "CREATE ROLE writer LOGIN PASSWORD 'writer'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO writer;
        ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO writer;";
    client.batch_execute(user).await.unwrap();
    let writer = url.replace("shop:open-sesame", "writer:writer");
    let connect = || {
        let builder = PostgresStorage::builder(&writer);
        builder.without_migrating().connect_notifying()
    };
    PostgresStorage::connect(&url).await.unwrap();
    let refused = connect().await.unwrap_err();
    assert!(matches!(refused, OpenError::NotNotifying), "{refused:?}");
    let refused = PostgresStorage::connect_notifying(&writer).await;
    assert!(matches!(refused, Err(OpenError::Storage(_))), "{refused:?}");
    let connecting: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { PostgresStorage::connect_notifying(&url).await })
        })
        .collect();
    for connected in connecting {
        connected.await.unwrap().unwrap();
    }
    // The functions that make a record and end all; not those of the triggers, which nobody calls.
    let calls = "GRANT EXECUTE ON FUNCTION cloakroom_sessions_create, \
                 cloakroom_sessions_remove_all TO writer";
    client.batch_execute(calls).await.unwrap();
    let storage = connect().await.unwrap();
    let (sender, mut changes) = tokio::sync::mpsc::unbounded_channel();
    let watching = tokio::spawn(storage.watch(move |change| {
        sender.send(change).ok();
    }));
    assert_eq!(changes.recv().await, Some(Change::Anything));
    keeps_one_session_of_two(&storage).await;
    assert!(matches!(changes.recv().await, Some(Change::Record(_))));
    watching.abort();
}

/// A table of our name that somebody else made is left as it is.
#[tokio::test]
async fn a_table_of_somebody_else_is_not_taken_over() {
    let (url, client) = database().await;
    let other = "CREATE TABLE cloakroom_sessions (theirs int)";
    client.batch_execute(other).await.unwrap();
    let refused = PostgresStorage::connect(&url).await.unwrap_err();
    assert!(matches!(refused, OpenError::Storage(_)), "{refused:?}");
    let count = "SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE 'cloakroom_sessions%'";
    let row = client.query_one(count, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1, "nothing was made beside it");
}

/// Two names share nothing, the longest and a reserved word among them.
#[tokio::test]
async fn every_name_that_is_allowed_works() {
    let (url, _client) = database().await;
    for name in ["table", "select", &"s".repeat(TableName::MAX)] {
        let name = TableName::new(name).unwrap();
        let storage = PostgresStorage::builder(&url)
            .table(name)
            .connect()
            .await
            .unwrap();
        keeps_one_session_of_two(&storage).await;
    }
}
