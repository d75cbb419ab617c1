//! Both directory storages against the suite for every storage.

#![cfg(unix)]

mod exclusive_suite;
mod housed;
mod shared_suite;
