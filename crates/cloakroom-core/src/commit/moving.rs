//! Moving a session that lies elsewhere under its id: in the end of a request, since nobody asked for it.
//!
//! * **A copy is made here, and the record is taken from there, if it is still what was copied.** Until then
//!   the one there counts, and whoever changes it does so there; from then on the copy does. So nothing
//!   that was acknowledged is left behind.
//! * **Of requests that move it at once one does**: the one whose copy it is. Until the record is taken nobody
//!   else writes the copy, so its maker may remove it.
//! * **A copy lasts a minute until its session has been moved**, longer than a move does. What one that broke
//!   off has left is gone then, and another request moves the session.

use std::time::Duration;

use cloakroom_storage::{
    CreateOutcome, Record, RemoveOutcome, StorageError, StorageKey, Stored, TakeOutcome,
    UpdateOutcome, Version,
};
use cloakroom_time::Timestamp;

use super::records::as_kept;
use super::work::Work;
use crate::erased::{DynStorage, within};
use crate::event::EventKind;
use crate::loaded::Origin;
use crate::plan::Notes;
use crate::provider::Place;

const COPY_LASTS: Duration = Duration::from_secs(60);

/// How often the copy is given its deadline anew where others change it at the same time.
const TRIES: usize = 8;

/// Why a session is not moved, if that is to be told.
type NotMoved = Option<EventKind>;

/// A session on its way.
struct Move<'a> {
    key: &'a StorageKey,
    here: &'a dyn DynStorage,
    there: &'a dyn DynStorage,
    limit: Option<Duration>,
    now: Timestamp,
}

/// Moves the session, if it lies elsewhere.
pub(super) async fn move_here(work: &mut Work) {
    let moved = try_to_move(work).await;
    let told = match moved {
        Ok(None) => Notes::NONE,
        Ok(Some(moved)) => {
            if let Origin::ById(origin) = &mut work.draft.loaded.origin {
                origin.place = Place::Own;
                origin.stored = moved;
            }
            Notes::one(EventKind::Moved)
        }
        Err(why) => why.map_or(Notes::NONE, Notes::one),
    };
    work.tell(told);
}

/// The record as it lies here now, as we have it; `None` where there is nothing to move.
async fn try_to_move(work: &Work) -> Result<Option<Stored>, NotMoved> {
    let (provider, now) = (work.provider(), work.moment.now);
    let places = (
        &work.draft.loaded.origin,
        provider.storage(Place::Own),
        provider.storage(Place::Other),
    );
    let (Origin::ById(origin), Some(here), Some(there)) = places else {
        return Ok(None);
    };
    if origin.place != Place::Other {
        return Ok(None);
    }
    let this = Move {
        key: &origin.key,
        here,
        there,
        limit: provider.storage_timeout,
        now,
    };
    let mut record = origin.stored.record.clone();
    let absolute = provider.absolute(record.absolute_deadline, record.created);
    let idle = provider.policy.idle_deadline(now, absolute);
    let idle = idle.or(record.idle_deadline);
    let copy_lasts = now.saturating_add(COPY_LASTS);
    record.idle_deadline = Some(idle.map_or(copy_lasts, |idle| idle.min(copy_lasts)));
    let copy = as_kept(work, Place::Own, &origin.id, &origin.key, &record);
    let copy = copy.map_err(|_| Some(EventKind::EncodeFailed))?;
    let copy = copy.unwrap_or_else(|| record.clone());
    let version = this.copy(&copy).await?;
    this.take(origin.stored.version).await?;
    let version = this.keep(copy, version, idle).await;
    record.idle_deadline = idle;
    Ok(Some(Stored::new(record, version)))
}

impl Move<'_> {
    async fn copy(&self, copy: &Record) -> Result<Version, NotMoved> {
        let call = self.here.create(self.key, copy, None, self.now);
        match within(self.limit, call).await.map_err(failed)? {
            CreateOutcome::Created(version) => Ok(version),
            // Another request moves it, or a copy is left from one that broke off.
            CreateOutcome::Exists | CreateOutcome::TooManyForSubject => Err(None),
            CreateOutcome::Full => Err(Some(EventKind::StorageFull)),
            CreateOutcome::SignedOutMeanwhile => Err(Some(EventKind::SignedOutMeanwhile)),
        }
    }

    /// Takes the record from there. Where it is another one by now the copy is removed again.
    async fn take(&self, version: Version) -> Result<(), NotMoved> {
        let call = self.there.take(self.key, version, self.now);
        let why = match within(self.limit, call).await {
            Ok(TakeOutcome::Taken) => return Ok(()),
            // Somebody has changed it there: another time.
            Ok(TakeOutcome::Conflict(_)) => None,
            Ok(TakeOutcome::Gone) => Some(EventKind::EndedMeanwhile),
            Err(error) => return self.look_whether_taken(error).await,
        };
        let removed = within(self.limit, self.here.remove(self.key)).await;
        let _was_there: RemoveOutcome = removed.map_err(failed)?;
        Err(why)
    }

    /// Whether it was taken is not known. If it is not there any more, the copy is all there is.
    async fn look_whether_taken(&self, error: StorageError) -> Result<(), NotMoved> {
        let look = self.there.read_latest(self.key, self.now);
        match within(self.limit, look).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) | Err(_) => Err(failed(error)),
        }
    }

    /// Lets the copy, which is the session now, last as long as that does.
    async fn keep(
        &self,
        mut copy: Record,
        mut version: Version,
        idle: Option<Timestamp>,
    ) -> Version {
        for _ in 0..TRIES {
            copy.idle_deadline = idle;
            let call = self.here.update(self.key, version, &copy, self.now);
            match within(self.limit, call).await {
                Ok(UpdateOutcome::Updated(kept)) => return kept,
                // Another request goes on with it already.
                Ok(UpdateOutcome::Conflict(theirs)) => {
                    version = theirs.version;
                    copy = theirs.record;
                }
                // It has been ended; or it is moved, and the next request lets it last.
                Ok(UpdateOutcome::Gone) | Err(_) => break,
            }
        }
        version
    }
}

fn failed(_: StorageError) -> NotMoved {
    Some(EventKind::StorageFailed)
}
