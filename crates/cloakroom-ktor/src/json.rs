//! JSON as kotlinx.serialization writes and reads it, the default of Ktor 3.

mod key;
mod lexer;
mod read;
mod scalar;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
