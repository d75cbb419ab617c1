//! A MariaDB server.

mod faults;
mod fixture;
mod refusals;
mod suite;
mod trips;
