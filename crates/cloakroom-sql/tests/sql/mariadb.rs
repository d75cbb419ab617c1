//! A MariaDB server.

mod crash;
mod fixture;
mod refusals;
mod suite;
mod trips;
