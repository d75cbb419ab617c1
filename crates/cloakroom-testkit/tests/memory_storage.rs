//! The memory storage passes the suite.

use cloakroom_core::MemoryStorage;

async fn empty() -> MemoryStorage {
    MemoryStorage::new()
}

cloakroom_testkit::storage_suite!(empty);
