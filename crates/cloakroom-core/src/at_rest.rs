//! Content that is encrypted before a storage gets it.
//!
//! | bytes | what |
//! |--:|---|
//! | 1 | version: 1 |
//! | 8 | id of the key of the ring |
//! | 24 | nonce |
//! | n | ciphertext of the content, its header included |
//! | 16 | tag |
//!
//! * **The key is made of two halves**: a subkey of the ring's key, and the id that the client has
//!   (our own's locator, another system's text). Who has the storage has neither; who has the storage
//!   and the ring still cannot read the session of a client whose id they never saw.
//! * **Bound to its record**: storage key, subject, created time and absolute deadline are
//!   authenticated, so no row can be put into another's place or given to another subject.
//! * **Not bound**: what changes without the content does (idle deadline, proofs, subject's number),
//!   and time. Who can write to the storage can still put back an older copy of the same record.

use std::sync::Arc;

use cloakroom_crypto::{Entropy, KeyId, Prepared};
use cloakroom_storage::{Record, StorageKey};
use cloakroom_time::Timestamp;

use crate::ids::RecordId;
use crate::native::steps::refusal_of;
use crate::refusal::Refusal;

const VERSION: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;
const TAG: usize = 16;

/// The content of a record, encrypted; `None` if no key of the ring issues now.
pub(crate) fn seal(
    keys: &Prepared,
    id: &RecordId,
    at: &StorageKey,
    record: &Record,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Option<Arc<[u8]>> {
    let key = keys.issuing(now)?;
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let mut content = record.content.to_vec();
    let bound = bound(key.id(), at, record);
    let tag = key.seal_at_rest(id.name(), &nonce, &bound, &mut content);
    let sealed: Arc<[u8]> = [VERSION]
        .into_iter()
        .chain(*key.id().as_bytes())
        .chain(nonce)
        .chain(content)
        .chain(tag)
        .collect();
    Some(sealed)
}

/// Content that was sealed, and whether its key is an older one.
pub(crate) struct Opened {
    pub(crate) content: Arc<[u8]>,
    pub(crate) outdated: bool,
}

/// The content of a record, decrypted.
pub(crate) fn open(
    keys: &Prepared,
    id: &RecordId,
    at: &StorageKey,
    record: &Record,
    now: Timestamp,
) -> Result<Opened, Refusal> {
    let (version, rest) = record.content.split_first().ok_or(Refusal::Content)?;
    if *version != VERSION {
        return Err(Refusal::Content);
    }
    let (key_id, rest) = rest.split_first_chunk::<KEY_ID>().ok_or(Refusal::Content)?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Refusal::Content)?;
    let (content, tag) = rest.split_last_chunk::<TAG>().ok_or(Refusal::Content)?;
    let key_id = KeyId::from_bytes(*key_id);
    let key = keys.find(&key_id, now).map_err(refusal_of)?;
    let mut content = content.to_vec();
    key.open_at_rest(
        id.name(),
        nonce,
        &bound(key_id, at, record),
        &mut content,
        tag,
    )
    .map_err(|_| Refusal::Content)?;
    Ok(Opened {
        content: content.into(),
        outdated: keys.is_outdated(key, now),
    })
}

/// What a record's content is bound to. Every field has its length in front, or a fixed one.
fn bound(key: KeyId, at: &StorageKey, record: &Record) -> Vec<u8> {
    let mut bound = vec![VERSION, u8::from(at.is_text())];
    bound.extend_from_slice(key.as_bytes());
    append(&mut bound, at.as_bytes());
    append(&mut bound, record.scope.as_str().as_bytes());
    bound.extend_from_slice(&record.created.as_millis().to_be_bytes());
    let absolute = record
        .absolute_deadline
        .map(|end| end.as_millis().to_be_bytes());
    append(&mut bound, absolute.as_ref().map_or(&[], |end| end));
    match &record.subject {
        None => bound.push(0),
        Some(subject) => {
            bound.push(1);
            append(&mut bound, subject.as_bytes());
        }
    }
    bound
}

fn append(bound: &mut Vec<u8>, field: &[u8]) {
    bound.extend_from_slice(&(field.len() as u64).to_be_bytes());
    bound.extend_from_slice(field);
}
