//! A SQLite file, and SQLite in memory.

mod child;
mod full;
mod kill;
mod processes;
mod refusals;
mod suite;
