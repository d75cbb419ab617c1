//! Every statement finds its records by an index.

use cloakroom_storage::{Timestamp, WhenFull};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row};

use super::fixture::{builder, connect, fresh_name};
use crate::mariadb::queries::statements;
use crate::mariadb::schema::{below_one_floor, expired};
use crate::mariadb::value::wire;
use crate::shared::args::{Args, example};
use crate::shared::plans::{Index, expected};
use crate::shared::template::{Statement, Style};
use crate::table::TableName;

/// Ten thousand sessions of five hundred subjects, half of them over, one that the arguments name
/// (a key that is not there is not planned for), and a floor.
const FILL: [&str; 4] = [
    "INSERT INTO NAME (record_key, version, scope, subject, proof, created_at, absolute_deadline,
                       idle_deadline, content)
     SELECT UNHEX(MD5(seq)), seq, 'shop/login', CONCAT('user ', seq % 500), 'x', seq, seq + 1000,
            seq + 500, 'x' FROM seq_1_to_10000",
    "INSERT INTO NAME (record_key, version, scope, subject, proof, created_at, content)
     VALUES (CONCAT(CHAR(0), REPEAT(CHAR(5), 32)), 4, 'shop/login', 'user 5', 'x', 5000, 'x')",
    "INSERT INTO NAME_floors VALUES ('shop/login', 20)",
    "ANALYZE TABLE NAME, NAME_floors",
];

/// Which tables are read, and by which index, if by one.
async fn plan(
    connection: &mut Conn,
    template: &str,
    args: &Args,
) -> Vec<(Option<String>, Option<String>)> {
    let statement = Statement::of(template, Style::Anonymous);
    let params = statement
        .params
        .iter()
        .map(|param| wire(args.value(*param)));
    let params = Params::Positional(params.collect());
    let explain = format!("EXPLAIN {}", statement.text);
    let rows: Vec<Row> = connection.exec(explain, params).await.unwrap();
    let named = |row: &Row, column| row.get::<Option<String>, _>(column).flatten();
    rows.iter()
        .map(|row| (named(row, "table"), named(row, "key")))
        .collect()
}

fn name(index: Index, table: &str) -> String {
    match index {
        Index::Key => "PRIMARY".to_owned(),
        Index::End => format!("{table}_by_end"),
        Index::Subject => format!("{table}_by_subject"),
        Index::Created => format!("{table}_by_created"),
    }
}

/// A filled table of this name.
async fn filled(table: &TableName) -> Conn {
    builder(table).connect().await.unwrap();
    let mut connection = connect().await;
    for fill in FILL {
        let fill = fill.replace("NAME", table.as_str());
        connection.query_drop(fill).await.unwrap();
    }
    connection
}

#[tokio::test]
async fn every_statement_finds_records_by_an_index() {
    let table = fresh_name();
    let (mut connection, records) = (filled(&table).await, table.as_str());
    let statements = statements(table.clone());
    for expected in expected(&statements) {
        let plan = plan(&mut connection, &expected.template, &expected.args).await;
        for index in expected.indexes {
            let by = (Some(records.to_owned()), Some(name(*index, records)));
            assert!(plan.contains(&by), "{}\n{plan:?}", expected.template);
        }
        let all = (Some(records.to_owned()), None);
        assert!(!plan.contains(&all), "{}\n{plan:?}", expected.template);
    }
}

#[tokio::test]
async fn a_sweep_finds_what_is_over_by_the_ends_and_by_the_floors() {
    let table = fresh_name();
    let (mut connection, records) = (filled(&table).await, table.as_str());
    let args = example(WhenFull::RejectNew).time(Timestamp::from_millis(20));
    for (template, index) in [
        (expired(records), Index::End),
        (below_one_floor(records), Index::Created),
    ] {
        let plan = plan(&mut connection, &(template + " LIMIT :batch"), &args).await;
        let by = (Some(records.to_owned()), Some(name(index, records)));
        assert_eq!(plan, [by]);
    }
}
