//! What applications and storages test with.

mod jar;

pub use jar::{Ignored, Jar, JarCookie, NotAUrl, Stored, Visit};
