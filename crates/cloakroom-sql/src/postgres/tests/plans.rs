//! Every statement finds its records by an index.

use cloakroom_storage::WhenFull;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::fixture::database;
use crate::postgres::PostgresStorage;
use crate::postgres::queries::{queries, statements};
use crate::shared::args::{Args, Value, example};
use crate::shared::backend::Call;
use crate::shared::plans::{Index, expected};
use crate::shared::template::{Statement, Style};
use crate::table::TableName;

/// Ten thousand sessions of five hundred subjects, half of them over, and a floor.
const FILL: &str = "
    INSERT INTO cloakroom_sessions (record_key, version, scope, subject, proof, created_at,
                                    absolute_deadline, idle_deadline, content)
    SELECT decode(md5(i::text), 'hex'), i, 'shop/login', convert_to('user ' || i % 500, 'UTF8'),
           'x', i, i + 1000, i + 500, 'x' FROM generate_series(1, 10000) AS i;
    INSERT INTO cloakroom_sessions_floors VALUES ('shop/login', 20);
    ANALYZE;";

async fn plan(client: &Client, statement: &Statement, args: &Args) -> String {
    let values: Vec<Value<'_>> = statement.params.iter().map(|p| args.value(*p)).collect();
    let params = values.iter().map(|value| value as &(dyn ToSql + Sync));
    let params: Vec<_> = params.collect();
    let explain = format!("EXPLAIN {}", statement.text);
    let rows = client.query(&explain, &params).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.join("\n")
}

const fn name(index: Index) -> &'static str {
    match index {
        Index::Key => "cloakroom_sessions_pkey",
        Index::End => "cloakroom_sessions_by_end",
        Index::Subject => "cloakroom_sessions_by_subject",
        Index::Created => "cloakroom_sessions_by_created",
    }
}

async fn filled() -> Client {
    let (url, client) = database().await;
    PostgresStorage::connect(&url).await.unwrap();
    client.batch_execute(FILL).await.unwrap();
    client
}

#[tokio::test]
async fn every_statement_finds_records_by_an_index() {
    let client = filled().await;
    let statements = statements(TableName::default());
    for expected in expected(&statements) {
        let statement = Statement::of(&expected.template, Style::Numbered('$'));
        let plan = plan(&client, &statement, &expected.args).await;
        for index in expected.indexes {
            assert!(plan.contains(name(*index)), "{}\n{plan}", expected.template);
        }
        let scans = plan.contains("Seq Scan on cloakroom_sessions ");
        assert!(!scans, "{}\n{plan}", expected.template);
    }
}

#[tokio::test]
async fn a_sweep_finds_what_is_over_by_the_ends_and_by_the_floors() {
    let client = filled().await;
    let queries = queries(&statements(TableName::default()));
    let args = example(WhenFull::RejectNew);
    let plan = plan(&client, queries.of(Call::Sweep), &args).await;
    for index in [Index::End, Index::Created, Index::Key] {
        assert!(plan.contains(name(index)), "{plan}");
    }
}
