//! What keeps other sites out.
//!
//! | threat | answer |
//! |---|---|
//! | a form of another site that posts here | [`CsrfLayer`]: `Sec-Fetch-Site`, else `Origin` against `Host`; `SameSite=Lax` alone is no defence |
//! | script or style that slipped into a page | a content security policy without any inline code |
//! | a frame of another site around a page | `frame-ancestors 'none'` |
//! | addresses that leak to other sites | `Referrer-Policy: same-origin` |

use axum::http::HeaderValue;
use axum::response::Response;

pub(crate) use tower_http::csrf::CsrfLayer;

const HEADERS: [(&str, &str); 3] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
];

/// Adds the headers that tell the browser what this site never does.
pub(crate) async fn tell_browser(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
