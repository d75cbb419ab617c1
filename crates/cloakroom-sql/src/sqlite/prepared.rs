//! Statements of one connection, parsed once.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result, Statement as Parsed, ToSql};

use crate::shared::args::{Args, Param, Value};
use crate::shared::row::{Cell, Row};
use crate::shared::template::{Statement, Style};

/// One parsed statement.
pub(super) struct Prepared<'c> {
    parsed: Parsed<'c>,
    params: Vec<Param>,
}

impl<'c> Prepared<'c> {
    /// The statement of a template, in which `:name` is an argument.
    pub(super) fn new(connection: &'c Connection, template: &str) -> Result<Self> {
        let Statement { text, params } = Statement::of(template, Style::Numbered('?'));
        let parsed = connection.prepare(&text)?;
        Ok(Self { parsed, params })
    }

    /// Runs it, and gives how many rows it changed.
    pub(super) fn execute(&mut self, args: &Args) -> Result<usize> {
        self.bind(args)?;
        self.parsed.raw_execute()
    }

    /// Runs it to its end, and gives its rows.
    pub(super) fn rows(&mut self, args: &Args) -> Result<Vec<Row>> {
        self.bind(args)?;
        let columns = self.parsed.column_count();
        let mut answer = Vec::new();
        let mut rows = self.parsed.raw_query();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|column| row.get_ref(column).map(cell));
            answer.push(cells.collect::<Result<Row>>()?);
        }
        Ok(answer)
    }

    fn bind(&mut self, args: &Args) -> Result<()> {
        for (place, param) in (1..).zip(&self.params) {
            self.parsed.raw_bind_parameter(place, args.value(*param))?;
        }
        Ok(())
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A number that is no integer is none of ours, and no record is made of it.
fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(number) => Cell::Int(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cell::Bytes(Arc::from(bytes)),
        ValueRef::Null | ValueRef::Real(_) => Cell::Null,
    }
}
