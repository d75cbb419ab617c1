//! The tests that need Java and Maven: `./test.sh --without-kotlin` leaves out what has `kotlin::` in
//! its path.

mod cases;
mod client;
mod forged;
mod hops;
mod ids;
mod lost;
mod provider;
mod site;
mod together;
