//! The customer's own sessions: seeing them, ending one, the others, or all.

use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response, Result};
use axum::routing::{get, post};
use cloakroom::{ListedSession, Present, SessionRef, Timestamp};
use serde::Deserialize;

use super::render::page;
use crate::frame::Frame;
use crate::panel::End;
use crate::state::Shop;
use crate::time;
use crate::values::Login;

/// `/devices` and what can be done there.
pub(crate) fn devices() -> Router<Shop> {
    Router::new()
        .route("/devices", get(show))
        .route("/devices/end", post(end))
        .route("/devices/end-others", post(end_others))
        .route("/devices/end-all", post(end_all))
}

/// One of the customer's sessions.
struct Device {
    reference: String,
    is_this: bool,
    since: String,
    since_machine: String,
    for_how_long: String,
    absolute: Option<End>,
    idle: Option<End>,
}

impl Device {
    fn new(listed: &ListedSession, this: Option<&SessionRef>, now: Timestamp) -> Self {
        Self {
            reference: listed.reference.to_string(),
            is_this: this == Some(&listed.reference),
            since: time::instant(listed.created),
            since_machine: time::machine(listed.created),
            for_how_long: time::span(now.saturating_since(listed.created)),
            absolute: listed.deadlines.absolute.map(|at| End::new(at, now)),
            idle: listed.deadlines.idle.map(|at| End::new(at, now)),
        }
    }
}

#[derive(Template)]
#[template(path = "devices.html")]
struct Show {
    frame: Frame,
    devices: Vec<Device>,
}

async fn show(State(shop): State<Shop>, frame: Frame, login: Present<Login>) -> Result<Response> {
    let mut listed = own(&shop, &login).await?;
    listed.sort_by_key(|listed| listed.created);
    let (this, now) = (login.session().reference(), shop.now());
    let device = |listed| Device::new(listed, this.as_ref(), now);
    let devices = listed.iter().map(device).collect();
    Ok(page(&Show { frame, devices }))
}

#[derive(Deserialize)]
struct Which {
    session: String,
}

/// Ends one session, if it is the customer's own.
async fn end(
    State(shop): State<Shop>,
    login: Present<Login>,
    Form(which): Form<Which>,
) -> Result<Redirect> {
    let named: SessionRef = which.session.parse().map_err(|_| StatusCode::NOT_FOUND)?;
    if login.session().reference().as_ref() == Some(&named) {
        login.session().clear()?;
        return Ok(Redirect::to("/?notice=signed-out"));
    }
    let own = own(&shop, &login).await?;
    if !own.iter().any(|listed| listed.reference == named) {
        return Err(StatusCode::NOT_FOUND.into());
    }
    shop.sessions.end(&named).await?;
    Ok(Redirect::to("/devices?notice=device-ended"))
}

async fn end_others(State(shop): State<Shop>, login: Present<Login>) -> Result<Redirect> {
    shop.sessions.end_others(login.session()).await?;
    Ok(Redirect::to("/devices?notice=others-ended"))
}

async fn end_all(State(shop): State<Shop>, login: Present<Login>) -> Result<Redirect> {
    let subject = login.user.to_string();
    shop.sessions.end_all::<Login>(&subject).await?;
    login.session().clear()?;
    Ok(Redirect::to("/?notice=all-ended"))
}

async fn own(shop: &Shop, login: &Login) -> Result<Vec<ListedSession>> {
    let subject = login.user.to_string();
    Ok(shop.sessions.list::<Login>(&subject).await?)
}
