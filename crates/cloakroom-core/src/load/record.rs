//! What lies under an id, and how a token stands to it.
//!
//! A storage may answer by a copy, which is older than what lies there. A refusal is never decided by one:
//! it is judged by the storage's latest word.

use cloakroom_crypto::Entropy;
use cloakroom_storage::{Record, StorageError, StorageKey, Stored};
use cloakroom_time::Timestamp;

use crate::at_rest;
use crate::buffer::Buffer;
use crate::erased::within;
use crate::form::Form;
use crate::id::same_proof;
use crate::ids::RecordId;
use crate::loaded::ById;
use crate::plan::{Lies, Live, ProofState};
use crate::provider::{Place, Provider};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token that passed the check, and what lies under it.
pub(super) struct Found {
    pub(super) origin: Box<ById>,
    pub(super) standing: Result<Live, Refusal>,
}

/// An id that may have a record.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) id: RecordId,
    pub(super) freshness: Freshness,
}

/// By which word of the storage a token is judged.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Word {
    /// A copy is good enough, unless it refuses.
    Any,
    /// What lies there now.
    Latest,
}

pub(super) fn check(
    provider: &Provider,
    form: &Form,
    mut token: Buffer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Checked, Refusal> {
    let prepared = provider.keys.prepared();
    let cx = provider.context(&prepared, None, entropy, now);
    let freshness = form.chain.read(&cx, &mut token)?;
    let (id, fresh) = form.ids.read(&cx, token.as_slice())?;
    Ok(Checked {
        id,
        freshness: freshness.and(fresh),
    })
}

pub(super) async fn read(
    provider: &Provider,
    checked: Checked,
    word: Word,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let (Some(storage), Some(key)) = (
        provider.storage(Place::Own),
        provider.form.ids.key(&checked.id),
    ) else {
        return Ok(Err(Refusal::UnknownId));
    };
    let limit = provider.storage_timeout;
    if word == Word::Any {
        let Some(stored) = within(limit, storage.read(&key, now)).await? else {
            return Ok(Err(Refusal::UnknownId));
        };
        let found = judged(provider, &checked, &key, stored, now);
        let is_served = found.as_ref().is_ok_and(|found| found.standing.is_ok());
        if is_served || !storage.keeps_copies() {
            return Ok(found);
        }
    }
    // Boxed: rare, and the futures of all requests would have its size.
    let latest = Box::pin(within(limit, storage.read_latest(&key, now))).await?;
    Ok(match latest {
        Some(stored) => judged(provider, &checked, &key, stored, now),
        None => Err(Refusal::UnknownId),
    })
}

/// What a token is by what lies under it.
fn judged(
    provider: &Provider,
    checked: &Checked,
    key: &StorageKey,
    mut stored: Stored,
    now: Timestamp,
) -> Result<Found, Refusal> {
    let (id, form) = (&checked.id, &provider.form);
    let reseal = unseal(provider, form, id, key, &mut stored.record, now)?;
    let origin = Box::new(ById {
        id: id.clone(),
        place: Place::Own,
        key: key.clone(),
        stored,
        read_at: now,
    });
    let standing = standing(provider, &origin, id, checked.freshness);
    let standing = standing.map(|live| Live { reseal, ..live });
    Ok(Found { origin, standing })
}

/// How the presented id stands to the record under it.
///
/// The check says that the server made this locator with this proof, so a proof that is neither
/// the current one nor the one before in its time has been good once: it is reused.
pub(super) fn standing(
    provider: &Provider,
    origin: &ById,
    id: &RecordId,
    freshness: Freshness,
) -> Result<Live, Refusal> {
    let (record, now) = (&origin.stored.record, origin.read_at);
    let proof = match id {
        RecordId::Own { .. } => proof_state(record, id, now)?,
        RecordId::Text(_) => ProofState::Current,
    };
    let absolute = provider.absolute(record.absolute_deadline, origin.began());
    if absolute.is_some_and(|deadline| now >= deadline) {
        return Err(Refusal::AbsoluteDeadline);
    }
    Ok(Live {
        absolute,
        idle: record.idle_deadline,
        outdated: freshness == Freshness::Outdated,
        proof,
        lies: Lies::Here,
        reseal: false,
    })
}

/// Decrypts a record's content, where it is encrypted, and says whether its key is an older one.
pub(super) fn unseal(
    provider: &Provider,
    form: &Form,
    id: &RecordId,
    at: &StorageKey,
    record: &mut Record,
    now: Timestamp,
) -> Result<bool, Refusal> {
    if !form.sealed_at_rest {
        return Ok(false);
    }
    let opened = at_rest::open(&provider.keys.prepared(), id, at, record, now)?;
    record.content = opened.content;
    Ok(opened.outdated)
}

fn proof_state(record: &Record, id: &RecordId, now: Timestamp) -> Result<ProofState, Refusal> {
    let hash = id.proof_hash();
    match record.previous {
        _ if same_proof(&hash, &record.proof) => Ok(match record.previous {
            Some(previous) => match previous.until {
                None => ProofState::Unsettled,
                Some(until) if now < until => ProofState::Overlapping,
                Some(_) => ProofState::Current,
            },
            None => ProofState::Current,
        }),
        Some(previous)
            if same_proof(&hash, &previous.hash)
                && previous.until.is_none_or(|until| now < until) =>
        {
            Ok(ProofState::Superseded {
                rotated_at: previous.rotated_at,
                presented: previous.until.is_some(),
            })
        }
        _ => Err(Refusal::ReusedProof),
    }
}
