//! A small shop that shows every kind of session at work in a browser: preferences that are signed,
//! a cart that is sealed, a login of which only an id travels; listing and ending the sessions of a
//! customer; entering the password again before something risky.
//!
//! * Server-rendered, without any script: sessions do not need one.
//! * Every page ends in a panel that says of each session what travels, where its content lives,
//!   when it ends, and what it says.
//! * Every form posts and is answered with 303.
//! * `cargo run -p demo` opens it; the library is there for the tests.

mod accounts;
mod app;
mod args;
mod errors;
mod frame;
mod keys;
mod notice;
mod pages;
mod panel;
mod protection;
mod serve;
mod shop;
mod state;
mod store;
mod time;
mod values;

pub use app::{app, app_on};
pub use args::{Command, HELP, Serve, parse};
pub use keys::open_keys;
pub use serve::{asked_to_end, serve};
pub use state::Cookies;
pub use store::{Store, UnknownStore};
