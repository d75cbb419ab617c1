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
pub struct Budgets(Vec<Budget>);

#[derive(Clone, Debug)]
struct Budget {
    name: String,
    measured: f64,
    limit: Limit,
}

impl Budgets {
    /// Adds what was measured.
    pub fn add(&mut self, name: impl Into<String>, measured: f64, limit: Limit) {
        let name = name.into();
        self.0.push(Budget {
            name,
            measured,
            limit,
        });
    }
}

/// `budget <name> measured <x> limit <y> ok|over`.
impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for budget in &self.0 {
            let Budget {
                name,
                measured,
                limit,
            } = budget;
            let holds = if limit.holds(*measured) { "ok" } else { "over" };
            writeln!(
                f,
                "budget {name} measured {measured:.3} limit {limit} {holds}"
            )?;
        }
        Ok(())
    }
}
