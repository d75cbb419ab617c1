//! The exclusive directory passes the whole suite.

use cloakroom_ktor::ExclusiveDirectory;

use crate::housed::Housed;

async fn empty() -> Housed<ExclusiveDirectory> {
    Housed::new(|root| ExclusiveDirectory::open(root).unwrap())
}

cloakroom_testkit::storage_suite!(empty);
