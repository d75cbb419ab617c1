//! The statements of the calls.

use crate::shared::backend::Call;
use crate::shared::names::Names;
use crate::shared::schema::BLOCK;
use crate::shared::statements::Statements;
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
#[derive(Debug)]
pub(super) struct Queries {
    read: Statement,
    create: Statement,
    update: Statement,
    touch: Statement,
    remove: Statement,
    number: Statement,
    list: Statement,
    remove_all: Statement,
    end_before: Statement,
    sweep: Statement,
    /// Takes the next block of versions; the first of them is the id that it "inserted".
    pub(super) take_block: String,
}

impl Queries {
    pub(super) fn new(statements: &Statements) -> Self {
        let of = |template: &str| Statement::of(template, Style::Anonymous);
        let names = &statements.names;
        let (first, higher) = (statements.first_floor(), statements.higher_floor());
        let counter = names.with("versions");
        Self {
            read: of(&statements.read()),
            create: of(&call(&names.with("create"), &CREATE)),
            update: of(&statements.update()),
            touch: of(&statements.touch()),
            remove: of(&statements.remove()),
            number: of(&statements.number()),
            list: of(&statements.list()),
            remove_all: of(&call(&names.with("remove_all"), &REMOVE_ALL)),
            end_before: of(&format!("{first} ON DUPLICATE KEY UPDATE {higher}")),
            sweep: of(&call(&names.with("sweep"), &SWEEP)),
            take_block: format!("UPDATE {counter} SET next = LAST_INSERT_ID(next) + {BLOCK}"),
        }
    }

    pub(super) const fn of(&self, call: Call) -> &Statement {
        match call {
            Call::Read => &self.read,
            Call::Create => &self.create,
            Call::Update => &self.update,
            Call::Touch => &self.touch,
            Call::Remove => &self.remove,
            Call::Number => &self.number,
            Call::List => &self.list,
            Call::RemoveAll => &self.remove_all,
            Call::EndBefore => &self.end_before,
            Call::Sweep => &self.sweep,
        }
    }
}

/// The statements on the tables of this name.
pub(super) fn statements(table: TableName) -> Statements {
    Statements::new(Names::new(table, '`'), ":new_version".to_owned())
}

fn call(procedure: &str, arguments: &[(&str, &str)]) -> String {
    let arguments = arguments.iter().map(|(name, _)| format!(":{name}"));
    let arguments: Vec<_> = arguments.collect();
    format!("CALL {procedure}({})", arguments.join(", "))
}
