//! Asking for a session: from a request's head and the frames around the caller to a handle.
//!
//! The head is read before anything is awaited, so the future holds nothing of the request; what
//! may wait is the storage alone.

use std::any::type_name;
use std::sync::Arc;

use crate::error::LoadError;
use crate::frame::{Found, SharedFrame, find, keep};
use crate::head::{RequestFacts, RequestHead, came_over_https};
use crate::load::Tokens;
use crate::plan::Presented;
use crate::provider::{StorageFailure, Typed};
use crate::reading::read;
use crate::registry::{SessionValue, Sessions};
use crate::session::Session;
use crate::slot::Slot;

/// Loads the session of type `S` of a request, once; asking again gives the same. For adapters of
/// frameworks.
///
/// The head is read before this returns; the future reads the storage where there is one.
///
/// # Errors
///
/// If no layer around the caller has a provider of the type, if its storage cannot be read, or if
/// the provider is for development over http and the request came over https. Whatever the client
/// presented is no error: a token that is no good is no session.
pub fn load<S: SessionValue>(
    head: &dyn RequestHead,
    shared: Option<&SharedFrame>,
) -> impl Future<Output = Result<Session<S>, LoadError>> + Send + use<S> {
    let begun = begin::<S>(head, shared);
    let shared = shared.cloned();
    async move {
        let slot = match begun? {
            Begun::Loaded(slot) => slot,
            Begun::Tokens {
                sessions,
                typed,
                facts,
                tokens,
            } => {
                let slot = read(sessions.environment(), &typed, facts, tokens).await;
                let of = type_name::<S>();
                keep(&sessions, shared.as_ref(), &slot).ok_or(LoadError::NoLayer { of })?
            }
        };
        let unavailable = slot.state().loaded.presented == Presented::Unavailable;
        if unavailable && slot.typed.provider.storage_failure == StorageFailure::Respond503 {
            return Err(LoadError::StorageFailed);
        }
        Ok(Session(slot))
    }
}

/// What is known of a session before any storage is asked.
enum Begun<S> {
    Loaded(Arc<Slot<S>>),
    Tokens {
        sessions: Sessions,
        typed: Arc<Typed<S>>,
        facts: RequestFacts,
        tokens: Tokens,
    },
}

fn begin<S: SessionValue>(
    head: &dyn RequestHead,
    shared: Option<&SharedFrame>,
) -> Result<Begun<S>, LoadError> {
    let of = type_name::<S>();
    let (sessions, typed) = match find::<S>(shared) {
        Found::Loaded(slot) => return Ok(Begun::Loaded(slot)),
        Found::NoProvider => return Err(LoadError::NoProvider { of }),
        Found::NoFrame => return Err(LoadError::NoLayer { of }),
        Found::Provider(sessions, typed) => (sessions, typed),
    };
    if sessions.environment().development && came_over_https(head) {
        return Err(LoadError::DevelopmentOverHttps);
    }
    Ok(Begun::Tokens {
        facts: RequestFacts::of(head),
        tokens: Tokens::of(&typed.provider, head),
        sessions,
        typed,
    })
}
