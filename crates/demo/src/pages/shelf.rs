//! The shelf, and each product.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::render::page;
use crate::frame::Frame;
use crate::shop::{self, PRODUCTS, Product};
use crate::state::Shop;

/// `/` and `/products/{slug}`.
pub(crate) fn shelf() -> Router<Shop> {
    Router::new()
        .route("/", get(all))
        .route("/products/{slug}", get(one))
}

#[derive(Template)]
#[template(path = "shelf.html")]
struct Shelf {
    frame: Frame,
    products: &'static [Product],
}

async fn all(frame: Frame) -> Response {
    page(&Shelf {
        frame,
        products: &PRODUCTS,
    })
}

#[derive(Template)]
#[template(path = "product.html")]
struct One {
    frame: Frame,
    product: &'static Product,
}

async fn one(frame: Frame, Path(slug): Path<String>) -> Result<Response, StatusCode> {
    let product = shop::find(&slug).ok_or(StatusCode::NOT_FOUND)?;
    Ok(page(&One { frame, product }))
}
