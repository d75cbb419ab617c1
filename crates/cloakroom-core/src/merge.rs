//! Two changes of one session at once, joined: a three-way merge by whole top-level fields.
//!
//! * **Through serde's data model**, so for every codec: base, ours and theirs are taken apart by a
//!   serializer of our own for the top level only, and each field's content is held as a CBOR
//!   value in memory. The merged value is made by the type's own `Deserialize`.
//! * **A field is a declared field of a struct, or an entry of a map.** Newtype structs and `Some`
//!   are looked through. Everything else at the top (lists, scalars, enums in every form that
//!   serde tells apart from structs) is one field.
//! * **One side's change is kept.** Of a field that both changed the application's rule for it
//!   decides; without one the same change of both is kept, and two different ones are a [`Clash`].
//! * **A clash is always an answer.** Values that cannot be taken apart, results that do not
//!   decode, sums that overflow: all are clashes, never a guess.
//! * **No content is named.** A clash names declared fields, which are words of the program's
//!   text; never keys of maps, which may be words of a user.

mod apart;
mod content;
mod join;
mod rules;
#[cfg(test)]
mod tests;

pub use join::{Clash, Merged};
pub use rules::FieldRules;
