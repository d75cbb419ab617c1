//! Every statement finds its records by an index.

use rusqlite::Connection;

use crate::shared::args::{Args, Param};
use crate::shared::plans::{Index, expected};
use crate::shared::template::{Statement, Style};
use crate::sqlite::connection::Settings;

/// Ten thousand sessions of five hundred subjects, half of them over, and a floor.
const FILL: &str = "
    INSERT INTO cloakroom_sessions (record_key, version, scope, subject, proof, created_at,
                                    absolute_deadline, idle_deadline, content)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
    SELECT randomblob(33), i, 'shop/login', 'user ' || (i % 500), zeroblob(32), i, i + 1000,
           i + 500, zeroblob(100) FROM n;
    INSERT INTO cloakroom_sessions_floors VALUES ('shop/login', 20);
    ANALYZE;";

fn plan(connection: &Connection, template: &str, args: &Args) -> Vec<String> {
    let statement = Statement::of(template, Style::Numbered('?'));
    let explained = format!("EXPLAIN QUERY PLAN {}", statement.text);
    let mut explained = connection.prepare(&explained).unwrap();
    for (place, param) in (1..).zip(&statement.params) {
        explained
            .raw_bind_parameter(place, args.value(*param))
            .unwrap();
    }
    let mut rows = explained.raw_query();
    let mut plan = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        plan.push(row.get(3).unwrap());
    }
    plan
}

const fn name(index: Index) -> &'static str {
    match index {
        Index::Key => "sqlite_autoindex_cloakroom_sessions_1 (record_key=?",
        Index::End => "cloakroom_sessions_by_end (ends_at<?",
        Index::Subject => "cloakroom_sessions_by_subject (scope=? AND subject=?",
        Index::Created => "cloakroom_sessions_by_created (scope=? AND created_at<?",
    }
}

#[test]
fn every_statement_finds_records_by_an_index() {
    let settings = Settings::in_memory();
    let connection = settings.open_writer().unwrap();
    connection.execute_batch(FILL).unwrap();
    let statements = settings.statements();
    for expected in expected(&statements) {
        let plan = plan(&connection, &expected.template, &expected.args);
        let text = plan.join("\n");
        for index in expected.indexes {
            assert!(text.contains(name(*index)), "{}\n{text}", expected.template);
        }
        let scans = |line: &String| line.starts_with("SCAN cloakroom_sessions");
        let scanned = plan
            .iter()
            .filter(|line| scans(line) && !line.contains("_floors"));
        assert_eq!(scanned.count(), 0, "{}\n{text}", expected.template);
    }
}

#[test]
fn a_sweep_finds_what_is_over_by_the_ends_and_by_the_floors() {
    let settings = Settings::in_memory();
    let connection = settings.open_writer().unwrap();
    connection.execute_batch(FILL).unwrap();
    let template = super::super::writer::sweep(&settings.statements());
    let args = crate::shared::args::example(cloakroom_storage::WhenFull::RejectNew);
    assert_ne!(args.value(Param::Before), crate::shared::args::Value::Null);
    let plan = plan(&connection, &template, &args).join("\n");
    for index in [Index::End, Index::Created, Index::Key] {
        assert!(plan.contains(name(index)), "{plan}");
    }
}
