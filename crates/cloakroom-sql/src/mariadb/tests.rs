//! What the suite for every storage does not see: how MariaDB finds records, how its tables come
//! to be, and that calls see each other whatever the server's defaults are.

mod fixture;
mod isolation;
mod plans;
mod schema;
