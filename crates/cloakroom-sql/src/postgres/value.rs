//! Arguments and answers in PostgreSQL's types.

use std::error::Error;
use std::sync::Arc;

use tokio_postgres::Row as Answer;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::shared::args::Value;
use crate::shared::row::{Cell, Row};

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::Text(text) if *ty == Type::BYTEA => text.as_bytes().to_sql(ty, out),
            _ => Err("an argument of another type".into()),
        }
    }

    /// Which type fits depends on the value.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The values of a row; what is of no type of ours is no value.
pub(super) fn row(answer: &Answer) -> Result<Row, tokio_postgres::Error> {
    let mut row = Row::with_capacity(answer.len());
    for (place, column) in answer.columns().iter().enumerate() {
        let cell = match *column.type_() {
            Type::INT8 => answer.try_get::<_, Option<i64>>(place)?.map(Cell::Int),
            Type::BYTEA => {
                let bytes = answer.try_get::<_, Option<&[u8]>>(place)?;
                bytes.map(|bytes| Cell::Bytes(Arc::from(bytes)))
            }
            _ => None,
        };
        row.push(cell.unwrap_or(Cell::Null));
    }
    Ok(row)
}
