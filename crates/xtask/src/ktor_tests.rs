//! Every test of sessions that Ktor has stands in `docs/ktor/tests.md`, and what the pages about Ktor
//! say of our tests is so.
//!
//! * **The 76** are known by the class and the name that they have in Ktor 3 ([`known`]). A section
//!   of the page is a class; a row is a test.
//! * **A row** names Rust tests, or says `none` and why.
//! * **A Rust test** is named as `crate::program::module::function`; one beside the code that it
//!   tests, as `crate::module::tests::function`. It is a test by its attributes, and not ignored.

mod check;
mod known;
mod page;
mod place;

pub(crate) use check::check;
