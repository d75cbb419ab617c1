//! Whole requests through an axum router: the handle and its gate, the layers, every refusal of a
//! configuration, and the defects of other libraries that must not be ours.
//!
//! One binary, since each one is a link step.

#[cfg(test)]
mod configuration;
#[cfg(test)]
mod handle;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod other_libraries;
#[cfg(test)]
mod shop;
