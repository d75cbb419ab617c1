//! The tower layer of cloakroom: sessions around any [`http`] service.
//!
//! * **The state of a request lies in the layer's future** and is lent, through a thread-local, to
//!   what runs inside each poll: a request that never asks for a session costs no allocation.
//! * **Commits when the response's head is ready**, whatever the handler answered, also an error,
//!   a redirect, a streaming body or 101. An inner service that fails, and a future that is
//!   dropped, commit nothing.
//! * **A commit that fails replaces the response whole**: nothing of it reaches the client.
//! * **Caches are kept out** of what depends on a session (RFC 9111): see [`SessionLayer`].

mod future;
mod head;
mod layer;
mod respond;

pub use future::ResponseFuture;
pub use layer::{LayerExt, SessionLayer, SessionService};

pub use cloakroom_core::{HeadView, Passive};
