//! The whole shop: its three sessions and its routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::get;
use cloakroom::{BuildError, Clock, Conflicts, KeyRing, LayerExt as _, Sessions, Storage};

use crate::accounts::Accounts;
use crate::errors::explain;
use crate::pages;
use crate::protection::{CsrfLayer, tell_browser};
use crate::state::{Cookies, Shop};
use crate::store::{Records, Store};
use crate::values::{Cart, Login, Preferences};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The shop, ready to be served, with its logins in memory.
///
/// # Errors
///
/// If the sessions contradict themselves, or no key of the ring issues now.
///
/// # Examples
///
/// ```
/// use cloakroom::{Key, KeyRing, MemoryStorage, SystemClock, ThreadEntropy};
/// use cloakroom_testkit::Client;
/// use demo::Cookies;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
/// let app = demo::app(&keys, &MemoryStorage::new(), SystemClock, Cookies::Secure).unwrap();
/// let mut browser = Client::new(app);
/// assert!(browser.get("/").await.body.contains("Harbour coat"));
/// # }
/// ```
pub fn app<S: Storage + Clone>(
    keys: &KeyRing,
    storage: &S,
    clock: impl Clock + 'static,
    cookies: Cookies,
) -> Result<Router, BuildError> {
    app_on(keys, (storage, Store::Memory.lives()), clock, cookies)
}

/// The shop on a storage of which the panel says where it is, as [`Store::lives`] does.
///
/// # Errors
///
/// As [`app`].
pub fn app_on<S: Storage + Clone>(
    keys: &KeyRing,
    (storage, lives): (&S, &'static str),
    clock: impl Clock + 'static,
    cookies: Cookies,
) -> Result<Router, BuildError> {
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let sessions = sessions(keys, storage, Arc::clone(&clock), cookies)?;
    let layer = sessions.layer();
    let shop = Shop {
        sessions,
        accounts: Accounts::demo(),
        clock,
        cookies,
        lives,
        records: Records::of(storage),
    };
    Ok(Router::new()
        .merge(pages::shelf())
        .merge(pages::cart())
        .merge(pages::preferences())
        .merge(pages::sign_in())
        .merge(pages::account())
        .merge(pages::devices())
        .merge(pages::record())
        .route("/style.css", get(style))
        .layer(layer)
        .layer(CsrfLayer::new())
        .layer(map_response(explain))
        .layer(map_response(tell_browser))
        .with_state(shop))
}

/// One session of each kind.
fn sessions<S: Storage + Clone>(
    keys: &KeyRing,
    storage: &S,
    clock: Arc<dyn Clock>,
    cookies: Cookies,
) -> Result<Sessions, BuildError> {
    let builder = Sessions::builder("shop", keys)
        .clock(clock)
        .cookie::<Preferences>("preferences", |c| c.signed().absolute_timeout(180 * DAY))
        .cookie::<Cart>("cart", |c| {
            c.sealed().absolute_timeout(30 * DAY).idle_timeout(7 * DAY)
        })
        .cookie::<Login>("login", |c| {
            c.stored_in(storage)
                .absolute_timeout(12 * HOUR)
                .idle_timeout(30 * MINUTE)
                .subject(|login| login.user.to_string())
                // A confirmed password is good for one change: the second of two at once is
                // refused, also if both would leave the same login behind.
                .conflicts(Conflicts::Reject)
        });
    match cookies {
        Cookies::Development => builder.development_over_http().build(),
        Cookies::Secure => builder.build(),
    }
}

/// The one stylesheet. Asks for no session, so it costs none.
async fn style() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("../assets/style.css"))
}
