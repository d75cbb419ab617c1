//! What was promised beside what was measured.

use std::fmt;

/// How far a budget goes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a limit is on one side or the other"
)]
pub enum Limit {
    /// Less is better.
    AtMost(f64),
    /// More is better.
    AtLeast(f64),
}

impl Limit {
    fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtMost(limit) => measured <= limit,
            Self::AtLeast(limit) => measured >= limit,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::AtMost(limit) | Self::AtLeast(limit)) = self;
        write!(f, "{limit:.2}")
    }
}

/// All budgets of a run; shown, one line each.
#[derive(Clone, Debug, Default)]
pub struct Budgets(Vec<Line>);

#[derive(Clone, Debug)]
enum Line {
    Measured {
        name: String,
        measured: f64,
        limit: Limit,
    },
    Skipped {
        name: String,
        reason: String,
    },
    /// What the budgets after it were measured with.
    Note(String),
}

impl Budgets {
    /// Adds what was measured.
    pub fn add(&mut self, name: impl Into<String>, measured: f64, limit: Limit) {
        let name = name.into();
        self.0.push(Line::Measured {
            name,
            measured,
            limit,
        });
    }

    /// Adds a budget that could not be measured here, with the reason and what helps.
    pub fn skip(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        let (name, reason) = (name.into(), reason.into());
        self.0.push(Line::Skipped { name, reason });
    }

    /// Adds a line that says with what the budgets after it are measured.
    pub fn note(&mut self, note: impl Into<String>) {
        self.0.push(Line::Note(note.into()));
    }
}

/// `budget <name> measured <x> limit <y> ok|over`, or `budget <name> skipped: <reason>`.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured {
                name,
                measured,
                limit,
            } => {
                let holds = if limit.holds(*measured) { "ok" } else { "over" };
                write!(
                    f,
                    "budget {name} measured {measured:.3} limit {limit} {holds}"
                )
            }
            Self::Skipped { name, reason } => write!(f, "budget {name} skipped: {reason}"),
            Self::Note(note) => f.write_str(note),
        }
    }
}
