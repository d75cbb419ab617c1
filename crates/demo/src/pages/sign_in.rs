//! Signing in and out: a session of which only an id travels.

use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::response::{Redirect, Response, Result};
use axum::routing::{get, post};
use cloakroom::Session;
use serde::Deserialize;

use super::render::page;
use crate::accounts::Accounts;
use crate::frame::Frame;
use crate::state::Shop;
use crate::values::Login;

/// `/sign-in` and `/sign-out`.
pub(crate) fn sign_in() -> Router<Shop> {
    Router::new()
        .route("/sign-in", get(show).post(enter))
        .route("/sign-out", post(leave))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Show {
    frame: Frame,
    hints: Vec<(&'static str, &'static str)>,
}

async fn show(frame: Frame) -> Response {
    let hints = Accounts::hints().collect();
    page(&Show { frame, hints })
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

/// The sign-in is begun before the password is checked: if everything is ended while the check is
/// under way, it does not survive that.
async fn enter(
    State(shop): State<Shop>,
    login: Session<Login>,
    Form(given): Form<Credentials>,
) -> Result<Redirect> {
    let account = shop.accounts.named(given.name.trim());
    if let Some(account) = &account {
        login.begin_sign_in(&account.id.to_string()).await?;
    }
    let good = Accounts::verify(account.as_ref().map(|a| a.id), given.password).await;
    match account.filter(|_| good) {
        Some(account) => {
            login.sign_in(Login::new(account.id, account.name))?;
            Ok(Redirect::to("/"))
        }
        None => Ok(Redirect::to("/sign-in?notice=wrong")),
    }
}

async fn leave(login: Session<Login>) -> Result<Redirect> {
    login.clear()?;
    Ok(Redirect::to("/?notice=signed-out"))
}
