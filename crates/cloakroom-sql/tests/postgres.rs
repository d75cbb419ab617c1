//! A PostgreSQL server.

#![cfg(feature = "postgres")]

mod postgres {
    mod fixture;
    mod suite;
}
