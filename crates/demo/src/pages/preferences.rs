//! Preferences: a session that lives with the browser, signed and readable.

use askama::Template;
use axum::Router;
use axum::extract::Form;
use axum::response::{Redirect, Response, Result};
use axum::routing::get;
use cloakroom::Session;

use super::render::page;
use crate::frame::Frame;
use crate::state::Shop;
use crate::values::Preferences;

/// The longest name that is greeted, in characters.
const LONGEST_NAME: usize = 40;

/// `/preferences`.
pub(crate) fn preferences() -> Router<Shop> {
    Router::new().route("/preferences", get(show).post(save))
}

#[derive(Template)]
#[template(path = "preferences.html")]
struct Show {
    frame: Frame,
    longest_name: usize,
}

async fn show(frame: Frame) -> Response {
    page(&Show {
        frame,
        longest_name: LONGEST_NAME,
    })
}

async fn save(kept: Session<Preferences>, Form(wish): Form<Preferences>) -> Result<Redirect> {
    let name = wish.name.trim().chars().take(LONGEST_NAME).collect();
    kept.set(Preferences { name, ..wish })?;
    Ok(Redirect::to("/preferences?notice=saved"))
}
