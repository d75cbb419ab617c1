//! The record of a session in a file: refused, or read and written the same again.

#![no_main]

use cloakroom_ktor::{KeptRecord, RecordFormatError};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};

/// What a record of the present format begins with.
const MAGIC: &[u8] = b"\x89CLK\xffR1\n";

fuzz_target!(|fields: &[u8]| {
    // As they come, they fit no checksum.
    assert!(KeptRecord::decode(fields).is_err() || fields.starts_with(MAGIC));

    let mut bytes = [MAGIC, fields].concat();
    bytes.extend_from_slice(&Sha256::digest(&bytes));
    match KeptRecord::decode(&bytes) {
        Ok(kept) => assert_eq!(kept.encode(), bytes),
        Err(error) => assert_eq!(error, RecordFormatError::Damaged),
    }
});
