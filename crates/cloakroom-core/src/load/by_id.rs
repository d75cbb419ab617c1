//! A by-id session from its record.
//!
//! A token that is none of the provider's own form may be one of the other form that it reads: its
//! record then lies in that form's storage, or has been moved here already, under the id that the
//! presented one stands for.

use cloakroom_crypto::{Entropy, Prepared};
use cloakroom_storage::{Record, StorageError, StorageKey, Subject};
use cloakroom_time::Timestamp;

use super::choose::{Choice, choose, likelier};
use super::content::{decode_record, decode_record_elsewhere};
use super::tokens::Tokens;
use crate::at_rest;
use crate::buffer::Buffer;
use crate::erased::within;
use crate::few::Few;
use crate::form::Form;
use crate::id::same_proof;
use crate::ids::RecordId;
use crate::loaded::{ById, Loaded, Origin};
use crate::plan::{Live, Presented, ProofState};
use crate::provider::{Place, Provider, Typed};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token that passed the check, and what lies under it.
struct Found {
    origin: Box<ById>,
    standing: Result<Live, Refusal>,
}

/// An id that may have a record.
struct Checked {
    id: RecordId,
    freshness: Freshness,
}

/// What a token may be.
struct Candidate {
    own: Result<Checked, Refusal>,
    /// The id in the other form and the one that stands for it here; boxed, since it is rare.
    other: Option<Box<Result<(RecordId, RecordId), Refusal>>>,
}

/// Loads a by-id session: one read for each token that passes the check, at most four.
pub(crate) async fn load<S>(
    typed: &Typed<S>,
    tokens: Tokens,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> (Loaded, Option<S>) {
    let provider = &typed.provider;
    let candidates = match tokens.into_candidates() {
        Ok(candidates) => candidates,
        Err(presented) => return (Loaded::without_session(presented), None),
    };
    let mut found = Few::new();
    let mut reused = None;
    for candidate in check_all(provider, candidates, entropy, now) {
        let Ok(candidate) = find(provider, candidate, now).await else {
            return (Loaded::unavailable(), None);
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
        |(a, _), (b, _)| a.key == b.key,
        |(_, a), (_, b)| is_current(a) && !is_current(b),
    );
    let (mut loaded, value) = conclude(typed, chosen, alone, reused);
    match ended_here(provider, &mut loaded, now).await {
        Ok(false) => (loaded, value),
        Ok(true) => (Loaded::refused(Refusal::UnknownId, alone), None),
        Err(_) => (Loaded::unavailable(), None),
    }
}

/// Whether all sessions of the subject were ended here since a session elsewhere began. Nothing
/// there knows of it: the subject's number, which `remove_all` raises to the present, does.
///
/// What does not say when it began is older than any such end.
async fn ended_here(
    provider: &Provider,
    loaded: &mut Loaded,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let (Origin::ById(origin), Some(storage)) = (&mut loaded.origin, provider.storage(Place::Own))
    else {
        return Ok(false);
    };
    let record = &mut origin.stored.record;
    let (Place::Other, Some(subject)) = (origin.place, record.subject.clone()) else {
        return Ok(false);
    };
    let subject = Subject::new(provider.scope.clone(), subject);
    let number = within(
        provider.storage_timeout,
        storage.begin_sign_in(&subject, now),
    );
    // Boxed: the futures of all requests would have its size.
    let number = Box::pin(number).await?;
    // If they are ended before it is moved, it does not survive that either.
    record.subject_number = Some(number);
    Ok(number.get() > record.created.as_millis())
}

fn conclude<S>(
    typed: &Typed<S>,
    chosen: Result<(Box<ById>, Live), Refusal>,
    alone: bool,
    reused: Option<Box<ById>>,
) -> (Loaded, Option<S>) {
    let decoded = chosen.and_then(|(mut origin, live)| {
        let record = &mut origin.stored.record;
        let value = match origin.place {
            Place::Own => decode_record(typed, &record.content)?,
            Place::Other => {
                let value = decode_record_elsewhere(typed, &record.content)?;
                // Whose it is, its record may not say; taking it over is no sign-in.
                record.subject = typed.subject_of(&value);
                value
            }
        };
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

fn check_all(
    provider: &Provider,
    candidates: Few<Result<Buffer, Refusal>>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Few<Candidate> {
    let prepared = provider.keys.prepared();
    let other = provider.other(now);
    let check = |token: Result<Buffer, Refusal>| {
        let token = match token {
            Ok(token) => token,
            Err(refusal) => {
                return Candidate {
                    own: Err(refusal),
                    other: None,
                };
            }
        };
        let other = other.map(|form| {
            let seed = provider.moved_seed(token.as_slice());
            let there = check(provider, form, &prepared, token.clone(), entropy, now);
            let here = provider.form.ids.derived(&seed);
            Box::new(there.map(|there| (there.id, here)))
        });
        let own = check(provider, &provider.form, &prepared, token, entropy, now);
        Candidate { own, other }
    };
    candidates.into_iter().map(check).collect()
}

fn check(
    provider: &Provider,
    form: &Form,
    prepared: &Prepared,
    mut token: Buffer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Checked, Refusal> {
    let cx = provider.context(prepared, None, entropy, now);
    let freshness = form.chain.read(&cx, &mut token)?;
    let (id, fresh) = form.ids.read(&cx, token.as_slice())?;
    Ok(Checked {
        id,
        freshness: freshness.and(fresh),
    })
}

/// `Err` inside: no record; outside: the storage failed.
async fn find(
    provider: &Provider,
    candidate: Candidate,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let own = match candidate.own {
        Ok(checked) => read(provider, checked, now).await?,
        Err(refusal) => Err(refusal),
    };
    match (own, candidate.other) {
        (Err(refusal), Some(other)) => {
            // Boxed: the futures of all requests would have its size.
            let elsewhere = Box::pin(find_elsewhere(provider, *other, now)).await?;
            Ok(elsewhere.map_err(|other| likelier(refusal, other)))
        }
        (own, _) => Ok(own),
    }
}

/// A session that the other form has made: moved here already, or still there.
async fn find_elsewhere(
    provider: &Provider,
    other: Result<(RecordId, RecordId), Refusal>,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let (there, here) = match other {
        Ok(ids) => ids,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let moved = || Checked {
        id: here.clone(),
        freshness: Freshness::Outdated,
    };
    match read(provider, moved(), now).await? {
        Err(Refusal::UnknownId) => {}
        known => return Ok(known),
    }
    if let Some(found) = read_elsewhere(provider, &there, &here, now).await? {
        return Ok(Ok(found));
    }
    // Another request may have moved it between the two reads.
    read(provider, moved(), now).await
}

async fn read(
    provider: &Provider,
    Checked { id, freshness }: Checked,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let (Some(storage), Some(key)) = (provider.storage(Place::Own), provider.form.ids.key(&id))
    else {
        return Ok(Err(Refusal::UnknownId));
    };
    let Some(mut stored) = within(provider.storage_timeout, storage.read(&key, now)).await? else {
        return Ok(Err(Refusal::UnknownId));
    };
    let opened = unseal(provider, &provider.form, &id, &key, &mut stored.record, now);
    let reseal = match opened {
        Ok(outdated) => outdated,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let origin = Box::new(ById {
        id,
        place: Place::Own,
        key,
        stored,
        read_at: now,
    });
    let standing = standing(provider, &origin, &origin.id, freshness);
    let standing = standing.map(|live| Live { reseal, ..live });
    Ok(Ok(Found { origin, standing }))
}

async fn read_elsewhere(
    provider: &Provider,
    there: &RecordId,
    here: &RecordId,
    now: Timestamp,
) -> Result<Option<Found>, StorageError> {
    let Some(form) = provider.other(now) else {
        return Ok(None);
    };
    let (Some(storage), Some(key)) = (provider.storage(Place::Other), form.ids.key(there)) else {
        return Ok(None);
    };
    let Some(mut stored) = within(provider.storage_timeout, storage.read(&key, now)).await? else {
        return Ok(None);
    };
    if unseal(provider, form, there, &key, &mut stored.record, now).is_err() {
        return Ok(None);
    }
    let origin = Box::new(ById {
        id: here.clone(),
        place: Place::Other,
        key,
        stored,
        read_at: now,
    });
    let standing = standing(provider, &origin, there, Freshness::Outdated);
    let standing = standing.map(|live| Live {
        // What has proofs there is presented as it is: the rotation ends with the move.
        proof: ProofState::Current,
        elsewhere: true,
        ..live
    });
    Ok(Some(Found { origin, standing }))
}

/// How the presented id stands to the record under it.
///
/// The check says that the server made this locator with this proof, so a proof that is neither
/// the current one nor the one before in its time has been good once: it is reused.
fn standing(
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
        elsewhere: false,
        reseal: false,
    })
}

/// Decrypts a record's content, where it is encrypted, and says whether its key is an older one.
fn unseal(
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

const fn is_current(live: &Live) -> bool {
    !matches!(live.proof, ProofState::Superseded { .. })
}
