//! It passes the suite also where it tells of changes.

use super::fixture::empty_notifying;

cloakroom_testkit::storage_suite!(empty_notifying);
