//! What is odd about a configuration, and works all the same.

/// What is odd about a transformer's configuration, and works all the same.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The text of a key had an odd number of hexadecimal digits, and the last one was dropped:
    /// the key is shorter than it looks.
    OddHexKey,
}
