//! The handle on a session, and the gate that every change of it goes through.

mod gate;
mod life;
mod panics;
mod shared;
mod wire;
mod wishes;
