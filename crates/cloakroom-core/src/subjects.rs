//! Listing and ending stored sessions, by subject and all at once.
//!
//! While sessions move from one storage to another under the ids that they have, both hold sessions
//! of the provider: each call goes to both. What ends them asks the provider's own storage first, so
//! that what is moved meanwhile is refused there.

use std::collections::HashSet;

use cloakroom_storage::{Listed, RemoveOutcome, Subject};
use cloakroom_time::Timestamp;

use crate::erased::DynStorage;
use crate::error::StoreError;
use crate::event::EventKind;
use crate::provider::{Place, Provider};
use crate::reference::{Deadlines, ListedSession, SessionRef};
use crate::registry::{SessionValue, Sessions};
use crate::session::Session;

impl Sessions {
    /// The live sessions of `subject`, oldest first: names and dates, never content.
    ///
    /// # Errors
    ///
    /// If no provider of `S` is registered, if its sessions are not stored, or if the storage
    /// failed.
    pub async fn list<S: SessionValue>(
        &self,
        subject: &str,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let provider = self.provider_of::<S>()?;
        let now = self.environment().now();
        let stored = Stored::of(provider, now)?;
        let of = Subject::new(provider.scope.clone(), subject);
        let environment = self.environment();
        let own = stored.own.list(&of, now);
        let mut listed = environment.asked(provider, own).await?;
        if let Some(other) = stored.other {
            let elsewhere = environment.asked(provider, other.list(&of, now));
            join(&mut listed, elsewhere.await?);
        }
        let name = &provider.name;
        let named = listed.into_iter().filter_map(|listed| {
            Some(ListedSession {
                reference: SessionRef::of_record(name, &listed.key)?,
                created: listed.created,
                deadlines: Deadlines {
                    absolute: provider.absolute(listed.absolute_deadline, listed.created),
                    idle: listed.idle_deadline,
                },
            })
        });
        Ok(named.collect())
    }

    /// Ends the session of this name; gives whether it was there to end.
    ///
    /// # Security
    ///
    /// Check that the session is the asking user's own (it is in their [`list`](Self::list)), or
    /// that they may end those of others.
    ///
    /// # Errors
    ///
    /// If no provider has the name, if its sessions are not stored, or if the storage failed.
    pub async fn end(&self, session: &SessionRef) -> Result<bool, StoreError> {
        let missing = StoreError::NoProvider {
            of: "the session's name",
        };
        let provider = self.provider_named(session.provider()).ok_or(missing)?;
        let now = self.environment().now();
        let stored = Stored::of(provider, now)?;
        let key = session.storage_key().ok_or(StoreError::NotStored)?;
        let mut removed = false;
        let storages = provider.places(now).map(|place| match place {
            Place::Own => Some(stored.own),
            Place::Other => stored.other,
        });
        for storage in storages.into_iter().flatten() {
            let call = storage.remove(&key);
            let outcome = self.environment().asked(provider, call).await?;
            removed |= outcome == RemoveOutcome::Removed;
        }
        if removed {
            self.environment().tell(provider, None, EventKind::Ended);
        }
        Ok(removed)
    }

    /// Ends every session of `subject`; gives how many there were.
    ///
    /// A sign-in that was begun before does not survive it (see
    /// [`Session::begin_sign_in`]). If the asking browser's own session is among them, also
    /// [`clear`](Session::clear) it, so that the browser forgets its cookie at once.
    ///
    /// # Errors
    ///
    /// If no provider of `S` is registered, if its sessions are not stored, or if the storage
    /// failed; some may be ended by then, and calling again is safe.
    pub async fn end_all<S: SessionValue>(&self, subject: &str) -> Result<u64, StoreError> {
        let provider = self.provider_of::<S>()?;
        self.end_but(provider, subject, None).await
    }

    /// Ends every session of the subject of `session`, but that one; gives how many there were.
    ///
    /// # Errors
    ///
    /// As [`end_all`](Self::end_all); and [`StoreError::NoSession`] if `session` is not there or
    /// has no subject.
    pub async fn end_others<S: SessionValue>(
        &self,
        session: &Session<S>,
    ) -> Result<u64, StoreError> {
        let provider = self.provider_of::<S>()?;
        Stored::of(provider, self.environment().now())?;
        let subject = session.subject().ok_or(StoreError::NoSession)?;
        let reference = session.reference().ok_or(StoreError::NoSession)?;
        let ended = self.end_but(provider, &subject, Some(&reference)).await?;
        session.reload_number().await?;
        Ok(ended)
    }

    /// Ends every session of type `S`, of everyone, at once.
    ///
    /// Sessions that begin in the same millisecond are not ended. Where the provider reads another
    /// form as well, those that still lie there are ended too.
    ///
    /// # Errors
    ///
    /// If no provider of `S` is registered, if its sessions are not stored, or if a storage failed;
    /// and if the storage of the other form cannot end sessions so, as one that is shared with
    /// another session system: then what lies here is ended, and the other form is to be read no
    /// more.
    pub async fn end_everything<S: SessionValue>(&self) -> Result<(), StoreError> {
        let provider = self.provider_of::<S>()?;
        let now = self.environment().now();
        let environment = self.environment();
        let own = Stored::of(provider, now)?.own;
        let other = provider.other(now).and(provider.storage(Place::Other));
        for storage in [own].into_iter().chain(other) {
            let call = storage.end_before(&provider.scope, now);
            environment.asked(provider, call).await?;
        }
        environment.tell(provider, None, EventKind::Ended);
        Ok(())
    }

    async fn end_but(
        &self,
        provider: &Provider,
        subject: &str,
        except: Option<&SessionRef>,
    ) -> Result<u64, StoreError> {
        let environment = self.environment();
        let now = environment.now();
        let stored = Stored::of(provider, now)?;
        let of = Subject::new(provider.scope.clone(), subject);
        let except = except.and_then(SessionRef::storage_key);
        let mut ended = 0;
        for storage in [stored.own].into_iter().chain(stored.other) {
            let call = storage.remove_all(&of, except.as_ref(), now);
            let there = environment.asked(provider, call).await?;
            for _ in 0..there {
                environment.tell(provider, None, EventKind::Ended);
            }
            ended += there;
        }
        Ok(ended)
    }
}

/// Where the sessions of a provider lie.
struct Stored<'a> {
    own: &'a dyn DynStorage,
    /// The storage that they move from, under the same ids.
    other: Option<&'a dyn DynStorage>,
}

impl<'a> Stored<'a> {
    fn of(provider: &'a Provider, now: Timestamp) -> Result<Self, StoreError> {
        let own = provider.storage(Place::Own).ok_or(StoreError::NotStored)?;
        let other = provider
            .has_same_ids(now)
            .then(|| provider.storage(Place::Other));
        Ok(Self {
            own,
            other: other.flatten(),
        })
    }
}

/// Adds what lies elsewhere and not here, oldest first.
fn join(listed: &mut Vec<Listed>, elsewhere: Vec<Listed>) {
    let known: HashSet<_> = listed.iter().map(|session| session.key.clone()).collect();
    let only_there = elsewhere
        .into_iter()
        .filter(|session| !known.contains(&session.key));
    listed.extend(only_there);
    listed.sort_by_key(|session| session.created);
}
