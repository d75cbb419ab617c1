//! A PostgreSQL server.
//!
//! * **One round trip for each call.** `create` and `remove_all` are functions in the database, which
//!   is the only way to decide on what one has locked without asking back.
//! * **READ COMMITTED, whatever the server's default is**: in a function each statement then sees
//!   what was committed before it. With one snapshot for all, a sign-in that waited for another one
//!   of its subject would not see it.
//! * **Sign-ins and endings of one subject come one after the other**, by an advisory lock that ends
//!   with the transaction. Each takes one such lock, and takes it first, so none waits in a circle.
//! * **A sweep waits for nobody**: it leaves what another call holds, since that is just ending it.
//! * **Versions are a sequence's**, which no rollback turns back.
//! * **Telling of changes is a property of the tables** (`notices`): triggers tell, so every writer
//!   does, also one that knows nothing of it. It is on request, since `NOTIFY` makes commits wait
//!   for each other.

mod builder;
mod dial;
mod failure;
mod listen;
mod notices;
mod notifying;
mod queries;
mod schema;
mod storage;
#[cfg(test)]
mod tests;
mod value;

pub use builder::PostgresStorageBuilder;
pub use notifying::NotifyingPostgresStorage;
pub use storage::PostgresStorage;
