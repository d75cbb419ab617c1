//! cloakroom's sessions in axum.
//!
//! [`Session<S>`] is an extractor (the session, present or not), [`Present<S>`] is one that answers
//! 401 where there is none. The layer is `cloakroom-tower`'s.

mod present;

pub use present::{Absent, Present};

pub use cloakroom_core::{Session, SessionValue};
pub use cloakroom_tower::{LayerExt, Passive, SessionLayer, SessionService};
