//! What every page has around its content: greeting, theme, the size of the cart, a notice, and
//! the panel of sessions.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use cloakroom::{LoadError, Session};
use serde::Deserialize;

use crate::notice::Notice;
use crate::panel::{self, Entry};
use crate::shop;
use crate::state::Shop;
use crate::values::{Cart, Login, Preferences};

/// What every page has around its content.
#[derive(Debug)]
pub(crate) struct Frame {
    /// How the shop looks for this browser.
    pub(crate) preferences: Arc<Preferences>,
    /// Who is signed in.
    pub(crate) login: Option<Arc<Login>>,
    /// What is in the cart.
    pub(crate) cart: Arc<Cart>,
    /// What has just happened.
    pub(crate) notice: Option<Notice>,
    /// The sessions of this request.
    pub(crate) panel: [Entry; 3],
}

impl Frame {
    /// The theme, for the stylesheet.
    pub(crate) fn theme(&self) -> &'static str {
        self.preferences.theme.name()
    }

    /// The money in which prices are shown, as the form knows it.
    pub(crate) fn currency(&self) -> &'static str {
        self.preferences.currency.name()
    }

    /// An amount in the customer's money. By reference, as templates give it.
    pub(crate) fn price(&self, cents: &u32) -> String {
        shop::price(*cents, self.preferences.currency)
    }
}

#[derive(Deserialize)]
struct Notices {
    notice: Option<Notice>,
}

impl FromRequestParts<Shop> for Frame {
    type Rejection = LoadError;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, LoadError> {
        let preferences = Session::<Preferences>::from_request_parts(parts, shop).await?;
        let cart = Session::<Cart>::from_request_parts(parts, shop).await?;
        let login = Session::<Login>::from_request_parts(parts, shop).await?;
        let headers = &parts.headers;
        let panel = [
            panel::entry(&panel::PREFERENCES, shop, &preferences, headers),
            panel::entry(&panel::CART, shop, &cart, headers),
            panel::entry(&panel::LOGIN, shop, &login, headers),
        ];
        // An address that names no notice of ours has none.
        let notices = Query::<Notices>::try_from_uri(&parts.uri).ok();
        Ok(Self {
            preferences: preferences.get().unwrap_or_default(),
            login: login.get(),
            cart: cart.get().unwrap_or_default(),
            notice: notices.and_then(|notices| notices.0.notice),
            panel,
        })
    }
}
