//! Sessions in Redis: one server, a master under sentinels, or a cluster.
//!
//! [`RedisStorage`] implements [`Storage`](cloakroom_storage::Storage); its page says what a call
//! costs, what Redis may lose and how to configure it so that it does not.
//!
//! * **Every step is atomic in the server**, by scripts that are sent again where it lost them.
//! * **Deadlines are judged by us**; the server's own expiry is a late broom.
//! * **A call that failed is not tried again** unless the server cannot have carried it out or a
//!   second time changes nothing; the connection is opened again by itself.
//! * **It tells of changes** ([`Watch`](cloakroom_storage::Watch)) by the server's own messages.
//!
//! # Features
//!
//! * `tls`: addresses `rediss://…`, by `rustls`, TLS 1.3 and the system's certificates. Where the
//!   application has not installed one of `rustls`' providers of cryptography as the process's
//!   default before, `ring` is installed.

mod answer;
mod builder;
mod call;
mod connect_error;
mod create;
mod dial;
mod ending;
mod index;
mod layout;
mod line;
mod link;
mod listen;
mod masters;
mod names;
mod scripts;
mod storage;
mod store;
mod sweeping;
mod watch;

pub use builder::RedisStorageBuilder;
pub use connect_error::{ConnectError, ConnectErrorKind};
pub use storage::RedisStorage;
