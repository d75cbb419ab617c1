//! A session that the other form of the provider keeps.
//!
//! * Its record lies in that form's storage, or has been moved here already, under the id that the
//!   presented one stands for.
//! * Where both forms read a token as the same id, it stands for itself: only the storage is another, and
//!   the one that sessions are moved from counts. In the other there may be a copy, of a move that is not
//!   over. A record is made there before it is taken from here, so who looks in that order finds one.
//! * What is to be moved is judged by the storage's latest word, never by a copy.

use cloakroom_crypto::Entropy;
use cloakroom_storage::{StorageError, Subject, SubjectNumber};
use cloakroom_time::Timestamp;

use super::choose::likelier;
use super::record::{Checked, Found, Word, check, read, standing, unseal};
use crate::buffer::Buffer;
use crate::erased::within;
use crate::ids::RecordId;
use crate::loaded::ById;
use crate::plan::{Lies, Live, ProofState};
use crate::provider::{Place, Provider};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// What a token is in the other form.
pub(super) struct Elsewhere {
    /// Its id there.
    there: RecordId,
    /// The id that stands for it here.
    here: RecordId,
    /// Whether that is the same one.
    same: bool,
    freshness: Freshness,
}

/// What a token is in the other form; `own` is what it is in the provider's own.
pub(super) fn elsewhere(
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
pub(super) async fn find_elsewhere(
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

/// A session in the store that it is to be moved from, under the id that it has.
pub(super) async fn find_where_it_is_moved_from(
    provider: &Provider,
    token: Buffer,
    own: &Checked,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Option<Found>, StorageError> {
    let own = Some(Box::new(own.clone()));
    match elsewhere(provider, token, own, entropy, now) {
        Ok(elsewhere) => read_elsewhere(provider, &elsewhere, now).await,
        Err(_) => Ok(None),
    }
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
            lies: match provider.first_place(now) {
                Place::Other => Lies::ElsewhereUnderThisId,
                Place::Own => Lies::Here,
            },
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

/// Where a session is whose record is gone: in the other store, if another request has moved it there.
pub(crate) async fn moved_away(
    provider: &Provider,
    gone: &ById,
    now: Timestamp,
) -> Result<Option<Box<ById>>, StorageError> {
    if !provider.has_same_ids(now) || gone.place != provider.first_place(now) {
        return Ok(None);
    }
    let checked = Checked {
        id: gone.id.clone(),
        freshness: Freshness::Current,
    };
    if gone.place == Place::Other {
        let found = read(provider, checked, Word::Latest, now).await?;
        return Ok(found.ok().and_then(alive));
    }
    let elsewhere = Elsewhere {
        there: checked.id.clone(),
        here: checked.id,
        same: true,
        freshness: checked.freshness,
    };
    let found = read_elsewhere(provider, &elsewhere, now).await?;
    let Some(mut origin) = found.and_then(alive) else {
        return Ok(None);
    };
    let is_ended = ended_here(provider, &mut origin, now).await?;
    Ok((!is_ended).then_some(origin))
}

fn alive(found: Found) -> Option<Box<ById>> {
    found.standing.is_ok().then_some(found.origin)
}

/// Whether all sessions of the subject were ended here since a session elsewhere began. Nothing
/// there knows of it: the subject's number, which `remove_all` raises to the present, does.
///
/// What does not say when it began is older than any such end.
pub(super) async fn ended_here(
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
