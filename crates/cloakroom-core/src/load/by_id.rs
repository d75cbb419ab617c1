//! A by-id session, from its record.
//!
//! * **A token without a record here** may be one of the other form that the provider reads.
//! * **Which of several tokens counts** is judged by the storage's latest word, never by a copy.

use cloakroom_crypto::Entropy;
use cloakroom_storage::StorageError;
use cloakroom_time::Timestamp;

use super::choose::{Choice, choose};
use super::content::{decode_record, decode_record_elsewhere, encode_record};
use super::elsewhere::{elsewhere, ended_here, find_elsewhere, find_where_it_is_moved_from};
use super::record::{Found, Word, check, read};
use super::tokens::Tokens;
use crate::buffer::Buffer;
use crate::few::Few;
use crate::loaded::{ById, Loaded, Origin};
use crate::plan::{Lies, Live, Presented, ProofState};
use crate::provider::{Place, Provider, Typed};
use crate::refusal::Refusal;

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
                if live.lies == Lies::Elsewhere {
                    // Whose it is, its record may not say; taking it over is no sign-in.
                    record.subject = typed.subject_of(&value);
                } else {
                    // From here on it is in the words of the provider's own form.
                    let content = encode_record(typed, &value);
                    record.content = content.ok_or(Refusal::Content)?.into();
                }
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
    if let (Place::Other, Some(token), Some(id)) = (provider.first_place(now), &kept, &id) {
        let looked = find_where_it_is_moved_from(provider, (**token).clone(), id, entropy, now);
        // Boxed: the futures of all requests would have its size.
        if let Some(found) = Box::pin(looked).await? {
            return Ok(Ok(found));
        }
        return read(provider, (**id).clone(), word, now).await;
    }
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

const fn is_current(live: &Live) -> bool {
    !matches!(live.proof, ProofState::Superseded { .. })
}
