//! What the documents say is so, and files are as long as they may be.
//!
//! * **Versions**: an install snippet names the version of the workspace.
//! * **Length**: no file of Rust has more than 600 lines.
//! * **Machines**: no file holds a path of somebody's machine.
//! * **Links**: every relative link of a document leads to a file.
//! * **Dependencies**: ARCHITECTURE.md gives the reason for each.
//! * **Rust**: the oldest version in README.md is that of the manifests.

mod check;
mod dependencies;
mod lines;
mod links;
mod versions;

pub(crate) use check::check;
