//! What the fuzz targets have in common: a property for each kind of parser, which panics where it
//! does not hold.

pub mod codec;
pub mod transformer;
