//! A page for everything that went wrong, also for what the layers around the pages answer.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

#[derive(Template)]
#[template(path = "error.html")]
struct Wrong {
    status: u16,
    title: &'static str,
    text: &'static str,
}

/// Gives an error that is not a page yet the page that explains it. Status and all other headers
/// stay, above all those that clear cookies and keep caches out.
pub(crate) async fn explain(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let (title, text) = words(status);
    let wrong = Wrong {
        status: status.as_u16(),
        title,
        text,
    };
    let Some(page) = wrong.render().ok().filter(|_| is_error) else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, html);
    Response::from_parts(parts, Body::from(page))
}

fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => (
            "Please sign in",
            "This page belongs to someone who is signed in. Perhaps your session has ended, here \
             or from another device.",
        ),
        StatusCode::FORBIDDEN => (
            "That came from elsewhere",
            "Another site asked your browser to do something here. We do such things only when \
             you ask for them on one of our own pages.",
        ),
        StatusCode::NOT_FOUND => ("Not on our shelf", "There is nothing at this address."),
        StatusCode::CONFLICT => (
            "Two changes at once",
            "Another of your tabs changed the same thing at the same moment. Its change stands, and \
             this one was not made: go back, look, and try again.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Signed in too often",
            "This account has as many sessions as it may have. Sign out elsewhere first.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "One moment, please",
            "We cannot reach our own storage. You are not signed out, and your cart is safe: try \
             again in a moment.",
        ),
        _ if status.is_client_error() => (
            "We did not understand",
            "Something about this request is not as one of our forms would have made it.",
        ),
        _ => ("Our fault", "Something went wrong on our side."),
    }
}
