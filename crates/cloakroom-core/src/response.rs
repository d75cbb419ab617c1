//! What a request's sessions do to its response, and the moment when they do it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::commit::{Batch, ResponseHead, conclude, perform_all, prepare_all};
use crate::error::CommitError;
use crate::few::Few;
use crate::frame::{Frame, all_slots};
use crate::slot::{AnySlot, Outgoing};

/// What a response's head carries for its sessions. For adapters of frameworks.
pub struct Effects(Few<Effect>);

struct Effect {
    slot: Arc<dyn AnySlot>,
    outgoing: Outgoing,
}

/// A commit under way.
#[expect(clippy::exhaustive_enums, reason = "an adapter treats each")]
pub enum Commit {
    /// No session was asked for: the response stays as it is.
    Untouched,
    /// Done without waiting.
    Done(Result<Effects, CommitError>),
    /// Waits for a storage.
    Waiting(Pin<Box<dyn Future<Output = Result<Effects, CommitError>> + Send>>),
}

impl Frame {
    /// Commits the sessions that were asked for, now that the response's head is ready.
    ///
    /// On an error the response is to be replaced: nothing of it may reach the client.
    pub fn commit(&mut self, response: &dyn ResponseHead) -> Commit {
        let slots = self.take_slots();
        if slots.is_empty() {
            return Commit::Untouched;
        }
        drop_renewals(&slots, response);
        let mut batch = Batch::default();
        if let Err(error) = prepare_all(&mut batch, &slots, response) {
            return Commit::Done(Err(error));
        }
        if batch.needs_storage() {
            return Commit::Waiting(Box::pin(async move {
                perform_all(&mut batch).await?;
                Ok(finish(&mut batch, slots))
            }));
        }
        Commit::Done(Ok(finish(&mut batch, slots)))
    }
}

/// A renewal of an early commit waits for another response where this one, which is known only
/// now, speaks against it.
fn drop_renewals(slots: &Few<Arc<dyn AnySlot>>, response: &dyn ResponseHead) {
    for slot in slots.iter().filter(|slot| slot.is_renewing()) {
        let wire = &slot.provider().wire;
        if response.is_public() || response.carries(wire.name(), wire.is_cookie()) {
            let _waits = slot.take_outgoing();
        }
    }
}

fn finish(batch: &mut Batch, slots: Few<Arc<dyn AnySlot>>) -> Effects {
    conclude(batch);
    let effects = slots.into_iter().map(|slot| Effect {
        outgoing: slot.take_outgoing(),
        slot,
    });
    Effects(effects.collect())
}

/// Commits every session of the running request now, ahead of the response, so that a handler
/// learns the outcome before it acts on the world (charges a card, sends a mail).
///
/// Afterwards every change is [`TooLate`](crate::ChangeError::TooLate). Cookies and headers still
/// go out with the response's head. On an error nothing is sent, nothing of this request is kept,
/// and the handler's own response stays.
///
/// To be called in the task that serves the request; elsewhere there is nothing to commit.
///
/// # Errors
///
/// What would have replaced the response; and [`Failure::NoSession`](crate::Failure::NoSession) if
/// a session changed by `update_retrying` was ended meanwhile.
pub async fn commit() -> Result<(), CommitError> {
    let slots = all_slots();
    let mut batch = Batch::default();
    prepare_all(&mut batch, &slots, &NoResponse)?;
    if batch.needs_storage() {
        perform_all(&mut batch).await?;
    }
    let lost = batch.lost_retries();
    conclude(&mut batch);
    lost.map_or(Ok(()), Err)
}

/// There is no response yet; a renewal that it speaks against is dropped when it is there.
struct NoResponse;

impl ResponseHead for NoResponse {
    fn is_public(&self) -> bool {
        false
    }

    fn carries(&self, _: &str, _: bool) -> bool {
        false
    }
}

/// One header line to put into a response.
#[derive(Debug)]
#[non_exhaustive]
pub enum HeaderLine<'a> {
    /// A `Set-Cookie` line, to be added to those that are there.
    SetCookie(Vec<u8>),
    /// A header of this name, to take the place of any that is there.
    Session(&'a str, Vec<u8>),
}

impl Effects {
    /// Takes out the header lines that carry tokens and clearings, with `each`.
    pub fn header_lines(&mut self, mut each: impl FnMut(HeaderLine<'_>)) {
        for effect in self.0.iter_mut() {
            let value = match std::mem::take(&mut effect.outgoing) {
                Outgoing::None => continue,
                Outgoing::Set(value) | Outgoing::Renew(value) | Outgoing::Clear(value) => value,
            };
            let wire = &effect.slot.provider().wire;
            if wire.is_cookie() {
                each(HeaderLine::SetCookie(value));
            } else {
                each(HeaderLine::Session(wire.name(), value));
            }
        }
    }

    /// What caches may do with the response.
    #[must_use]
    pub fn caching(&self) -> Caching {
        let told = || self.told_to_caches();
        if told().any(|effect| !matches!(effect.outgoing, Outgoing::None)) {
            Caching::NoStore
        } else if told().next().is_some() {
            Caching::Private
        } else {
            Caching::Untold
        }
    }

    /// The request headers that the response depends on, found or not.
    pub fn vary(&self) -> impl Iterator<Item = &str> {
        let asks_cookie = |effect: &&Effect| effect.slot.provider().wire.is_cookie();
        let cookie = self.told_to_caches().find(asks_cookie).map(|_| "cookie");
        let headers = self
            .told_to_caches()
            .filter(move |effect| !asks_cookie(effect));
        cookie
            .into_iter()
            .chain(headers.map(|effect| effect.slot.provider().wire.name()))
    }

    /// The sessions of which caches are told.
    fn told_to_caches(&self) -> impl Iterator<Item = &Effect> {
        let told = |effect: &&Effect| effect.slot.provider().cache_headers;
        self.0.iter().filter(told)
    }
}

/// What the sessions of a response let caches do with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an adapter treats each")]
pub enum Caching {
    /// A token is sent or cleared: no cache may keep the response, whatever the application said.
    NoStore,
    /// It depends on a session: no shared cache may keep it, unless the application said otherwise.
    Private,
    /// The application has the say.
    Untold,
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Effects")
            .field("sessions", &self.0.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untouched => "Untouched",
            Self::Done(_) => "Done",
            Self::Waiting(_) => "Waiting",
        })
    }
}
