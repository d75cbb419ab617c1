//! The account, and an example of stepping up: changing the address asks for the password again.

use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response, Result};
use axum::routing::{get, post};
use cloakroom::Present;
use serde::Deserialize;

use super::render::page;
use crate::accounts::{Account, Accounts};
use crate::frame::Frame;
use crate::state::Shop;
use crate::values::Login;

/// `/account` and what can be done there.
pub(crate) fn account() -> Router<Shop> {
    Router::new()
        .route("/account", get(show))
        .route("/account/confirm", post(confirm))
        .route("/account/email", post(change_email))
}

#[derive(Template)]
#[template(path = "account.html")]
struct Show {
    frame: Frame,
    account: Account,
    confirmed: bool,
}

async fn show(
    State(shop): State<Shop>,
    frame: Frame,
    login: Present<Login>,
) -> Result<Response, StatusCode> {
    let account = shop.accounts.get(login.user);
    Ok(page(&Show {
        frame,
        account: account.ok_or(StatusCode::NOT_FOUND)?,
        confirmed: login.is_confirmed(shop.now().as_secs()),
    }))
}

#[derive(Deserialize)]
struct Password {
    password: String,
}

/// More rights for the same user: a new id, the old one dead, the absolute deadline kept.
async fn confirm(
    State(shop): State<Shop>,
    login: Present<Login>,
    Form(given): Form<Password>,
) -> Result<Redirect> {
    if !Accounts::verify(Some(login.user), given.password).await {
        return Ok(Redirect::to("/account?notice=wrong"));
    }
    login.session().elevate(Login {
        confirmed_at: Some(shop.now().as_secs()),
        ..Login::clone(&login)
    })?;
    Ok(Redirect::to("/account?notice=confirmed"))
}

#[derive(Deserialize)]
struct Email {
    email: String,
}

/// A confirmation is good for one change.
async fn change_email(
    State(shop): State<Shop>,
    login: Present<Login>,
    Form(given): Form<Email>,
) -> Result<Redirect> {
    if !login.is_confirmed(shop.now().as_secs()) {
        return Ok(Redirect::to("/account?notice=confirm-first"));
    }
    if !is_email(&given.email) {
        return Ok(Redirect::to("/account?notice=no-email"));
    }
    login.session().update(|login| login.confirmed_at = None)?;
    // The address changes only if the right to change it was really used up.
    cloakroom::commit().await?;
    shop.accounts.set_email(login.user, given.email);
    Ok(Redirect::to("/account?notice=email-changed"))
}

/// Enough for a demo that sends nothing: something on both sides of one `@`, of decent length.
fn is_email(text: &str) -> bool {
    let sides = text.split_once('@');
    let sound = |side: &str| !side.is_empty() && !side.contains(|c: char| c == '@' || c <= ' ');
    text.len() <= 254 && sides.is_some_and(|(local, host)| sound(local) && sound(host))
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn an_address_has_something_on_both_sides_of_one_at() {
        assert!(is_email("ada@shop.example"));
        for wrong in [
            "",
            "ada",
            "@shop",
            "ada@",
            "a@b@c",
            "a da@shop",
            "ada@shop\n",
        ] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
        assert!(!is_email(&format!("{}@shop.example", "a".repeat(250))));
    }
}
