//! What the suite for every storage does not see: how SQLite finds records, and how its tables come
//! to be.

mod plans;
mod schema;
