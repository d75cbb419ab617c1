//! The tables, and their versions.
//!
//! * **Numbered**: a table has a row for each version that the tables were brought to. What a newer
//!   crate made is refused, since an older one would keep promises that it does not know.
//! * **One at a time**: each database's module holds a lock while it migrates, so programs that
//!   start at once do not meet.
//! * **Nothing is taken over**: a table of our name that somebody else made is an error.

use std::ops::RangeInclusive;

use crate::error::OpenError;
use crate::shared::names::Names;
use crate::shared::statements::Statements;

/// What a database calls the types of the columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Types {
    pub(crate) int: &'static str,
    /// A byte for the kind of a key, and its own.
    pub(crate) key: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) subject: &'static str,
    /// 32 bytes.
    pub(crate) hash: &'static str,
    pub(crate) content: &'static str,
    /// What comes after the columns.
    pub(crate) options: &'static str,
}

/// The versions that are missing up to `known`, in order, where `found` is the newest that is there.
pub(crate) fn missing(found: u32, known: u32) -> Result<RangeInclusive<u32>, OpenError> {
    if found > known {
        return Err(OpenError::SchemaTooNew { found, known });
    }
    Ok(found + 1..=known)
}

/// The table of versions, which is there before all others.
pub(crate) fn versions(names: &Names, types: Types) -> String {
    let (schema, Types { int, options, .. }) = (names.with("schema"), types);
    format!("CREATE TABLE IF NOT EXISTS {schema} (version {int} NOT NULL PRIMARY KEY){options}")
}

/// The newest version that is there, 0 for none.
pub(crate) fn newest(names: &Names) -> String {
    format!(
        "SELECT COALESCE(MAX(version), 0) FROM {}",
        names.with("schema")
    )
}

/// Removes nothing, and fails where nothing could be: on a replica, for a user without rights. So that it is
/// told to who starts a program, and not by the first request. (SQLite says so itself.)
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) fn probe(names: &Names) -> String {
    // With a key in the condition also MariaDB's `sql_safe_updates` lets it pass.
    format!(
        "DELETE FROM {} WHERE record_key IS NULL AND 1 = 0",
        names.records()
    )
}

/// Notes that the tables are of this version.
pub(crate) fn reached(names: &Names, version: u32) -> String {
    format!(
        "INSERT INTO {} (version) VALUES ({version})",
        names.with("schema")
    )
}

/// An index on the records.
pub(crate) fn index(names: &Names, name: &str, columns: &str) -> String {
    let (name, records) = (names.with(name), names.records());
    format!("CREATE INDEX {name} ON {records} ({columns})")
}

/// The tables, with the indexes that subjects and floors find records by.
pub(crate) fn tables(statements: &Statements, types: Types) -> Vec<String> {
    let names = &statements.names;
    let (records, floors, subjects) = (
        names.records(),
        names.with("floors"),
        names.with("subjects"),
    );
    let Types {
        int,
        key,
        scope,
        subject,
        hash,
        content,
        options,
    } = types;
    let ends_at = statements
        .ends
        .computed()
        .map(|by| format!("ends_at {int} GENERATED ALWAYS AS ({by}) STORED, "))
        .unwrap_or_default();
    vec![
        format!(
            "CREATE TABLE {records} (record_key {key} NOT NULL PRIMARY KEY, \
             version {int} NOT NULL, scope {scope} NOT NULL, subject {subject}, \
             subject_number {int}, proof {hash} NOT NULL, previous_proof {hash}, rotated_at {int}, \
             previous_until {int}, created_at {int} NOT NULL, absolute_deadline {int}, \
             idle_deadline {int}, {ends_at}content {content} NOT NULL){options}"
        ),
        index(names, "by_subject", "scope, subject, created_at"),
        index(names, "by_created", "scope, created_at"),
        format!(
            "CREATE TABLE {floors} (scope {scope} NOT NULL PRIMARY KEY, \
             floor_at {int} NOT NULL){options}"
        ),
        format!(
            "CREATE TABLE {subjects} (scope {scope} NOT NULL, subject {subject} NOT NULL, \
             number {int} NOT NULL, PRIMARY KEY (scope, subject)){options}"
        ),
    ]
}

/// How many versions a program takes at once, where the database has no sequence.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) const BLOCK: i64 = 1 << 16;

/// The counter of the versions that programs have taken.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) fn counter(names: &Names, types: Types) -> [String; 2] {
    let (counter, Types { int, options, .. }) = (names.with("versions"), types);
    [
        format!("CREATE TABLE {counter} (next {int} NOT NULL){options}"),
        format!("INSERT INTO {counter} (next) VALUES (1)"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused() {
        assert!(missing(0, 2).unwrap().eq(1..=2));
        assert!(missing(2, 2).unwrap().is_empty());
        let error = missing(3, 2).unwrap_err();
        assert!(matches!(
            error,
            OpenError::SchemaTooNew { found: 3, known: 2 }
        ));
    }
}
