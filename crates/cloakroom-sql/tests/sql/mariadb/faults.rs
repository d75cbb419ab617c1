//! The server is killed or silent, the way to it breaks or is slow.

use cloakroom_sql::MariaDbStorage;
use servers::MariaDb;

faults!(MariaDb, MariaDbStorage);
