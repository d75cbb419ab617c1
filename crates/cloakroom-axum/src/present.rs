//! A session that is there.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use cloakroom_core::{LoadError, Session, SessionValue};
use http::StatusCode;
use http::request::Parts;

/// A session that is there, with its value: the request is answered with 401 where there is none.
///
/// Dereferences to the value as it was when it was extracted.
///
/// # Examples
///
/// ```
/// use cloakroom_axum::Present;
///
/// #[derive(Clone, serde::Serialize, serde::Deserialize)]
/// struct Login { user: u64 }
///
/// async fn account(login: Present<Login>) -> String {
///     format!("user {}", login.user)
/// }
/// # let router: axum::Router = axum::Router::new().route("/", axum::routing::get(account));
/// # assert!(router.has_routes());
/// ```
pub struct Present<S: SessionValue> {
    session: Session<S>,
    value: Arc<S>,
}

impl<S: SessionValue> Present<S> {
    /// The handle, to change the session by.
    #[must_use]
    pub const fn session(&self) -> &Session<S> {
        &self.session
    }

    /// The value as it was when it was extracted.
    #[must_use]
    pub const fn value(&self) -> &Arc<S> {
        &self.value
    }
}

impl<S: SessionValue> Deref for Present<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.value
    }
}

impl<S: SessionValue> fmt::Debug for Present<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Present").field(&self.session).finish()
    }
}

impl<S: SessionValue, St: Sync> FromRequestParts<St> for Present<S> {
    type Rejection = Absent;

    async fn from_request_parts(parts: &mut Parts, state: &St) -> Result<Self, Absent> {
        let session = Session::<S>::from_request_parts(parts, state).await;
        let session = session.map_err(Absent::NotLoaded)?;
        let value = session.get().ok_or(Absent::NoSession)?;
        Ok(Self { session, value })
    }
}

/// Why there is no [`Present`] session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Absent {
    /// The client has none: 401.
    NoSession,
    /// It could not be loaded.
    NotLoaded(LoadError),
}

impl IntoResponse for Absent {
    fn into_response(self) -> Response {
        match self {
            Self::NoSession => StatusCode::UNAUTHORIZED.into_response(),
            Self::NotLoaded(error) => error.into_response(),
        }
    }
}
