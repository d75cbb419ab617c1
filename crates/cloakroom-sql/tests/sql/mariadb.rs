//! A MariaDB server.

mod faults;
mod fixture;
mod full;
mod refusals;
mod suite;
mod trips;
