//! Ending sessions: one, all of a subject, all that began before an instant.

use cloakroom_storage::{
    Listed, RemoveOutcome, Scope, StorageError, StorageKey, Subject, Timestamp,
};

use crate::call::{Call, Effect};
use crate::names::{Owner, PARTITIONS, Place};
use crate::scripts;
use crate::store::{Mark, Session, Store, all};

impl Store {
    pub(crate) async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        let place = Place::of(key);
        let Some(head) = self.take_out(&place).await? else {
            return Ok(RemoveOutcome::Absent);
        };
        self.forget(&place, Some(head)).await;
        Ok(RemoveOutcome::Removed)
    }

    /// Raises the number, which is when all sessions have ended for [`list`](Self::list); then
    /// ends each.
    ///
    /// Where it breaks off, those that are left are in the index still, and the next call ends
    /// them, or a `list`.
    pub(crate) async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let owner = Owner::of(subject);
        let except = except.map(Place::of);
        let (number, sessions) = self.close(&owner, except.as_ref(), now).await?;
        if let Some(place) = &except {
            self.renumber(place, &owner, number).await?;
        }
        self.finish(&owner, sessions, now).await
    }

    /// Ends sessions and takes them out of the index; gives how many were alive.
    async fn finish(
        &self,
        owner: &Owner,
        sessions: Vec<Session>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let live = self.end(owner, &sessions, Mark::SignedOut, now).await?;
        self.leave(owner, &sessions).await?;
        Ok(live)
    }

    pub(crate) async fn list(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Vec<Listed>, StorageError> {
        let owner = Owner::of(subject);
        let seen = self.see(&owner, now).await?;
        // What a `remove_all` has closed and not ended, because it is under way or broke off, is
        // ended first: who does not see a session any more may rely on its end.
        self.finish(&owner, seen.closed, now).await?;
        // Broken off creates and removals of others are brought to their end on the way.
        self.displace(&owner, seen.left_over, now).await.ok();
        self.leave(&owner, &seen.stale).await.ok();
        let listed = seen.live.into_iter().filter_map(|(session, head)| {
            let key = Place::key_of(&session.place.member)?;
            let (absolute, idle) = (head.absolute_deadline, head.idle_deadline);
            Some(Listed::new(key, head.created, absolute, idle))
        });
        Ok(listed.collect())
    }

    /// Sets the floor in every partition, where each record's calls see it in their one step.
    pub(crate) async fn end_before(
        &self,
        scope: &Scope,
        time: Timestamp,
    ) -> Result<(), StorageError> {
        let partitions = (0..PARTITIONS).filter_map(|number| u8::try_from(number).ok());
        let floors = partitions.map(async |partition| {
            let keys = [self.names.floors(partition), self.names.work(partition)];
            let call = Call::script(&scripts::FLOOR, Effect::Repeatable, &keys)
                .arg(scope.as_str())
                .arg(time.as_millis().to_be_bytes());
            self.link.send(&call).await
        });
        all(floors).await.map(drop)
    }
}
