//! Arguments and answers in the protocol's types.

use std::sync::Arc;

use mysql_async::Row as Answer;
use mysql_async::Value as Wire;

use crate::shared::args::Value;
use crate::shared::row::{Cell, Row};

/// An argument for the wire.
pub(super) fn wire(value: Value<'_>) -> Wire {
    match value {
        Value::Null => Wire::NULL,
        Value::Int(number) => Wire::Int(number),
        Value::Bytes(bytes) => Wire::Bytes(bytes.to_vec()),
        Value::Text(text) => Wire::Bytes(text.as_bytes().to_vec()),
    }
}

/// The values of a row; what is of no type of ours is no value.
pub(super) fn row(answer: Answer) -> Row {
    let cells = answer.unwrap().into_iter().map(|value| match value {
        Wire::Int(number) => Cell::Int(number),
        Wire::UInt(number) => i64::try_from(number).map_or(Cell::Null, Cell::Int),
        Wire::Bytes(bytes) => Cell::Bytes(Arc::from(bytes)),
        _ => Cell::Null,
    });
    cells.collect()
}
