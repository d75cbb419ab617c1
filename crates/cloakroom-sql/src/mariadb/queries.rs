//! The statements of the calls.

use crate::shared::names::Names;
use crate::shared::queries::{Arguments, Queries, given};
use crate::shared::schema::BLOCK;
use crate::shared::statements::{Ends, Statements};
use crate::shared::template::{Statement, Style};
use crate::table::TableName;

/// The arguments of the procedure that makes a record, with their types.
pub(super) const CREATE: [(&str, &str); 17] = [
    ("key", "VARBINARY(257)"),
    ("new_version", "BIGINT"),
    ("scope", "VARBINARY(255)"),
    ("subject", "VARBINARY(1024)"),
    ("subject_lock", "BIGINT"),
    ("subject_number", "BIGINT"),
    ("proof", "BINARY(32)"),
    ("previous_proof", "BINARY(32)"),
    ("rotated_at", "BIGINT"),
    ("previous_until", "BIGINT"),
    ("created_at", "BIGINT"),
    ("absolute_deadline", "BIGINT"),
    ("idle_deadline", "BIGINT"),
    ("content", "LONGBLOB"),
    ("reject_at", "BIGINT"),
    ("keep_others", "BIGINT"),
    ("now", "BIGINT"),
];

/// The arguments of the procedure that ends all sessions of a subject.
pub(super) const REMOVE_ALL: [(&str, &str); 6] = [
    ("scope", "VARBINARY(255)"),
    ("subject", "VARBINARY(1024)"),
    ("subject_lock", "BIGINT"),
    ("first_number", "BIGINT"),
    ("except", "VARBINARY(257)"),
    ("now", "BIGINT"),
];

/// The arguments of the procedure that sweeps.
pub(super) const SWEEP: [(&str, &str); 2] = [("before", "BIGINT"), ("batch", "BIGINT")];

/// One statement for each call.
pub(super) fn queries(statements: &Statements) -> Queries {
    let of = |template: &str| Statement::of(template, Style::Anonymous);
    let names = &statements.names;
    let (first, higher) = (statements.first_floor(), statements.higher_floor());
    Queries {
        read: of(&statements.read()),
        create: of(&call(&names.with("create"), &CREATE)),
        update: of(&statements.update()),
        touch: of(&statements.touch()),
        take: of(&statements.take()),
        remove: of(&statements.remove()),
        number: of(&statements.number()),
        list: of(&statements.list()),
        remove_all: of(&call(&names.with("remove_all"), &REMOVE_ALL)),
        end_before: of(&format!("{first} ON DUPLICATE KEY UPDATE {higher}")),
        sweep: of(&call(&names.with("sweep"), &SWEEP)),
    }
}

/// Takes the next block of versions; the first of them is the id that it "inserted".
pub(super) fn take_block(names: &Names) -> String {
    let counter = names.with("versions");
    format!("UPDATE {counter} SET next = LAST_INSERT_ID(next) + {BLOCK}")
}

/// The statements on the tables of this name.
pub(super) fn statements(table: TableName) -> Statements {
    let names = Names::new(table, '`');
    Statements::new(names, ":new_version".to_owned(), Ends::Column)
}

fn call(procedure: &str, arguments: &Arguments) -> String {
    format!("CALL {procedure}({})", given(arguments))
}
