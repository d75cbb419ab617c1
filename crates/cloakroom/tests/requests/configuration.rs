//! Configurations: every one that is refused, what is only just taken, and every default.

mod defaults;
mod refused;
mod taken;
