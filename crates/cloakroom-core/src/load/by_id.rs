//! A by-id session from its record.
//!
//! A token without a record in the provider's own form may be one of the other form that it reads:
//!
//! * Its record then lies in that form's storage, or has been moved here already, under the id that
//!   the presented one stands for.
//! * Where both forms read it as the same id, it stands for itself: only the storage is another.
//!
//! A storage may answer by a copy, which is older than what lies there. Nothing final is decided by one:
//! a refusal, which of several tokens counts, and what lies elsewhere and is to be moved, are judged by
//! the storage's latest word.

use cloakroom_crypto::Entropy;
use cloakroom_storage::{Record, StorageError, StorageKey, Stored, Subject, SubjectNumber};
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
use crate::plan::{Lies, Live, Presented, ProofState};
use crate::provider::{Place, Provider, Typed};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token that passed the check, and what lies under it.
struct Found {
    origin: Box<ById>,
    standing: Result<Live, Refusal>,
}

/// An id that may have a record.
#[derive(Clone)]
struct Checked {
    id: RecordId,
    freshness: Freshness,
}

/// What a token is in the other form.
struct Elsewhere {
    /// Its id there.
    there: RecordId,
    /// The id that stands for it here.
    here: RecordId,
    /// Whether that is the same one.
    same: bool,
    freshness: Freshness,
}

/// By which word of the storage a token is judged.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Word {
    /// A copy is good enough, unless it refuses.
    Any,
    /// What lies there now.
    Latest,
}

/// Loads a by-id session: one read for each token that passes the check, at most four; and one more
/// for a token that what may be a copy refuses.
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
    let word = match candidates.len() {
        1 => Word::Any,
        _ => Word::Latest,
    };
    let mut found = Few::new();
    let mut reused = None;
    for token in candidates {
        let Ok(candidate) = find(provider, token, word, entropy, now).await else {
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
    let is_ended = match &mut loaded.origin {
        Origin::ById(origin) => ended_here(provider, origin, now).await,
        _ => Ok(false),
    };
    match is_ended {
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
    origin: &mut ById,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let record = &mut origin.stored.record;
    let (Place::Other, Some(subject), Some(storage)) = (
        origin.place,
        record.subject.clone(),
        provider.storage(Place::Own),
    ) else {
        return Ok(false);
    };
    let subject = Subject::new(provider.scope.clone(), subject);
    let number = within(
        provider.storage_timeout,
        storage.begin_sign_in(&subject, now),
    );
    // Boxed: the futures of all requests would have its size.
    let number = Box::pin(number).await?;
    // One that outlived such an end took the number of then.
    let outlived = record.subject_number.map_or(0, SubjectNumber::get);
    let is_ended = number.get() > outlived.max(record.created.as_millis());
    // If they are ended before it is moved, it does not survive that either.
    record.subject_number = Some(number);
    Ok(is_ended)
}

/// Where a session is whose record is gone from here: where the other form keeps it, if another
/// request has moved it there under its id.
pub(crate) async fn moved_away(
    provider: &Provider,
    gone: &ById,
    now: Timestamp,
) -> Result<Option<Box<ById>>, StorageError> {
    if !provider.has_same_ids(now) || gone.place == Place::Other {
        return Ok(None);
    }
    let elsewhere = Elsewhere {
        there: gone.id.clone(),
        here: gone.id.clone(),
        same: true,
        freshness: Freshness::Current,
    };
    let Some(found) = read_elsewhere(provider, &elsewhere, now).await? else {
        return Ok(None);
    };
    if found.standing.is_err() {
        return Ok(None);
    }
    let mut origin = found.origin;
    let record = &mut origin.stored.record;
    record.subject.clone_from(&gone.stored.record.subject);
    let is_ended = ended_here(provider, &mut origin, now).await?;
    Ok((!is_ended).then_some(origin))
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

fn check(
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

/// `Err` inside: no record; outside: the storage failed.
async fn find(
    provider: &Provider,
    token: Result<Buffer, Refusal>,
    word: Word,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let token = match token {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let kept = provider.other(now).map(|_| Box::new(token.clone()));
    let own = check(provider, &provider.form, token, entropy, now);
    let id = kept.as_ref().and_then(|_| own.as_ref().ok());
    let id = id.map(|checked| Box::new(checked.clone()));
    let found = match own {
        Ok(checked) => read(provider, checked, word, now).await?,
        Err(refusal) => Err(refusal),
    };
    match (found, kept) {
        (Err(refusal), Some(token)) => {
            // A record under it that is not to be read here is one of the other form, in the same
            // storage: its session gets another id.
            let id = id.filter(|_| refusal == Refusal::UnknownId);
            let elsewhere = elsewhere(provider, *token, id, entropy, now);
            // Boxed: the futures of all requests would have its size.
            Box::pin(find_elsewhere(provider, elsewhere, refusal, now)).await
        }
        // A record here says how the id stands to it, whatever is left elsewhere.
        (found, _) => Ok(found),
    }
}

/// What a token is in the other form; `own` is what it is in the provider's own.
fn elsewhere(
    provider: &Provider,
    token: Buffer,
    own: Option<Box<Checked>>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Elsewhere, Refusal> {
    let form = provider.other(now).ok_or(Refusal::UnknownId)?;
    let seed = provider.moved_seed(token.as_slice());
    let there = check(provider, form, token, entropy, now)?.id;
    Ok(match own {
        Some(own) if provider.has_same_ids(now) => Elsewhere {
            there,
            here: own.id,
            same: true,
            freshness: own.freshness,
        },
        _ => Elsewhere {
            there,
            here: provider.form.ids.derived(&seed),
            same: false,
            freshness: Freshness::Outdated,
        },
    })
}

/// A session that the other form has made: moved here already, or still there. `refusal` says what
/// its token came to in the own form.
async fn find_elsewhere(
    provider: &Provider,
    elsewhere: Result<Elsewhere, Refusal>,
    refusal: Refusal,
    now: Timestamp,
) -> Result<Result<Found, Refusal>, StorageError> {
    let elsewhere = match elsewhere {
        Ok(elsewhere) => elsewhere,
        Err(other) => return Ok(Err(likelier(refusal, other))),
    };
    let moved = || Checked {
        id: elsewhere.here.clone(),
        freshness: elsewhere.freshness,
    };
    if !elsewhere.same {
        match read(provider, moved(), Word::Any, now).await? {
            Err(Refusal::UnknownId) => {}
            known => return Ok(known.map_err(|other| likelier(refusal, other))),
        }
    }
    if let Some(found) = read_elsewhere(provider, &elsewhere, now).await? {
        return Ok(Ok(found));
    }
    // Another request may have moved it between the two reads.
    let moved = read(provider, moved(), Word::Any, now).await?;
    Ok(moved.map_err(|other| likelier(refusal, other)))
}

async fn read(
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

async fn read_elsewhere(
    provider: &Provider,
    elsewhere: &Elsewhere,
    now: Timestamp,
) -> Result<Option<Found>, StorageError> {
    let Some(form) = provider.other(now) else {
        return Ok(None);
    };
    let there = &elsewhere.there;
    let (Some(storage), Some(key)) = (provider.storage(Place::Other), form.ids.key(there)) else {
        return Ok(None);
    };
    let read = within(provider.storage_timeout, storage.read_latest(&key, now));
    let Some(mut stored) = read.await? else {
        return Ok(None);
    };
    if unseal(provider, form, there, &key, &mut stored.record, now).is_err() {
        return Ok(None);
    }
    let origin = Box::new(ById {
        id: elsewhere.here.clone(),
        place: Place::Other,
        key,
        stored,
        read_at: now,
    });
    let standing = standing(provider, &origin, there, elsewhere.freshness);
    let standing = standing.map(|live| match elsewhere.same {
        true => Live {
            lies: Lies::ElsewhereUnderThisId,
            ..live
        },
        false => Live {
            // What has proofs there is presented as it is: the rotation ends with the move.
            proof: ProofState::Current,
            lies: Lies::Elsewhere,
            ..live
        },
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
        lies: Lies::Here,
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
