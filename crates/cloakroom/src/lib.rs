//! Typed sessions for Rust web applications: with the client, sealed or signed, or on the server,
//! where only an id travels.
//!
//! * [Getting started](#getting-started): ten lines. [Signing in, and out
//!   everywhere](#signing-in-and-out-everywhere).
//! * [`Sessions::builder`]: which sessions an application has; [`SessionOptions`] is all that can be
//!   said of one.
//! * [`Session`]: the handle in a handler. [`Present`] answers 401 where there is none.
//! * [`KeyRing`]: keys, where they come from and how they change.
//! * [`Storage`] and [`MemoryStorage`]: where stored sessions lie.
//! * [`Transformer`]: steps of your own between content and token, with a worked example.
//! * [`Observer`] and [`Event`]: everything that happens to a session.
//!
//! # Getting started
//!
//! ```
//! use axum::{Router, routing::{get, post}};
//! use cloakroom::{ChangeError, Key, KeyRing, LayerExt, MemoryStorage, Present, Session, Sessions,
//!     ThreadEntropy};
//! # use cloakroom_testkit::Client;
//!
//! #[derive(Clone, serde::Serialize, serde::Deserialize)]
//! struct Login { user: u64 }
//!
//! async fn sign_in(login: Session<Login>) -> Result<(), ChangeError> {
//!     // … after `login.begin_sign_in(…)` and a check of the password …
//!     login.sign_in(Login { user: 7 })
//! }
//!
//! async fn account(login: Present<Login>) -> String {
//!     format!("user {}", login.user)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let keys = KeyRing::single(Key::generate(&ThreadEntropy));
//! let storage = MemoryStorage::new();
//! let sessions = Sessions::builder("shop", &keys)
//!     .cookie::<Login>("login", |c| c.stored_in(&storage).subject(|l| l.user.to_string()))
//!     .build()
//!     .expect("no contradictions");
//! let app = Router::new()
//!     .route("/sign-in", post(sign_in))
//!     .route("/account", get(account))
//!     .layer(sessions.layer());
//!
//! let mut browser = Client::new(app);
//! assert_eq!(browser.get("/account").await.status, 401);
//! browser.post("/sign-in").await;
//! assert_eq!(browser.get("/account").await.body, "user 7");
//! # }
//! ```
//!
//! # Signing in, and out everywhere
//!
//! ```
//! use axum::{Router, extract::State, response::Result, routing::{get, post}};
//! use cloakroom::{Key, KeyRing, LayerExt, MemoryStorage, Present, Session, Sessions, ThreadEntropy};
//! # use cloakroom_testkit::Client;
//!
//! # #[derive(Clone, serde::Serialize, serde::Deserialize)]
//! # struct Login { user: u64 }
//! // Each error of cloakroom's is an answer: axum's `Result` takes them all.
//! async fn sign_in(login: Session<Login>) -> Result<()> {
//!     // Before the password is checked: if everything is ended meanwhile, this does not survive.
//!     login.begin_sign_in("7").await?;
//!     // … the check …
//!     login.sign_in(Login { user: 7 })?;
//!     Ok(())
//! }
//!
//! async fn devices(login: Present<Login>, sessions: State<Sessions>) -> Result<String> {
//!     let all = sessions.list::<Login>(&login.user.to_string()).await?;
//!     let own = login.session().reference();
//!     let others = all.iter().filter(|listed| Some(&listed.reference) != own.as_ref());
//!     Ok(format!("{} here and {} elsewhere", all.len() - others.clone().count(), others.count()))
//! }
//!
//! async fn out_everywhere(login: Present<Login>, sessions: State<Sessions>) -> Result<()> {
//!     sessions.end_all::<Login>(&login.user.to_string()).await?;
//!     // The asking browser's own session is over too; let it forget the cookie at once.
//!     login.session().clear()?;
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let keys = KeyRing::single(Key::generate(&ThreadEntropy));
//! # let storage = MemoryStorage::new();
//! # let sessions = Sessions::builder("shop", &keys)
//! #     .cookie::<Login>("login", |c| c.stored_in(&storage).subject(|l| l.user.to_string()))
//! #     .build()
//! #     .expect("no contradictions");
//! let app = Router::new()
//!     .route("/sign-in", post(sign_in))
//!     .route("/devices", get(devices))
//!     .route("/out", post(out_everywhere))
//!     .layer(sessions.layer())
//!     .with_state(sessions);
//!
//! let (mut laptop, mut phone) = (Client::new(app.clone()), Client::new(app));
//! laptop.post("/sign-in").await;
//! phone.post("/sign-in").await;
//! assert_eq!(phone.get("/devices").await.body, "1 here and 1 elsewhere");
//! let answer = laptop.post("/out").await;
//! assert!(answer.clears("__Host-login"));
//! assert_eq!(phone.get("/devices").await.status, 401);
//! # }
//! ```
//!
//! # Features
//!
//! * `axum` (default): the extractors and the layer.
//! * `tower`: the layer alone, for any `http` service.
//! * `sqlite`: `SqliteStorage`, sessions in a file of this machine.
//! * `postgres`: `PostgresStorage`. `mysql`: `MariaDbStorage`.
//! * `redis`: `RedisStorage`, sessions on a Redis server, under sentinels or in a cluster;
//!   `redis-tls`: by TLS.
//! * `cache`: `Cached`, a local cache in front of any storage, with a declared staleness.
//! * `ktor`: sessions as Ktor has them, byte for byte, in the module `ktor`. `docs/ktor` in the
//!   repository maps each thing of Ktor's Sessions, and leads from Kotlin to Rust and back.

pub use cloakroom_core::*;

#[cfg(feature = "tower")]
pub use cloakroom_tower::{LayerExt, SessionLayer, SessionService};

#[cfg(feature = "axum")]
pub use cloakroom_axum::{Absent, Present};

#[cfg(feature = "cache")]
pub use cloakroom_cache::{Cached, CachedBuilder, InvalidCache, Watching};

#[cfg(feature = "ktor")]
pub use cloakroom_ktor as ktor;

#[cfg(feature = "redis")]
pub use cloakroom_redis::{ConnectError, ConnectErrorKind, RedisStorage, RedisStorageBuilder};

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use cloakroom_sql::{InvalidTableName, OpenError, Problem, TableName};
#[cfg(feature = "mysql")]
pub use cloakroom_sql::{MariaDbStorage, MariaDbStorageBuilder, mysql_async};
#[cfg(feature = "postgres")]
pub use cloakroom_sql::{
    NotifyingPostgresStorage, PostgresStorage, PostgresStorageBuilder, tokio_postgres,
};
#[cfg(feature = "sqlite")]
pub use cloakroom_sql::{SqliteStorage, SqliteStorageBuilder, Synchronous};

/// The README's code is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The code in the page about stores is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/stores.md")]
struct Stores;

/// The code in the pages about Ktor is a test.
#[cfg(all(doctest, feature = "ktor", unix))]
mod about_ktor {
    #[doc = include_str!("../../../docs/ktor/mapping.md")]
    struct Mapping;

    #[doc = include_str!("../../../docs/ktor/moving.md")]
    struct Moving;
}
