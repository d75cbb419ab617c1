//! One login, shared by Kotlin and Rust services: real Ktors from `interop/ktor` beside the twin,
//! which take turns with every session of the application, by value and by id over one directory.
//!
//! * **Servers are started once**, and end with the test program.
//! * **Tokens are carried by hand**, as a client does: what one side sends is presented to the other.
//! * **Values are compared, not their text**: how a number is written depends on the JDK.

#![cfg(test)]
#![expect(clippy::print_stdout, reason = "how much was compared is to be seen")]

mod kotlin;
#[path = "../support/server.rs"]
mod server;
