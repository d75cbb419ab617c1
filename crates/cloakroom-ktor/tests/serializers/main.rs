//! The codecs against a second account of Ktor's writers and readers, against the texts that
//! Ktor's own tests name, and against bad input.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod helpers;
#[cfg(test)]
mod json;
#[cfg(test)]
mod kotlin;
#[cfg(test)]
mod ktor;
#[cfg(test)]
mod ktor_tests;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod typed;
