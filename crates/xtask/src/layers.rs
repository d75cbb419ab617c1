//! Arrows between modules and between crates run one way.
//!
//! * **A module imports only from lower levels**: no set of files import each other in a circle.
//!   Inline modules belong to their file.
//! * **A parent file imports nothing from its children**; it declares them and re-exports. The
//!   root of a binary is free of this, since it has to call what it declares.
//! * **A re-export is no arrow**: an import through one is an arrow to where the item is defined.
//! * **Tests are outside**: what is under `cfg(test)` or is a test may import from anywhere.
//! * **Crates**: no cycle, dev-dependencies included.
//!
//! What it sees: `use`, paths in code, and paths among the tokens of macros. What it cannot see:
//! an arrow that only a macro's expansion makes, and items reached through a trait.

mod check;
mod contents;
mod crates;
mod imports;
mod modules;
mod paths;
mod tree;

pub(crate) use check::check;
