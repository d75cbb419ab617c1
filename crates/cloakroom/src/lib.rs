//! Typed sessions for web applications.

pub use cloakroom_core::*;

#[cfg(feature = "tower")]
pub use cloakroom_tower::{LayerExt, SessionLayer, SessionService};

#[cfg(feature = "axum")]
pub use cloakroom_axum::{Absent, Present};
