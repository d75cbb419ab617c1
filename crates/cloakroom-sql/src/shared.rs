//! What the storages share: everything but the words that only one database understands.

pub(crate) mod args;
pub(crate) mod backend;
pub(crate) mod calls;
pub(crate) mod cause;
pub(crate) mod contract;
pub(crate) mod names;
pub(crate) mod number;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod on_conflict;
#[cfg(test)]
pub(crate) mod plans;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod queries;
#[cfg(all(test, any(feature = "mysql", feature = "postgres")))]
pub(crate) mod race;
pub(crate) mod row;
pub(crate) mod schema;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod server;
pub(crate) mod statements;
pub(crate) mod template;
