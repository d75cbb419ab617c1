//! What happens to what comes through.

use std::time::Duration;

/// What happens to what comes through a [`Proxy`](crate::Proxy).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fate {
    /// All of it passes, both ways.
    Passes,
    /// Each part of an answer comes so much later.
    IsDelayed(Duration),
    /// Answers wait here until there is another fate, and then come.
    HoldsAnswers,
    /// Requests arrive, answers do not.
    LosesAnswers,
    /// So many answers pass, and of the next one so many bytes; then the connection ends. What comes
    /// after it is as ever.
    CutsAnswer {
        /// How many answers pass first.
        after: usize,
        /// How many bytes of the next one come.
        bytes: usize,
    },
    /// So many requests arrive, and of the next one so many fourths, but never the last byte; then the
    /// connection ends. What comes after it is as ever.
    CutsRequest {
        /// How many requests arrive first.
        after: usize,
        /// How much of the next one arrives.
        fourths: usize,
    },
    /// No connection lasts, and none is made.
    IsRefused,
    /// A request that holds these bytes waits here, and what comes after it on the connection.
    Holds(Vec<u8>),
    /// A request that holds these bytes is carried out, and then the connection ends instead of the
    /// answer.
    EndsAfter(Vec<u8>),
}

impl Fate {
    /// Counts an answer of this many bytes; how many of them come before the connection ends, if it does.
    pub(super) fn of_answer(&mut self, len: usize) -> Option<usize> {
        match self {
            Self::CutsAnswer { after: 0, bytes } => {
                let bytes = len.min(*bytes);
                *self = Self::Passes;
                Some(bytes)
            }
            Self::CutsAnswer { after, .. } => {
                *after -= 1;
                None
            }
            _ => None,
        }
    }

    /// Counts a request of this many bytes; how many of them arrive before the connection ends, if it
    /// does.
    pub(super) fn of_request(&mut self, len: usize) -> Option<usize> {
        match self {
            Self::CutsRequest { after: 0, fourths } => {
                let bytes = (len * *fourths / 4).min(len - 1);
                *self = Self::Passes;
                Some(bytes)
            }
            Self::CutsRequest { after, .. } => {
                *after -= 1;
                None
            }
            _ => None,
        }
    }

    /// Whether a request waits.
    pub(super) fn holds(&self, request: &[u8]) -> bool {
        matches!(self, Self::Holds(what) if has(request, what))
    }

    /// Whether a request is the last of its connection.
    pub(super) fn ends_after(&self, request: &[u8]) -> bool {
        matches!(self, Self::EndsAfter(what) if has(request, what))
    }
}

fn has(part: &[u8], what: &[u8]) -> bool {
    part.windows(what.len()).any(|window| window == what)
}
