//! Contents that show whether they are whole.

#![expect(clippy::expect_used, reason = "how a test fails")]

use cloakroom_storage::Record;

/// The longest content has this many parts: more than a page of a database holds in one place.
const PARTS: u64 = 400;

/// The content of a number, whose length depends on it too.
pub(super) fn content(number: u64) -> Vec<u8> {
    let parts = usize::try_from(1 + number % PARTS).unwrap_or(1);
    number.to_be_bytes().repeat(parts)
}

/// The number that a record tells.
pub(super) fn number_of(record: &Record) -> u64 {
    let number = record.content.first_chunk().copied();
    let number = number.map(u64::from_be_bytes);
    let whole = number.filter(|number| *record.content == *content(*number));
    whole.expect("the record is whole")
}
