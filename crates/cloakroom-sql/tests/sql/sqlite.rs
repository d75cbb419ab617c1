//! A SQLite file, and SQLite in memory.

mod child;
mod full;
mod processes;
mod refusals;
mod suite;
