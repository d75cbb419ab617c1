//! Layers: nested, twice, across tasks, around every kind of response; and what caches are told.

mod caches;
mod development;
mod nested;
mod renewals;
mod responses;
mod tasks;
mod untouched;
