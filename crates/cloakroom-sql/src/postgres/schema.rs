//! The tables and functions, and who makes them.

use deadpool_postgres::{Client, ClientWrapper, GenericClient, Pool};
use tokio_postgres::Error;

use super::failure::{is_missing_table, not_connected, not_opened};
use super::notices::Notices;
use super::queries::{CREATE, REMOVE_ALL};
use crate::error::OpenError;
use crate::shared::queries::{Arguments, declared};
use crate::shared::schema::{self, Types};
use crate::shared::statements::{EXISTS, Statements};
use crate::shared::template::within_routine;

const TYPES: Types = Types {
    int: "bigint",
    key: "bytea",
    scope: "bytea",
    subject: "bytea",
    hash: "bytea",
    content: "bytea",
    // Room on the page for the next state of a record, so that an update touches no index.
    options: " WITH (fillfactor = 80)",
};

/// The version of the tables that this crate needs.
pub(super) const VERSION: u32 = 2;

/// How many versions of records a connection takes from the sequence at once: each time is a write
/// to the server's log.
const VERSIONS_AT_ONCE: u32 = 1024;

/// The advisory lock under which tables are made: one at a time in a database.
const MIGRATING: i64 = 0x636c_6f61_6b72_6f6f;

/// Makes sure that the tables are there in the version of this crate.
pub(super) async fn ready(
    pool: &Pool,
    statements: &Statements,
    migrates: bool,
) -> Result<(), OpenError> {
    let mut client = pool.get().await.map_err(not_connected)?;
    let found = found(&client, statements).await.map_err(not_opened)?;
    if schema::missing(found, VERSION)?.is_empty() {
        let probe = schema::probe(&statements.names);
        return client.batch_execute(&probe).await.map_err(not_opened);
    }
    if !migrates {
        return Err(OpenError::SchemaNotMigrated { known: VERSION });
    }
    migrate(&mut client, statements).await
}

/// The newest version that is there, 0 for none.
async fn found(client: &Client, statements: &Statements) -> Result<u32, Error> {
    match client.query_one(&newest(statements), &[]).await {
        Ok(row) => row.try_get::<_, i64>(0).map(to_version),
        Err(error) if is_missing_table(&error) => Ok(0),
        Err(error) => Err(error),
    }
}

async fn migrate(client: &mut Client, statements: &Statements) -> Result<(), OpenError> {
    let names = &statements.names;
    let transaction = client.transaction().await.map_err(not_opened)?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    transaction
        .execute(lock, &[&MIGRATING])
        .await
        .map_err(not_opened)?;
    let versions = schema::versions(names, TYPES);
    transaction
        .batch_execute(&versions)
        .await
        .map_err(not_opened)?;
    let row = transaction.query_one(&newest(statements), &[]).await;
    let found = row
        .and_then(|row| row.try_get::<_, i64>(0))
        .map_err(not_opened)?;
    for version in schema::missing(to_version(found), VERSION)? {
        for statement in migration(statements, version) {
            transaction
                .batch_execute(&statement)
                .await
                .map_err(not_opened)?;
        }
    }
    transaction.commit().await.map_err(not_opened)
}

/// Makes sure that the tables tell of changes.
pub(super) async fn notifying(
    pool: &Pool,
    notices: &Notices,
    migrates: bool,
) -> Result<(), OpenError> {
    let mut client = pool.get().await.map_err(not_connected)?;
    if is_set_up(&client, notices).await.map_err(not_opened)? {
        return Ok(());
    }
    if !migrates {
        return Err(OpenError::NotNotifying);
    }
    let transaction = client.transaction().await.map_err(not_opened)?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    transaction
        .execute(lock, &[&MIGRATING])
        .await
        .map_err(not_opened)?;
    // Another program may have done it meanwhile.
    if !is_set_up(&transaction, notices).await.map_err(not_opened)? {
        let set_up = transaction.batch_execute(&notices.set_up()).await;
        set_up.map_err(not_opened)?;
    }
    transaction.commit().await.map_err(not_opened)
}

/// Makes the tables tell no more.
pub(super) async fn stop_notifying(client: &ClientWrapper, notices: &Notices) -> Result<(), Error> {
    // Statements that come together are one transaction.
    let stop = format!(
        "SELECT pg_advisory_xact_lock({MIGRATING}); {}",
        notices.stop()
    );
    client.batch_execute(&stop).await
}

async fn is_set_up(client: &impl GenericClient, notices: &Notices) -> Result<bool, Error> {
    let found = client.query_opt(&notices.is_set_up(), &[]).await?;
    Ok(found.is_some())
}

fn newest(statements: &Statements) -> String {
    schema::newest(&statements.names)
}

/// A version beyond all numbers is newer than any.
fn to_version(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What brings the tables to a version from the one before.
fn migration(statements: &Statements, version: u32) -> Vec<String> {
    let names = &statements.names;
    let mut made = match version {
        1 => first(statements),
        _ => second(statements),
    };
    made.push(schema::reached(names, version));
    made
}

/// The tables. In this version a column said when a record ends; see [`second`].
fn first(statements: &Statements) -> Vec<String> {
    let mut made = schema::tables(statements, TYPES);
    let versions = statements.names.with("versions");
    made.push(format!("CREATE SEQUENCE {versions} AS bigint"));
    made
}

/// An index in place of that column: a statement that changes one of the columns that it was
/// computed from had to read and plan its expression anew each time. And versions by the thousand.
fn second(statements: &Statements) -> Vec<String> {
    let names = &statements.names;
    let (records, versions) = (names.records(), names.with("versions"));
    vec![
        // Its index goes with it.
        format!("ALTER TABLE {records} DROP COLUMN IF EXISTS ends_at"),
        schema::index(names, "by_end", &statements.ends_at()),
        format!("ALTER SEQUENCE {versions} CACHE {VERSIONS_AT_ONCE}"),
        create(statements),
        remove_all(statements),
    ]
}

/// The function that makes a record. In before out: the oldest sessions end when the new one is
/// there, for it may lose against another one of its key.
fn create(statements: &Statements) -> String {
    let verdict = within_routine(&statements.verdict());
    let insert = within_routine(&statements.insert_over_ended());
    let end_oldest = within_routine(&statements.end_oldest());
    let results = ", OUT o_verdict bigint, OUT o_version bigint";
    let body = format!(
        "IF p_subject IS NOT NULL THEN PERFORM pg_advisory_xact_lock(p_subject_lock); END IF; \
         SELECT {verdict} INTO o_verdict; \
         IF o_verdict = 0 THEN \
         {insert} INTO o_version; \
         IF o_version IS NULL THEN o_verdict := {EXISTS}; \
         ELSIF p_keep_others IS NOT NULL THEN {end_oldest}; END IF; \
         END IF;"
    );
    function(&statements.names.with("create"), &CREATE, results, &body)
}

/// The function that ends all sessions of a subject. Each is counted as what it was when it went.
fn remove_all(statements: &Statements) -> String {
    let raise = within_routine(&statements.raise_number());
    let spare = within_routine(&statements.spare());
    let remove = within_routine(&statements.remove_others());
    let alive = within_routine(&statements.alive());
    let body = format!(
        "PERFORM pg_advisory_xact_lock(p_subject_lock); {raise}; {spare}; \
         WITH removed AS ({remove} RETURNING ({alive}) AS was_alive) \
         SELECT COUNT(*) FROM removed WHERE was_alive INTO o_removed;"
    );
    let name = statements.names.with("remove_all");
    function(&name, &REMOVE_ALL, ", OUT o_removed bigint", &body)
}

fn function(name: &str, arguments: &Arguments, results: &str, body: &str) -> String {
    let arguments = declared(arguments, "");
    format!(
        "CREATE OR REPLACE FUNCTION {name}({arguments}{results}) LANGUAGE plpgsql AS \
         $function$ BEGIN {body} END $function$"
    )
}
