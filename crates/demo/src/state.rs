//! What every page can ask for: the sessions, the accounts, the clock, and how cookies are named.

use std::sync::Arc;

use cloakroom::{Clock, Sessions, Timestamp};

use crate::accounts::Accounts;
use crate::store::Records;

/// Which cookies the shop sets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an application's own choice")]
pub enum Cookies {
    /// Without `Secure`, named `dev-…`: for http.
    Development,
    /// With `Secure`, named `__Host-…`: for https, and for http://localhost.
    Secure,
}

impl Cookies {
    /// What stands before every cookie's name.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Development => "dev-",
            Self::Secure => "__Host-",
        }
    }
}

/// What every page can ask for. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// For listing and ending sessions by subject.
    pub(crate) sessions: Sessions,
    /// Who can sign in.
    pub(crate) accounts: Accounts,
    /// The present.
    pub(crate) clock: Arc<dyn Clock>,
    /// How cookies are named.
    pub(crate) cookies: Cookies,
    /// Where logins live, in words.
    pub(crate) lives: &'static str,
    /// Logins as the store has them.
    pub(crate) records: Records,
}

impl Shop {
    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
