//! What applications and storages test with.
