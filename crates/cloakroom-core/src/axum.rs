//! The trait implementations for axum that the orphan rule allows nowhere else: [`Session`] as an
//! extractor, and our errors as responses.

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::ask::load;
use crate::error::{ChangeError, CommitError, LoadError, StoreError};
use crate::frame::SharedFrame;
use crate::http_head::HeadView;
use crate::registry::SessionValue;
use crate::session::Session;

/// The session of the request, present or not.
///
/// Rejects only where no layer has a provider of the type, where the storage cannot be read, and
/// where a configuration for development is used over https. The order of extractors is of no
/// matter, and extracting twice gives the same session.
impl<S: SessionValue, St: Sync> FromRequestParts<St> for Session<S> {
    type Rejection = LoadError;

    fn from_request_parts(
        parts: &mut Parts,
        _: &St,
    ) -> impl Future<Output = Result<Self, LoadError>> + Send {
        let shared = parts.extensions.get::<SharedFrame>();
        load(&HeadView::new(parts), shared)
    }
}

fn respond(status: u16, text: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, text).into_response()
}

macro_rules! into_response {
    ($($error:ty),*) => {$(
        /// The error's status, and its text as the body.
        impl IntoResponse for $error {
            fn into_response(self) -> Response {
                respond(self.status(), self.to_string())
            }
        }
    )*};
}

into_response!(ChangeError, CommitError, LoadError, StoreError);
