//! A PostgreSQL server.

mod faults;
mod fixture;
mod full;
mod refusals;
mod suite;
mod suite_notifying;
mod told;
mod trips;
mod watch;
mod watch_faults;
