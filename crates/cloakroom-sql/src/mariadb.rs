//! A MariaDB server, or a MySQL server.
//!
//! * **One round trip for each call.** `create`, `remove_all` and `sweep` are procedures in the
//!   database, each a transaction that is done whole or rolled back whole.
//! * **READ COMMITTED and strict, whatever the server's defaults are**: told to each connection. So a
//!   procedure sees what was committed before each of its statements, next to nothing locks gaps, and
//!   no value is cut to fit.
//! * **Sign-ins and endings of one subject come one after the other**, by a row that is locked: one of
//!   a few, by a hash of the subject. A row for each subject would be a table that only grows.
//! * **A deadlock is tried again.** The server rolls one of the two calls back whole.
//! * **Numbers of versions are taken by the block**: neither of the two has what both understand as a
//!   sequence, and one row that every write locks would make a queue of all of them.

mod builder;
mod connection;
mod failure;
mod queries;
mod schema;
mod storage;
#[cfg(test)]
mod tests;
mod value;

pub use builder::MariaDbStorageBuilder;
pub use storage::MariaDbStorage;
