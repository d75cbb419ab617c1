//! What Ktor's two texts of pairs share: `name=%23sanna&age=%23i7`.
//!
//! * **Written over nodes, read over the text.** serde says what a value is while it is written,
//!   and only then can properties be sorted and refused; while it is read the type says what it
//!   expects, as the Kotlin type does in Ktor.
//! * **Our reader is Ktor's**, step by step, less the spellings that Ktor never writes. So what
//!   the two sides make of one text does not differ.
//! * **Our writer is Ktor's**, less the values that Ktor's reader would not give back.
//! * **Bounded.** Values lie at most 32 deep in each other, of which each costs one pass over the
//!   text; nothing that is read is larger than its text.

mod collect;
mod collection;
mod compound;
mod names;
mod node;
mod place;
mod query;
mod read;
mod value;
mod write_compatible;
mod write_reflection;

pub(crate) use names::Names;
pub(crate) use read::{read_compatible, read_reflection};
pub(crate) use write_compatible::write_compatible;
pub(crate) use write_reflection::write_reflection;
