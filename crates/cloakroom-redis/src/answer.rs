//! Reading the server's answers.
//!
//! An answer of a shape that our scripts do not give is no record: [`StorageErrorKind::Corrupt`].

use cloakroom_storage::{StorageError, StorageErrorKind, SubjectNumber, Version};
use redis::Value;

use crate::layout::Corrupt;

impl From<Corrupt> for StorageError {
    fn from(_: Corrupt) -> Self {
        Self::new(StorageErrorKind::Corrupt)
    }
}

/// A name and a value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

pub(crate) fn bytes(value: Value) -> Result<Vec<u8>, Corrupt> {
    match value {
        Value::BulkString(bytes) => Ok(bytes),
        _ => Err(Corrupt),
    }
}

/// Bytes, or none where there is nothing.
pub(crate) fn optional(value: Value) -> Result<Option<Vec<u8>>, Corrupt> {
    match value {
        Value::Nil => Ok(None),
        value => bytes(value).map(Some),
    }
}

pub(crate) fn list(value: Value) -> Result<Vec<Value>, Corrupt> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(Corrupt),
    }
}

pub(crate) fn list_of_bytes(value: Value) -> Result<Vec<Vec<u8>>, Corrupt> {
    list(value)?.into_iter().map(bytes).collect()
}

/// Names and values, which come as a list or as a map.
pub(crate) fn pairs(value: Value) -> Result<Vec<Pair>, Corrupt> {
    match value {
        Value::Map(pairs) => {
            let pair = |(name, value)| Ok((bytes(name)?, bytes(value)?));
            pairs.into_iter().map(pair).collect()
        }
        value => {
            let mut all = list_of_bytes(value)?.into_iter();
            let mut pairs = Vec::with_capacity(all.len() / 2);
            while let (Some(name), Some(value)) = (all.next(), all.next()) {
                pairs.push((name, value));
            }
            Ok(pairs)
        }
    }
}

pub(crate) fn number(value: &Value) -> Result<u64, Corrupt> {
    match value {
        Value::Int(number) => u64::try_from(*number).map_err(|_| Corrupt),
        _ => Err(Corrupt),
    }
}

pub(crate) fn eight(bytes: &[u8]) -> Result<[u8; 8], Corrupt> {
    bytes.try_into().map_err(|_| Corrupt)
}

pub(crate) fn version(bytes: &[u8]) -> Result<Version, Corrupt> {
    Ok(Version::new(u64::from_be_bytes(eight(bytes)?)))
}

pub(crate) fn subject_number(bytes: &[u8]) -> Result<SubjectNumber, Corrupt> {
    Ok(SubjectNumber::new(u64::from_be_bytes(eight(bytes)?)))
}
