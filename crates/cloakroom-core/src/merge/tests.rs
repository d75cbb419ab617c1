//! What merging comes to, by kind of type.

mod laws;
mod ruled;
mod shapes;
mod survival;
