//! The statements of the calls.

use super::notices::SWEEPS;
use crate::shared::backend::Call;
use crate::shared::names::Names;
use crate::shared::queries::{Arguments, Queries, given};
use crate::shared::statements::{Ends, Statements};
use crate::shared::template::{Statement, Style};
use crate::table::TableName;

/// The arguments of the function that makes a record, with their types.
pub(super) const CREATE: [(&str, &str); 16] = [
    ("key", "bytea"),
    ("scope", "bytea"),
    ("subject", "bytea"),
    ("subject_lock", "bigint"),
    ("subject_number", "bigint"),
    ("proof", "bytea"),
    ("previous_proof", "bytea"),
    ("rotated_at", "bigint"),
    ("previous_until", "bigint"),
    ("created_at", "bigint"),
    ("absolute_deadline", "bigint"),
    ("idle_deadline", "bigint"),
    ("content", "bytea"),
    ("reject_at", "bigint"),
    ("keep_others", "bigint"),
    ("now", "bigint"),
];

/// The arguments of the function that ends all sessions of a subject.
pub(super) const REMOVE_ALL: [(&str, &str); 6] = [
    ("scope", "bytea"),
    ("subject", "bytea"),
    ("subject_lock", "bigint"),
    ("first_number", "bigint"),
    ("except", "bytea"),
    ("now", "bigint"),
];

/// One statement for each call.
pub(super) fn queries(statements: &Statements) -> Queries {
    let of = |template: &str| Statement::of(template, Style::Numbered('$'));
    let names = &statements.names;
    Queries {
        read: of(&statements.read()),
        create: of(&call(&names.with("create"), &CREATE)),
        update: of(&format!("{} RETURNING version", statements.update())),
        touch: of(&statements.touch()),
        take: of(&statements.take()),
        remove: of(&statements.remove()),
        number: of(&statements.number()),
        list: of(&statements.list()),
        remove_all: of(&call(&names.with("remove_all"), &REMOVE_ALL)),
        end_before: of(&statements.raise_floor()),
        sweep: of(&sweep(statements)),
    }
}

/// The statements on the tables of this name.
pub(super) fn statements(table: TableName) -> Statements {
    let names = Names::new(table, '"');
    let new_version = format!("nextval('{}')", names.with("versions"));
    Statements::new(names, new_version, Ends::Expression)
}

/// Whether a call is answered with rows, not with how many it changed.
pub(super) const fn gives_rows(call: Call) -> bool {
    match call {
        Call::Read | Call::Create | Call::Update | Call::Number | Call::List | Call::RemoveAll => {
            true
        }
        Call::Touch | Call::Take | Call::Remove | Call::EndBefore | Call::Sweep => false,
    }
}

fn call(function: &str, arguments: &Arguments) -> String {
    format!("SELECT * FROM {function}({})", given(arguments))
}

/// Removes at most so many records that are over for long, but those that another call holds.
///
/// It says of itself that it is a sweep: nobody need be told of what was none for an hour.
///
/// For each floor the oldest are asked for in their order: without it the planner takes a third of
/// all records to be below, and reads them all to find none.
fn sweep(statements: &Statements) -> String {
    let (records, floors) = (statements.names.records(), statements.names.with("floors"));
    let expired = statements.expired();
    format!(
        "WITH sweep AS (SELECT set_config('{SWEEPS}', 'yes', true)), \
         expired AS ({expired} LIMIT :batch FOR UPDATE SKIP LOCKED), \
         below AS (SELECT r.record_key FROM {floors} AS f CROSS JOIN LATERAL \
         (SELECT record_key FROM {records} WHERE scope = f.scope AND created_at < f.floor_at \
         ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED) AS r WHERE f.floor_at < :before) \
         DELETE FROM {records} WHERE record_key IN (SELECT record_key FROM expired \
         UNION SELECT record_key FROM below LIMIT :batch) AND EXISTS (SELECT FROM sweep)"
    )
}
