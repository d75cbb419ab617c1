//! The cart: a session that lives with the browser, sealed.

use askama::Template;
use axum::Router;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{Redirect, Response, Result};
use axum::routing::{get, post};
use cloakroom::Session;
use serde::Deserialize;

use super::render::page;
use crate::frame::Frame;
use crate::shop::{self, Line, Product};
use crate::state::Shop;
use crate::values::{Cart, Login};

/// `/cart` and what can be done there.
pub(crate) fn cart() -> Router<Shop> {
    Router::new()
        .route("/cart", get(show))
        .route("/cart/add", post(add))
        .route("/cart/set", post(set))
        .route("/cart/empty", post(empty))
        .route("/cart/order", post(order))
}

#[derive(Template)]
#[template(path = "cart.html")]
struct Show {
    frame: Frame,
    lines: Vec<Line>,
    total: u32,
}

async fn show(frame: Frame) -> Response {
    let lines = shop::lines(&frame.cart);
    let total = shop::total(&lines);
    page(&Show {
        frame,
        lines,
        total,
    })
}

#[derive(Deserialize)]
struct Pick {
    item: String,
}

async fn add(cart: Session<Cart>, Form(pick): Form<Pick>) -> Result<Redirect> {
    let product = sold(&pick.item)?;
    cart.update_or_default(|cart| cart.add(product.slug))?;
    Ok(Redirect::to("/?notice=added"))
}

#[derive(Deserialize)]
struct Count {
    item: String,
    count: u32,
}

async fn set(cart: Session<Cart>, Form(wish): Form<Count>) -> Result<Redirect> {
    let product = sold(&wish.item)?;
    cart.update_or_default(|cart| cart.set(product.slug, wish.count))?;
    Ok(Redirect::to("/cart"))
}

async fn empty(cart: Session<Cart>) -> Result<Redirect> {
    cart.clear()?;
    Ok(Redirect::to("/cart"))
}

async fn order(cart: Session<Cart>, login: Session<Login>) -> Result<Redirect> {
    if login.get().is_none() {
        return Ok(Redirect::to("/sign-in?notice=sign-in-first"));
    }
    cart.clear()?;
    Ok(Redirect::to("/?notice=ordered"))
}

fn sold(slug: &str) -> Result<&'static Product, StatusCode> {
    shop::find(slug).ok_or(StatusCode::NOT_FOUND)
}
