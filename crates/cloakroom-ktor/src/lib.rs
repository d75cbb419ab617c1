//! Ktor's sessions, byte for byte: one login shared by a Kotlin and a Rust service.
