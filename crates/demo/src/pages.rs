//! The pages, one module for each part of the shop.

mod account;
mod cart;
mod devices;
mod preferences;
mod record;
mod render;
mod shelf;
mod sign_in;

pub(crate) use account::account;
pub(crate) use cart::cart;
pub(crate) use devices::devices;
pub(crate) use preferences::preferences;
pub(crate) use record::record;
pub(crate) use shelf::shelf;
pub(crate) use sign_in::sign_in;
