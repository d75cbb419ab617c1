//! What a database answers, as values of the contract.
//!
//! * **Nothing is believed**: a column that is missing, of another kind or of another length is
//!   `Corrupt`, and no record.

use std::sync::Arc;

use cloakroom_storage::{
    CreateOutcome, Listed, PreviousProof, ProofHash, Record, Scope, StorageError, StorageKey,
    Stored, Timestamp, Version,
};

use crate::shared::cause::corrupt;
use crate::shared::number::{to_subject, to_time, to_version};
use crate::shared::statements::{EXISTS, FULL, SIGNED_OUT, TOO_MANY};

/// One value of a row. A text comes as its bytes.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Bytes(Arc<[u8]>),
}

/// The values of a row, in the order of the statement.
pub(crate) type Row = Vec<Cell>;

/// An answer that is one number.
pub(crate) fn number(number: i64) -> Vec<Row> {
    vec![vec![Cell::Int(number)]]
}

/// An answer that says how many.
pub(crate) fn count(count: u64) -> Vec<Row> {
    number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A record, from the columns that [`Statements::read`](crate::shared::statements::Statements::read) asks
/// for.
pub(crate) fn stored(row: &Row) -> Result<Stored, StorageError> {
    let created = to_time(int(row, 8)?)?;
    let mut record = Record::new(
        Scope::new(text(row, 1)?),
        ProofHash::new(hash(bytes(row, 4)?)?),
        created,
        Arc::clone(bytes(row, 11)?),
    );
    record.subject = present(row, 2).map(|()| text(row, 2)).transpose()?;
    record.subject_number = optional_int(row, 3)?.map(to_subject).transpose()?;
    record.previous = previous(row)?;
    record.absolute_deadline = optional_time(row, 9)?;
    record.idle_deadline = optional_time(row, 10)?;
    Ok(Stored::new(record, version(row)?))
}

/// The version in the first column.
pub(crate) fn version(row: &Row) -> Result<Version, StorageError> {
    to_version(int(row, 0)?)
}

/// A session of a subject, from the columns of
/// [`Statements::list`](crate::shared::statements::Statements::list).
pub(crate) fn listed(row: &Row) -> Result<Listed, StorageError> {
    Ok(Listed::new(
        key(bytes(row, 0)?)?,
        to_time(int(row, 1)?)?,
        optional_time(row, 2)?,
        optional_time(row, 3)?,
    ))
}

/// What came of a `create`: a verdict, and a version where it is 0.
pub(crate) fn created(row: &Row) -> Result<CreateOutcome, StorageError> {
    match int(row, 0)? {
        0 => Ok(CreateOutcome::Created(to_version(int(row, 1)?)?)),
        EXISTS => Ok(CreateOutcome::Exists),
        SIGNED_OUT => Ok(CreateOutcome::SignedOutMeanwhile),
        TOO_MANY => Ok(CreateOutcome::TooManyForSubject),
        FULL => Ok(CreateOutcome::Full),
        _ => Err(corrupt("a verdict is unknown")),
    }
}

/// The number in a column.
pub(crate) fn int(row: &Row, column: usize) -> Result<i64, StorageError> {
    optional_int(row, column)?.ok_or_else(|| corrupt("a number is missing"))
}

fn optional_int(row: &Row, column: usize) -> Result<Option<i64>, StorageError> {
    match row.get(column) {
        Some(Cell::Int(number)) => Ok(Some(*number)),
        Some(Cell::Null) => Ok(None),
        _ => Err(corrupt("a column is no number")),
    }
}

fn optional_time(row: &Row, column: usize) -> Result<Option<Timestamp>, StorageError> {
    optional_int(row, column)?.map(to_time).transpose()
}

fn present(row: &Row, column: usize) -> Option<()> {
    row.get(column)
        .filter(|cell| !matches!(cell, Cell::Null))
        .map(drop)
}

fn bytes(row: &Row, column: usize) -> Result<&Arc<[u8]>, StorageError> {
    match row.get(column) {
        Some(Cell::Bytes(bytes)) => Ok(bytes),
        _ => Err(corrupt("a column has no bytes")),
    }
}

fn text(row: &Row, column: usize) -> Result<Arc<str>, StorageError> {
    let text = std::str::from_utf8(bytes(row, column)?);
    text.map(Arc::from)
        .map_err(|_| corrupt("a text is not UTF-8"))
}

fn hash(bytes: &[u8]) -> Result<[u8; 32], StorageError> {
    bytes
        .try_into()
        .map_err(|_| corrupt("a hash has not 32 bytes"))
}

fn previous(row: &Row) -> Result<Option<PreviousProof>, StorageError> {
    let Some(rotated_at) = optional_time(row, 6)? else {
        return Ok(None);
    };
    let mut previous = PreviousProof::new(ProofHash::new(hash(bytes(row, 5)?)?), rotated_at);
    previous.until = optional_time(row, 7)?;
    Ok(Some(previous))
}

/// The key of the bytes under which a record is kept.
fn key(bytes: &[u8]) -> Result<StorageKey, StorageError> {
    let problem = || corrupt("a key is of no kind");
    match bytes.split_first() {
        Some((0, rest)) => Ok(StorageKey::hash(hash(rest)?)),
        Some((1, rest)) => {
            let text = std::str::from_utf8(rest).map_err(|_| problem())?;
            StorageKey::text(text).map_err(|_| problem())
        }
        _ => Err(problem()),
    }
}

#[cfg(test)]
mod tests {
    use cloakroom_storage::StorageErrorKind;

    use super::*;

    fn bytes_of(bytes: &[u8]) -> Cell {
        Cell::Bytes(Arc::from(bytes))
    }

    fn row() -> Row {
        vec![
            Cell::Int(4),
            bytes_of(b"shop/login"),
            bytes_of(b"ada"),
            Cell::Int(3),
            bytes_of(&[1; 32]),
            bytes_of(&[2; 32]),
            Cell::Int(10),
            Cell::Null,
            Cell::Int(9),
            Cell::Int(20),
            Cell::Null,
            bytes_of(b"content"),
        ]
    }

    #[test]
    fn a_whole_row_is_a_record() {
        let stored = stored(&row()).unwrap();
        assert_eq!(stored.version, Version::new(4));
        let record = stored.record;
        assert_eq!(record.subject.as_deref(), Some("ada"));
        assert_eq!(record.previous.unwrap().hash, ProofHash::new([2; 32]));
        assert_eq!(
            (record.absolute_deadline, record.idle_deadline),
            (Some(Timestamp::from_millis(20)), None)
        );
        assert_eq!(*record.content, *b"content");
    }

    /// Whatever is wrong with a column, the row is no record.
    #[test]
    fn a_row_with_a_wrong_column_is_corrupt() {
        let wrong = [
            (0, Cell::Null),
            (0, Cell::Int(-1)),
            (1, Cell::Int(1)),
            (1, bytes_of(&[0xff])),
            (2, bytes_of(&[0xff])),
            (2, Cell::Int(1)),
            (3, bytes_of(b"3")),
            (3, Cell::Int(-3)),
            (4, bytes_of(&[1; 31])),
            (4, Cell::Null),
            (5, Cell::Null),
            (6, bytes_of(b"10")),
            (8, Cell::Null),
            (9, Cell::Int(-20)),
            (11, Cell::Null),
        ];
        for (column, cell) in wrong {
            let mut row = row();
            row[column] = cell.clone();
            let error = stored(&row).unwrap_err();
            assert_eq!(
                error.kind(),
                StorageErrorKind::Corrupt,
                "{column}: {cell:?}"
            );
        }
        for len in 0..12 {
            stored(&row()[..len].to_vec()).unwrap_err();
        }
    }

    #[test]
    fn a_key_of_no_kind_is_corrupt() {
        for wrong in [&[][..], &[0], &[0; 32], &[2; 33], &[1, 0xff]] {
            key(wrong).unwrap_err();
        }
        key(&[1; 258]).unwrap_err();
        assert!(!key(&[0; 33]).unwrap().is_text());
        assert_eq!(key(b"\x01id").unwrap().as_bytes(), b"id");
    }

    #[test]
    fn a_verdict_that_is_unknown_is_corrupt() {
        created(&vec![Cell::Int(9), Cell::Null]).unwrap_err();
        created(&vec![Cell::Int(0), Cell::Null]).unwrap_err();
        let kept = created(&vec![Cell::Int(0), Cell::Int(5)]).unwrap();
        assert_eq!(kept, CreateOutcome::Created(Version::new(5)));
        assert_eq!(
            created(&vec![Cell::Int(FULL)]).unwrap(),
            CreateOutcome::Full
        );
    }
}
