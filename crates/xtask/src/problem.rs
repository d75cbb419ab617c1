//! What a check found.

use std::fmt;

/// One thing that is not as it should be, and where.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Problem {
    place: String,
    text: String,
}

impl Problem {
    /// A problem with a whole file, crate or list.
    pub(crate) fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            text: text.into(),
        }
    }

    /// A problem on one line of a file; the first line is 1.
    pub(crate) fn at(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self::new(format!("{file}:{line}"), text)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}
