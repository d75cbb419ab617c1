//! A by-id session from its record.

use cloakroom_crypto::{Entropy, Prepared};
use cloakroom_storage::{Record, StorageError};
use cloakroom_time::Timestamp;

use super::choose::{Choice, choose};
use super::tokens::Tokens;
use crate::buffer::Buffer;
use crate::codec::header::read_header;
use crate::erased::{DynStorage, within};
use crate::few::Few;
use crate::id::{self, PresentedId, same_proof};
use crate::loaded::{ById, Loaded, Origin};
use crate::plan::{Live, Presented, ProofState};
use crate::provider::{Provider, Typed};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token that passed the check, and what lies under it.
struct Found {
    origin: Box<ById>,
    standing: Result<Live, Refusal>,
}

/// Loads a by-id session: one read for each token that passes the check, at most four.
pub(crate) async fn load<S>(
    typed: &Typed<S>,
    storage: &dyn DynStorage,
    tokens: Tokens,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> (Loaded, Option<S>) {
    let provider = &typed.provider;
    let candidates = match tokens.into_candidates() {
        Ok(candidates) => candidates,
        Err(presented) => return (Loaded::without_session(presented), None),
    };
    let ids = check_all(provider, candidates, entropy, now);
    let mut found = Few::new();
    let mut reused = None;
    for id in ids {
        let candidate = match id {
            Err(refusal) => Err(refusal),
            Ok(id) => match read(provider, storage, id, now).await {
                Err(_) => return (Loaded::unavailable(), None),
                Ok(candidate) => candidate,
            },
        };
        found.push(candidate.and_then(|found| match found.standing {
            Ok(live) => Ok((found.origin, live)),
            Err(refusal) => {
                if refusal == Refusal::ReusedProof {
                    reused = Some(found.origin);
                }
                Err(refusal)
            }
        }));
    }
    let Choice { chosen, alone } = choose(
        found,
        |(a, _), (b, _)| a.locator == b.locator,
        |(_, a), (_, b)| is_current(a) && !is_current(b),
    );
    conclude(typed, chosen, alone, reused)
}

fn conclude<S>(
    typed: &Typed<S>,
    chosen: Result<(Box<ById>, Live), Refusal>,
    alone: bool,
    reused: Option<Box<ById>>,
) -> (Loaded, Option<S>) {
    let decoded = chosen.and_then(|(origin, live)| {
        let value = decode(typed, &origin.stored.record.content)?;
        Ok((origin, live, value))
    });
    match decoded {
        Ok((origin, live, value)) => {
            let loaded = Loaded {
                presented: Presented::Live(live),
                origin: Origin::ById(origin),
                alone,
            };
            (loaded, Some(value))
        }
        Err(refusal) => {
            let mut loaded = Loaded::refused(refusal, alone);
            if let (Refusal::ReusedProof, Some(origin)) = (refusal, reused) {
                loaded.origin = Origin::ById(origin);
            }
            (loaded, None)
        }
    }
}

/// The value in a record's content. One that an older reader read is written anew with the next
/// change; until then the record stays as it is.
pub(crate) fn decode<S>(typed: &Typed<S>, content: &[u8]) -> Result<S, Refusal> {
    let decoded =
        read_header(content).and_then(|(format, bytes)| typed.codec.decode(format, bytes));
    let value = decoded.map_err(|_| Refusal::Content)?.value;
    if !typed.is_valid(&value) {
        return Err(Refusal::Invalid);
    }
    Ok(value)
}

fn check_all(
    provider: &Provider,
    candidates: Few<Result<Buffer, Refusal>>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Few<Result<PresentedId, Refusal>> {
    let prepared = provider.keys.prepared();
    let check = |token: Result<Buffer, Refusal>| check(provider, &prepared, token?, entropy, now);
    candidates.into_iter().map(check).collect()
}

fn check(
    provider: &Provider,
    prepared: &Prepared,
    mut token: Buffer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<PresentedId, Refusal> {
    let cx = provider.context(prepared, None, entropy, now);
    let freshness = provider.chain.read(&cx, &mut token)?;
    let mut id = id::read(&cx, token.as_slice())?;
    id.freshness = id.freshness.and(freshness);
    Ok(id)
}

/// `Err` inside: no record; outside: the storage failed.
async fn read(
    provider: &Provider,
    storage: &dyn DynStorage,
    id: PresentedId,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let key = provider.storage_keys.of(&id.locator);
    let Some(stored) = within(provider.storage_timeout, storage.read(&key, now)).await? else {
        return Ok(Err(Refusal::UnknownId));
    };
    let standing = standing(provider, &stored.record, &id, now);
    let origin = Box::new(ById {
        locator: id.locator,
        proof: id.proof,
        key,
        stored,
        read_at: now,
    });
    Ok(Ok(Found { origin, standing }))
}

/// How the presented id stands to the record under it.
///
/// The check says that the server made this locator with this proof, so a proof that is neither
/// the current one nor the one before in its time has been good once: it is reused.
fn standing(
    provider: &Provider,
    record: &Record,
    id: &PresentedId,
    now: Timestamp,
) -> Result<Live, Refusal> {
    let hash = id.proof.hash();
    let proof = match record.previous {
        _ if same_proof(&hash, &record.proof) => match record.previous {
            Some(previous) => match previous.until {
                None => ProofState::Unsettled,
                Some(until) if now < until => ProofState::Overlapping,
                Some(_) => ProofState::Current,
            },
            None => ProofState::Current,
        },
        Some(previous)
            if same_proof(&hash, &previous.hash)
                && previous.until.is_none_or(|until| now < until) =>
        {
            ProofState::Superseded {
                rotated_at: previous.rotated_at,
                presented: previous.until.is_some(),
            }
        }
        _ => return Err(Refusal::ReusedProof),
    };
    let absolute = provider.absolute(record.absolute_deadline, record.created);
    if absolute.is_some_and(|deadline| now >= deadline) {
        return Err(Refusal::AbsoluteDeadline);
    }
    Ok(Live {
        absolute,
        idle: record.idle_deadline,
        outdated: id.freshness == Freshness::Outdated,
        proof,
    })
}

const fn is_current(live: &Live) -> bool {
    !matches!(live.proof, ProofState::Superseded { .. })
}
