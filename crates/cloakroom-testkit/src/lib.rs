//! What applications and storages test with: no test of a session sleeps, reads the machine's
//! clock or opens a socket.
//!
//! An application tests its own sessions like this:
//!
//! 1. It makes its router and its sessions as in production, but gives the builder a
//!    [`ManualClock`] and, where a test looks at tokens, a [`SeededEntropy`].
//! 2. A [`Client`] sends requests to the router in the test's own process. It keeps cookies as a
//!    browser does ([`Jar`]), by the same clock, so a test has two requests or more: one that
//!    changes the session, and one that finds it changed.
//! 3. Deadlines pass by [`ManualClock::advance`], exactly to the millisecond.
//! 4. An [`EventLog`] says what happened, a [`SpyStorage`] what the storage was asked, and a
//!    [`FaultyStorage`] fails, hangs, or lets two requests cross at a call. A [`TellingStorage`] pushes
//!    its changes to who keeps copies.
//! 5. What comes from elsewhere is a [`Req`]: a script's, another site's, a forged cookie.
//!
//! A storage proves that it keeps the contract with [`storage_suite!`]: a test for each sentence, in
//! races, with calls that are dropped, at the edges of values and of time. What becomes of it when its
//! server is killed or its disk is full, a [`Load`] tells, whose writers each keep a [`Ledger`] of what
//! was acknowledged.
//!
//! # Examples
//!
//! A cart that ends half an hour after its last use:
//!
//! ```
//! # mod cloakroom {
//! #     pub use cloakroom_core::*;
//! #     pub use cloakroom_tower::LayerExt;
//! # }
//! use std::time::Duration;
//!
//! use axum::Router;
//! use axum::routing::{get, post};
//! use cloakroom::{ChangeError, EventKind, Key, KeyRing, LayerExt, Refusal, Session, Sessions};
//! use cloakroom_testkit::{Client, EventLog, ManualClock, SeededEntropy};
//!
//! #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
//! struct Cart { items: Vec<String> }
//!
//! async fn add(cart: Session<Cart>) -> Result<(), ChangeError> {
//!     cart.update_or_default(|cart| cart.items.push("tea".to_owned()))
//! }
//!
//! async fn show(cart: Session<Cart>) -> String {
//!     cart.get().map_or("no cart".to_owned(), |cart| cart.items.join(", "))
//! }
//!
//! #[tokio::main(flavor = "current_thread")] // In a test: #[tokio::test]
//! async fn main() {
//!     let (clock, events) = (ManualClock::default(), EventLog::new());
//!     let keys = KeyRing::single(Key::generate(&SeededEntropy::new(1)));
//!     let sessions = Sessions::builder("shop", &keys)
//!         .clock(clock.clone())
//!         .observer(events.clone())
//!         .cookie::<Cart>("cart", |c| c.sealed().idle_timeout(Duration::from_secs(30 * 60)))
//!         .build()
//!         .unwrap();
//!     let app = Router::new()
//!         .route("/", get(show))
//!         .route("/add", post(add))
//!         .layer(sessions.layer());
//!
//!     let mut client = Client::new(app).with_clock(&clock);
//!     assert!(client.post("/add").await.sets("__Host-cart"));
//!     assert_eq!(client.get("/").await.body, "tea");
//!
//!     // The client could keep the cookie for ever: the server knows when it is over.
//!     let stolen = client.cookie("__Host-cart").unwrap();
//!     clock.advance(Duration::from_secs(30 * 60));
//!     events.clear();
//!     client.set_cookie("__Host-cart", &stolen);
//!     assert_eq!(client.get("/").await.body, "no cart");
//!     assert_eq!(events.kinds(), [EventKind::Refused(Refusal::IdleDeadline)]);
//! }
//! ```
//!
//! # Security
//!
//! Everything here is for tests: a [`SeededEntropy`] in production makes ids that anyone can guess.
//! Nothing here shows a token, an id or content in `Debug`.

mod call;
mod client;
mod clock;
mod entropy;
mod events;
mod faulty;
mod jar;
mod ledger;
mod spy;
pub mod storage_suite;
mod telling;

pub use call::Call;
pub use client::{Answer, Client, Req};
pub use clock::ManualClock;
pub use entropy::SeededEntropy;
pub use events::{EventLog, Recorded};
pub use faulty::{FaultyStorage, Paused, When};
pub use jar::{Ignored, Jar, JarCookie, NotAUrl, Stored, Visit};
pub use ledger::{Ledger, Load};
pub use spy::SpyStorage;
pub use telling::TellingStorage;
