//! The first part of a commit: from a slot to a plan, without I/O.

use std::sync::Arc;

use cloakroom_time::Timestamp;

use super::token;
use super::work::Work;
use crate::buffer::Buffer;
use crate::codec::header::read_header;
use crate::error::CommitError;
use crate::few::Few;
use crate::loaded::{Loaded, Origin};
use crate::native::envelope::{Envelope, Lineage, MAX_LINEAGE, MAX_SUBJECT};
use crate::native::steps::{HEADROOM, TAILROOM};
use crate::plan::{Failure, Moment, Notes, Presented, StorageStep, Tracking, Wish, plan};
use crate::provider::{Place, Provider};
use crate::rules::Writes;
use crate::slot::{AnySlot, Draft, Outgoing};

/// What the core asks of the response that the handler made.
pub trait ResponseHead {
    /// Whether the application marked the response as one that shared caches may keep.
    fn is_public(&self) -> bool;

    /// Whether the response sets the cookie or the header of this name already.
    fn carries(&self, name: &str, is_cookie: bool) -> bool;
}

/// Closes a slot and adds its part to `works`, planned; nothing if it was committed before.
pub(super) fn prepare(
    works: &mut Few<Work>,
    slot: &Arc<dyn AnySlot>,
    response: &dyn ResponseHead,
    now: Timestamp,
) -> Result<(), CommitError> {
    let Some(mut draft) = slot.close() else {
        return Ok(());
    };
    let provider = slot.provider();
    let content = match content_of(slot.as_ref(), &mut draft) {
        Ok(content) => content,
        Err(failure) => {
            let environment = slot.environment();
            let fields = slot.unwritten();
            for kind in Notes::of_failure(failure).iter() {
                environment.tell_fields(provider, None, kind, &fields);
            }
            slot.finish(draft.loaded, Outgoing::None);
            return Err(CommitError::new(&provider.name, failure));
        }
    };
    let moment = moment_of(slot.as_ref(), &draft, response, now);
    let plan = plan(
        &draft.loaded.presented,
        draft.wish,
        &provider.policy,
        &moment,
    );
    works.push(Work {
        slot: Arc::clone(slot),
        draft,
        content,
        moment,
        plan,
        step: plan.storage,
        repeats: 0,
        new_id: None,
        successor: None,
        made: None,
        base: None,
        loaded_proof: None,
        both_changed: Vec::new(),
        settled: None,
        outgoing: Outgoing::None,
    });
    works.last_mut().map_or(Ok(()), begin)
}

/// What comes before any storage is asked.
fn begin(work: &mut Work) -> Result<(), CommitError> {
    work.tell(work.plan.before);
    before_storage(work).map_err(|failure| {
        work.tell(Notes::of_failure(failure));
        work.error(failure)
    })
}

/// Whatever can fail without I/O fails here: the token of a by-value session is made, and for a
/// by-id session it is made sure that one can be.
fn before_storage(work: &mut Work) -> Result<(), Failure> {
    match work.provider().policy.tracking {
        Tracking::ByValue => token::make_by_value(work),
        Tracking::ById => token::ensure_by_id(work),
    }
}

/// The handler's content, where its wish needs it; a write of equal bytes is no write.
fn content_of(slot: &dyn AnySlot, draft: &mut Draft) -> Result<Option<Buffer>, Failure> {
    let new_record = matches!(draft.wish, Wish::SignIn | Wish::Elevate);
    if !new_record && !matches!(draft.wish, Wish::Write | Wish::WriteRotate) {
        return Ok(None);
    }
    let writes_equal = match slot.provider().policy.rules.writes {
        Writes::WhenChanged | Writes::SentWhenChanged => false,
        Writes::WhenSet | Writes::Always => true,
    };
    if draft
        .subject
        .as_ref()
        .is_some_and(|name| name.len() > MAX_SUBJECT)
    {
        return Err(Failure::Invalid);
    }
    let provider = slot.provider();
    let capacity = likely_len(&draft.loaded) + TAILROOM;
    let content = slot.encode(headroom_of(provider, draft), capacity)?;
    let by = content.len().saturating_sub(provider.limit);
    if by > 0 {
        return Err(Failure::TooLarge { by });
    }
    let judged = !new_record && !writes_equal;
    let unchanged = judged && is_unchanged(slot, &draft.loaded, content.as_slice());
    if unchanged {
        draft.wish = match draft.wish {
            Wish::WriteRotate => Wish::Rotate,
            _ => Wish::Keep,
        };
        return Ok(None);
    }
    Ok(Some(content))
}

/// How long the handler's content may be: a session that is changed mostly stays about as long as
/// it was, and then the buffer does not grow while the codec writes.
fn likely_len(loaded: &Loaded) -> usize {
    const MORE: usize = 64;
    match &loaded.origin {
        Origin::None => 0,
        Origin::ByValue(origin) => origin.content.len() + MORE,
        Origin::ById(origin) => origin.stored.record.content.len() + MORE,
    }
}

/// Room for all that will be put in front of the content, so that it is never moved.
fn headroom_of(provider: &Provider, draft: &Draft) -> usize {
    match provider.policy.tracking {
        Tracking::ById => provider.form.header_len(),
        Tracking::ByValue if provider.form.bare => 0,
        Tracking::ByValue => {
            let subject = draft.subject.as_deref();
            HEADROOM + Envelope::len(&Lineage::default(), subject) + 8 * MAX_LINEAGE
        }
    }
}

fn is_unchanged(slot: &dyn AnySlot, loaded: &Loaded, content: &[u8]) -> bool {
    let format = slot.format();
    match &loaded.origin {
        _ if !loaded.is_live() => false,
        Origin::None => false,
        Origin::ByValue(origin) => {
            Some(format) == origin.format && origin.content.as_slice() == content
        }
        Origin::ById(origin) if origin.place == Place::Other => false,
        Origin::ById(origin) if slot.provider().form.bare => {
            *origin.stored.record.content == *content
        }
        Origin::ById(origin) => read_header(&origin.stored.record.content)
            .is_ok_and(|(read, bytes)| format == read && bytes == content),
    }
}

fn moment_of(
    slot: &dyn AnySlot,
    draft: &Draft,
    response: &dyn ResponseHead,
    now: Timestamp,
) -> Moment {
    let provider = slot.provider();
    let facts = slot.facts();
    let (name, is_cookie) = (provider.wire.name(), provider.wire.is_cookie());
    // Only what was presented is renewed, or cleared unasked, and by value only what the handler
    // left alone (a change sends a token anyway): look at the response only then.
    let kept = draft.wish == Wish::Keep || provider.policy.tracking == Tracking::ById;
    let looked_at = kept && draft.loaded.presented != Presented::Nothing;
    let carried = looked_at && response.carries(name, is_cookie);
    let renewable = looked_at && !carried && !lineage_is_full(&draft.loaded);
    Moment {
        now,
        navigation: facts.navigation || !is_cookie,
        passive: facts.passive,
        may_renew: renewable && !response.is_public(),
        // What an inner layer or the handler has just set is not to be cleared again.
        alone: draft.loaded.alone && !carried,
    }
}

/// A token that was renewed from four keys is never renewed alone.
fn lineage_is_full(loaded: &Loaded) -> bool {
    match &loaded.origin {
        Origin::ByValue(origin) => origin.lineage.is_full(),
        Origin::ById(_) | Origin::None => false,
    }
}

/// Whether a work has a storage step to take.
pub(super) const fn needs_storage(work: &Work) -> bool {
    work.plan.moves || !matches!(work.step, StorageStep::None)
}
