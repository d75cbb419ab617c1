//! The table test: a line for every rule of a request that plan and settle decide.

mod rows;
mod runner;
mod words;
