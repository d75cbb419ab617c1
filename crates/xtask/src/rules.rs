//! Every rule has a test that names it.
//!
//! * **A rule is a row** of a table in `rules/*.md` whose first cell is its id in backticks.
//! * **A test names rules** in its doc comment: `/// Rules: row-23c, rotation.`, over several
//!   lines if need be, with a full stop at the end.
//! * **A test** is a function with an attribute that ends in `test` and that is not ignored, or
//!   one that a macro with `suite` in its name lists, so that every storage runs it.
//! * **Nowhere else**: a line of rules on what is no test is a problem, not a comment.
//! * **SECURITY.md** names in square brackets the rules behind what it says; they exist, and so
//!   they have tests.

mod check;
mod claimed;
mod declared;
mod named;

pub(crate) use check::check;
pub(crate) use named::naming;
