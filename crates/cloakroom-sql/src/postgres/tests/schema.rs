//! How the tables come to be.

use cloakroom_storage::{
    Change, Storage as _, StorageKey, Timestamp, TouchOutcome, UpdateOutcome, Watch,
};

use tokio_postgres::Client;

use super::fixture::database;
use crate::error::OpenError;
use crate::postgres::PostgresStorage;
use crate::postgres::schema::VERSION;
use crate::shared::race::keeps_one_session_of_two;
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
    assert!(matches!(refused, OpenError::Storage { .. }), "{refused:?}");
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
    assert!(
        matches!(refused, Err(OpenError::Storage { .. })),
        "{refused:?}"
    );
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

/// The tables of version 1, with what this version changes: a column, its index, the sequence and the
/// functions.
const VERSION_1: &str = "
    CREATE TABLE cloakroom_sessions_schema (version bigint NOT NULL PRIMARY KEY);
    INSERT INTO cloakroom_sessions_schema VALUES (1);
    CREATE TABLE cloakroom_sessions (
        record_key bytea NOT NULL PRIMARY KEY, version bigint NOT NULL, scope bytea NOT NULL,
        subject bytea, subject_number bigint, proof bytea NOT NULL, previous_proof bytea,
        rotated_at bigint, previous_until bigint, created_at bigint NOT NULL,
        absolute_deadline bigint, idle_deadline bigint,
        ends_at bigint GENERATED ALWAYS AS (CASE WHEN absolute_deadline < idle_deadline
            OR idle_deadline IS NULL THEN absolute_deadline ELSE idle_deadline END) STORED,
        content bytea NOT NULL);
    CREATE INDEX cloakroom_sessions_by_end ON cloakroom_sessions (ends_at);
    CREATE INDEX cloakroom_sessions_by_subject
        ON cloakroom_sessions (scope, subject, created_at);
    CREATE INDEX cloakroom_sessions_by_created ON cloakroom_sessions (scope, created_at);
    CREATE TABLE cloakroom_sessions_floors (scope bytea NOT NULL PRIMARY KEY,
        floor_at bigint NOT NULL);
    CREATE TABLE cloakroom_sessions_subjects (scope bytea NOT NULL, subject bytea NOT NULL,
        number bigint NOT NULL, PRIMARY KEY (scope, subject));
    CREATE SEQUENCE cloakroom_sessions_versions AS bigint;
    CREATE FUNCTION cloakroom_sessions_create(
        p_key bytea, p_scope bytea, p_subject bytea, p_subject_lock bigint,
        p_subject_number bigint, p_proof bytea, p_previous_proof bytea, p_rotated_at bigint,
        p_previous_until bigint, p_created_at bigint, p_absolute_deadline bigint,
        p_idle_deadline bigint, p_content bytea, p_reject_at bigint, p_keep_others bigint,
        p_now bigint, OUT o_verdict bigint, OUT o_version bigint)
        LANGUAGE plpgsql AS $$ BEGIN PERFORM ends_at FROM cloakroom_sessions; END $$;
    CREATE FUNCTION cloakroom_sessions_remove_all(
        p_scope bytea, p_subject bytea, p_subject_lock bigint, p_first_number bigint,
        p_except bytea, p_now bigint, OUT o_removed bigint)
        LANGUAGE plpgsql AS $$ BEGIN PERFORM ends_at FROM cloakroom_sessions; END $$;
    INSERT INTO cloakroom_sessions (record_key, version, scope, proof, created_at,
        absolute_deadline, idle_deadline, content)
        VALUES ('\\x00' || sha256('key'), nextval('cloakroom_sessions_versions'), 'shop/login',
        sha256('proof'), 5, 40, 20, 'kept');";

/// Who was logged in stays so, until the same instant.
#[tokio::test]
async fn tables_of_the_first_version_are_brought_to_this_one_with_their_sessions() {
    let (url, client) = database().await;
    client.batch_execute(VERSION_1).await.unwrap();
    let refused = PostgresStorage::builder(&url).without_migrating();
    let refused = refused.connect().await.unwrap_err();
    assert!(
        matches!(refused, OpenError::SchemaNotMigrated { known: VERSION }),
        "{refused:?}"
    );

    let storage = PostgresStorage::connect(&url).await.unwrap();

    let hash = "SELECT sha256('key')";
    let hash: Vec<u8> = client.query_one(hash, &[]).await.unwrap().get(0);
    let key = StorageKey::hash(hash.try_into().unwrap());
    let at = Timestamp::from_millis;
    let stored = storage.read(&key, at(19)).await.unwrap().unwrap();
    assert_eq!(*stored.record.content, *b"kept");
    assert_eq!(storage.read(&key, at(20)).await.unwrap(), None);
    let touched = storage.touch(&key, at(50), at(19)).await.unwrap();
    assert_eq!(touched, TouchOutcome::Touched);
    let (next, now) = (stored.record.clone(), at(39));
    let updated = storage.update(&key, stored.version, &next, now).await;
    assert!(matches!(updated.unwrap(), UpdateOutcome::Updated(_)));
    assert_eq!(storage.read(&key, at(40)).await.unwrap(), None);
    keeps_one_session_of_two(&storage).await;

    // As where they are made anew.
    let brought = made(&client).await;
    assert!(brought.contains(&"1024".to_owned()), "versions at once");
    let (url, client) = database().await;
    PostgresStorage::connect(&url).await.unwrap();
    assert_eq!(brought, made(&client).await);
}

/// The columns, indexes and functions that there are, and how many versions are taken at once.
async fn made(client: &Client) -> Vec<String> {
    let made = "SELECT table_name || '.' || column_name || ' ' || data_type \
                FROM information_schema.columns WHERE table_name LIKE 'cloakroom%' \
                UNION SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'cloakroom%' \
                UNION SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'cloakroom%' \
                UNION SELECT cache_size::text FROM pg_sequences ORDER BY 1";
    let rows = client.query(made, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// A table of our name that somebody else made is left as it is.
#[tokio::test]
async fn a_table_of_somebody_else_is_not_taken_over() {
    let (url, client) = database().await;
    let other = "CREATE TABLE cloakroom_sessions (theirs int)";
    client.batch_execute(other).await.unwrap();
    let refused = PostgresStorage::connect(&url).await.unwrap_err();
    assert!(matches!(refused, OpenError::Storage { .. }), "{refused:?}");
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
