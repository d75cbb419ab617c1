//! The server is killed or silent, the way to it breaks or is slow.

use cloakroom_sql::PostgresStorage;
use servers::Postgres;

faults!(Postgres, PostgresStorage);
