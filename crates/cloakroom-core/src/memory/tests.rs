//! What the suite for every storage does not see: bounds, eviction, and what is kept inside.

mod bounds;
mod floors;
mod model;
mod numbers;
mod support;
mod sweeping;
mod threads;
