//! The tables and procedures, and who makes them.
//!
//! * **Neither server undoes the making of a table.** A row of version 0 says that the tables which
//!   are there without a version are ours, left by a program that ended in between: they are made
//!   anew. It is only written where there was no table of our names.

use mysql_async::Conn;
use mysql_async::Error;
use mysql_async::prelude::Queryable;

use super::failure::{is_missing_table, not_opened};
use super::queries::{CREATE, REMOVE_ALL, SWEEP};
use crate::error::OpenError;
use crate::problem::Problem;
use crate::shared::cause::{corrupt, unavailable};
use crate::shared::names::Names;
use crate::shared::queries::{Arguments, declared};
use crate::shared::schema::{self, Types};
use crate::shared::statements::Statements;
use crate::shared::template::within_routine;

const TYPES: Types = Types {
    int: "BIGINT",
    key: "VARBINARY(257)",
    scope: "VARBINARY(255)",
    subject: "VARBINARY(1024)",
    hash: "BINARY(32)",
    content: "LONGBLOB",
    options: " ENGINE=InnoDB ROW_FORMAT=DYNAMIC",
};

/// The version of the tables that this crate needs.
pub(super) const VERSION: u32 = 1;

/// How many rows there are of which one is locked for a subject.
const STRIPES: u32 = 256;

/// How many seconds are waited for another program that makes the tables.
const PATIENCE: u32 = 30;

const TABLES: [&str; 4] = ["floors", "subjects", "locks", "versions"];
const PROCEDURES: [&str; 3] = ["create", "remove_all", "sweep"];

/// Makes sure that the tables are there in the version of this crate.
pub(super) async fn ready(
    connection: &mut Conn,
    statements: &Statements,
    migrates: bool,
) -> Result<(), OpenError> {
    let found = match newest(connection, &statements.names).await {
        Err(error) if is_missing_table(&error) => 0,
        found => found.map_err(not_opened)?,
    };
    if schema::missing(found, VERSION)?.is_empty() {
        let probed = connection.query_drop(schema::probe(&statements.names));
        return probed.await.map_err(not_opened);
    }
    if !migrates {
        return Err(OpenError::SchemaNotMigrated { known: VERSION });
    }
    // The lock ends with the connection, where it is not given back before.
    let lock = "SELECT GET_LOCK(?, ?)";
    let name = format!("cloakroom {}", statements.names.records());
    let locked = connection.exec_first(lock, (&name, PATIENCE)).await;
    if locked.map_err(not_opened)? != Some(1) {
        let problem = "another program makes the tables";
        let error = unavailable().with_source(problem);
        return Err(OpenError::of(Problem::Busy, error));
    }
    migrate(connection, statements).await?;
    let unlock = connection
        .exec_drop("SELECT RELEASE_LOCK(?)", (&name,))
        .await;
    unlock.map_err(not_opened)
}

async fn migrate(connection: &mut Conn, statements: &Statements) -> Result<(), OpenError> {
    let names = &statements.names;
    let versions = schema::versions(names, TYPES);
    connection.query_drop(versions).await.map_err(not_opened)?;
    let found = newest(connection, names).await.map_err(not_opened)?;
    for version in schema::missing(found, VERSION)? {
        begin(connection, names).await?;
        for statement in migration(statements, version) {
            connection.query_drop(statement).await.map_err(not_opened)?;
        }
    }
    Ok(())
}

/// Notes that the tables without a version are ours, where there is none of our names yet.
async fn begin(connection: &mut Conn, names: &Names) -> Result<(), OpenError> {
    let schema = names.with("schema");
    let marker = format!("SELECT COUNT(*) FROM {schema} WHERE version = 0");
    let marked: Option<i64> = connection.query_first(marker).await.map_err(not_opened)?;
    if marked == Some(1) {
        return Ok(());
    }
    for table in tables(names) {
        match connection
            .query_drop(format!("SELECT 1 FROM {table} LIMIT 1"))
            .await
        {
            Err(error) if is_missing_table(&error) => {}
            Err(error) => return Err(not_opened(error)),
            Ok(()) => {
                let problem = "a table of our name is there, and not ours";
                return Err(OpenError::of(Problem::NameTaken, corrupt(problem)));
            }
        }
    }
    let marker = schema::reached(names, 0);
    connection.query_drop(marker).await.map_err(not_opened)
}

/// The newest version that is there, 0 for none.
async fn newest(connection: &mut Conn, names: &Names) -> Result<u32, Error> {
    let newest: Option<i64> = connection.query_first(schema::newest(names)).await?;
    // A version beyond all numbers is newer than any.
    Ok(u32::try_from(newest.unwrap_or_default()).unwrap_or(u32::MAX))
}

fn tables(names: &Names) -> impl Iterator<Item = String> + '_ {
    let others = TABLES.into_iter().map(|table| names.with(table));
    std::iter::once(names.records()).chain(others)
}

/// What brings the tables to a version from the one before.
fn migration(statements: &Statements, version: u32) -> Vec<String> {
    let names = &statements.names;
    let mut made: Vec<_> = tables(names)
        .map(|table| format!("DROP TABLE IF EXISTS {table}"))
        .collect();
    made.extend(PROCEDURES.map(|p| format!("DROP PROCEDURE IF EXISTS {}", names.with(p))));
    made.extend(schema::tables(statements, TYPES));
    made.push(schema::index(names, "by_end", "ends_at"));
    made.extend(schema::counter(names, TYPES));
    made.extend(locks(names));
    made.extend([
        create(statements),
        remove_all(statements),
        sweep(statements),
    ]);
    made.push(schema::reached(names, version));
    made
}

/// The rows of which one is locked for a subject.
fn locks(names: &Names) -> [String; 2] {
    let locks = names.with("locks");
    let rows: Vec<_> = (0..STRIPES).map(|stripe| format!("({stripe})")).collect();
    let options = TYPES.options;
    [
        format!("CREATE TABLE {locks} (stripe BIGINT NOT NULL PRIMARY KEY){options}"),
        format!("INSERT INTO {locks} (stripe) VALUES {}", rows.join(", ")),
    ]
}

/// Makes the subject's other sign-ins and endings wait until the transaction is over.
fn lock(names: &Names) -> String {
    let locks = names.with("locks");
    let stripe = format!("p_subject_lock & {}", STRIPES - 1);
    format!("SELECT stripe INTO v_stripe FROM {locks} WHERE stripe = {stripe} FOR UPDATE")
}

/// The procedure that makes a record. Where another call made one under the key in between, it is
/// rolled back with the error of a duplicate, and tried again.
fn create(statements: &Statements) -> String {
    let (records, lock) = (statements.names.records(), lock(&statements.names));
    let verdict = within_routine(&statements.verdict());
    let alive = within_routine(&statements.alive());
    let insert = within_routine(&statements.insert());
    let oldest = within_routine(&statements.oldest());
    let steps = format!(
        "IF p_subject IS NOT NULL THEN {lock}; END IF; \
         SELECT {verdict} INTO v_result; \
         IF v_result = 0 THEN \
         DELETE FROM {records} WHERE record_key = p_key AND NOT ({alive}); \
         {insert}; \
         IF p_keep_others IS NOT NULL THEN \
         DELETE {records} FROM ({oldest}) AS oldest STRAIGHT_JOIN {records} \
         ON {records}.record_key = oldest.record_key; \
         END IF; END IF;"
    );
    let answer = "SELECT v_result, p_new_version";
    procedure(&statements.names.with("create"), &CREATE, &steps, answer)
}

/// The procedure that ends all sessions of a subject. Those that are counted are locked until they
/// are removed.
fn remove_all(statements: &Statements) -> String {
    let lock = lock(&statements.names);
    let first = within_routine(&statements.first_number());
    let raised = within_routine(&statements.raised_number());
    let spare = within_routine(&statements.spare());
    let live = within_routine(&statements.live_others());
    let remove = within_routine(&statements.remove_others());
    let steps = format!(
        "{lock}; {first} ON DUPLICATE KEY UPDATE {raised}; {spare}; \
         SELECT COUNT(*) INTO v_result {live} FOR UPDATE; {remove};"
    );
    let name = statements.names.with("remove_all");
    procedure(&name, &REMOVE_ALL, &steps, "SELECT v_result")
}

/// The procedure that sweeps: what expired, then what is below each of the floors, of which there
/// are few.
fn sweep(statements: &Statements) -> String {
    let names = &statements.names;
    let (records, floors) = (names.records(), names.with("floors"));
    let (expired, below) = (expired(&records), below_one_floor(&records));
    let (expired, below) = (within_routine(&expired), within_routine(&below));
    let steps = format!(
        "{expired} LIMIT p_batch; \
         SET v_result = ROW_COUNT(); \
         FLOORS: BEGIN \
         DECLARE p_scope VARBINARY(255); \
         DECLARE p_floor_at BIGINT; \
         DECLARE v_floors CURSOR FOR \
         SELECT scope, floor_at FROM {floors} WHERE floor_at < p_before; \
         DECLARE EXIT HANDLER FOR NOT FOUND BEGIN END; \
         OPEN v_floors; \
         LOOP \
         SET v_rest = p_batch - v_result; \
         IF v_rest <= 0 THEN LEAVE FLOORS; END IF; \
         FETCH v_floors INTO p_scope, p_floor_at; \
         {below} LIMIT v_rest; \
         SET v_result = v_result + ROW_COUNT(); \
         END LOOP; END;"
    );
    procedure(&names.with("sweep"), &SWEEP, &steps, "SELECT v_result")
}

/// Removes what is over by its deadlines, what ended first.
pub(super) fn expired(records: &str) -> String {
    format!("DELETE FROM {records} WHERE ends_at < :before ORDER BY ends_at")
}

/// Removes what is below a floor, the oldest first.
pub(super) fn below_one_floor(records: &str) -> String {
    format!(
        "DELETE FROM {records} WHERE scope = :scope AND created_at < :floor_at ORDER BY created_at"
    )
}

/// A procedure that is one transaction, rolled back whole where any of its steps fails.
fn procedure(name: &str, arguments: &Arguments, steps: &str, answer: &str) -> String {
    let arguments = declared(arguments, "IN ");
    format!(
        "CREATE PROCEDURE {name}({arguments}) BEGIN \
         DECLARE v_result, v_rest, v_stripe BIGINT DEFAULT 0; \
         DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; \
         START TRANSACTION; {steps} COMMIT; {answer}; END"
    )
}
