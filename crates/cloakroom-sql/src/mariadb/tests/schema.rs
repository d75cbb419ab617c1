//! How the tables come to be.

use mysql_async::prelude::Queryable;

use super::fixture::{builder, connect, fresh_name};
use crate::error::OpenError;
use crate::mariadb::schema::VERSION;
use crate::shared::race::keeps_one_session_of_two;
use crate::table::TableName;

/// Programs that start at once do not meet.
#[tokio::test]
async fn the_tables_are_made_by_one_of_many_that_connect_at_once() {
    let table = fresh_name();
    let connecting: Vec<_> = (0..8)
        .map(|_| tokio::spawn(builder(&table).connect()))
        .collect();
    for connected in connecting {
        connected.await.unwrap().unwrap();
    }
    let versions = format!(
        "SELECT COUNT(*) FROM {}_schema WHERE version > 0",
        table.as_str()
    );
    let versions: Option<u32> = connect().await.query_first(versions).await.unwrap();
    assert_eq!(versions, Some(VERSION));
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused() {
    let table = fresh_name();
    builder(&table).connect().await.unwrap();
    let newer = format!("INSERT INTO {}_schema VALUES (7)", table.as_str());
    connect().await.query_drop(newer).await.unwrap();
    let refused = builder(&table).connect().await.unwrap_err();
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
    let table = fresh_name();
    let refused = builder(&table)
        .without_migrating()
        .connect()
        .await
        .unwrap_err();
    assert!(
        matches!(refused, OpenError::SchemaNotMigrated { known: VERSION }),
        "{refused:?}"
    );
    builder(&table).connect().await.unwrap();
    builder(&table).without_migrating().connect().await.unwrap();
}

/// A table of our name that somebody else made is left as it is, however often it is tried.
#[tokio::test]
async fn a_table_of_somebody_else_is_not_taken_over() {
    let (table, mut connection) = (fresh_name(), connect().await);
    let name = table.as_str();
    let other = format!("CREATE TABLE {name} (theirs INT)");
    connection.query_drop(other).await.unwrap();
    connection
        .query_drop(format!("INSERT INTO {name} VALUES (7)"))
        .await
        .unwrap();
    for _ in 0..2 {
        let refused = builder(&table).connect().await.unwrap_err();
        assert!(matches!(refused, OpenError::Storage { .. }), "{refused:?}");
    }
    let theirs = format!("SELECT theirs FROM {name}");
    let theirs: Option<u32> = connection.query_first(theirs).await.unwrap();
    assert_eq!(theirs, Some(7));
}

/// What a program left behind that ended while it made the tables is made anew.
#[tokio::test]
async fn tables_that_were_left_half_made_are_made_anew() {
    let (table, mut connection) = (fresh_name(), connect().await);
    builder(&table).connect().await.unwrap();
    let name = table.as_str();
    for half_made in [
        format!("DELETE FROM {name}_schema WHERE version > 0"),
        format!("DROP TABLE {name}_subjects"),
        format!("DROP PROCEDURE {name}_sweep"),
    ] {
        connection.query_drop(half_made).await.unwrap();
    }
    let storage = builder(&table).connect().await.unwrap();
    keeps_one_session_of_two(&storage).await;
}

/// Two names share nothing, the longest and a reserved word among them.
#[tokio::test]
async fn every_name_that_is_allowed_works() {
    for name in ["table", "select", &"s".repeat(TableName::MAX)] {
        let table = TableName::new(name).unwrap();
        let storage = builder(&table).connect().await.unwrap();
        keeps_one_session_of_two(&storage).await;
    }
}
