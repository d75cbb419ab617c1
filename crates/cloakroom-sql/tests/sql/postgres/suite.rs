//! It passes the suite.

use super::fixture::empty;

cloakroom_testkit::storage_suite!(empty);
