//! The shop's accounts: two customers whose passwords the sign-in page names.
//!
//! * Passwords are kept as Argon2id hashes (RFC 9106) with OWASP's parameters, and checked on a
//!   thread of their own, since a check takes long by design.
//! * A name that nobody has costs as much time as a wrong password, so that the time does not tell
//!   which names exist.
//! * What is changed lasts as long as the process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use tokio::task::spawn_blocking;

/// An account, without its password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Account {
    /// The number that sessions know it by.
    pub(crate) id: u32,
    /// The name to sign in with.
    pub(crate) name: &'static str,
    /// Where orders are confirmed to.
    pub(crate) email: String,
}

/// A demo account as it is in the source: id, name, password, its hash, address.
struct Founder {
    id: u32,
    name: &'static str,
    password: &'static str,
    hash: &'static str,
    email: &'static str,
}

/// Anyone may know these: they open a demo on a loopback address.
const FOUNDERS: [Founder; 2] = [
    Founder {
        id: 1,
        name: "ada",
        password: "analytical engine",
        hash: "$argon2id$v=19$m=19456,t=2,p=1$E0EVS25Vx2oKtrbmBqKkow$BhQUL+nhgLSKKfa6Do5jBGQnT+puA4ywUifGP3UClxM",
        email: "ada@shop.example",
    },
    Founder {
        id: 2,
        name: "grace",
        password: "nanosecond wire",
        hash: "$argon2id$v=19$m=19456,t=2,p=1$N35jWPttGwyDU4S9PhL46Q$arX11+VtnlhDVekdzMHiBFEglzu4oFXP0JgczdZgw0o",
        email: "grace@shop.example",
    },
];

/// The hash of a password that nobody has, for names that nobody has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$J2Tqt9Z2oKXkMfP4E3cbDQ$YofHFh28j3zCOtIWdOGU0ttmH9QAIkdEmvRtSm3zaKc";

/// All accounts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Accounts(Arc<Mutex<BTreeMap<u32, Account>>>);

impl Accounts {
    /// The demo's two customers.
    pub(crate) fn demo() -> Self {
        let account = |founder: &Founder| Account {
            id: founder.id,
            name: founder.name,
            email: founder.email.to_owned(),
        };
        let accounts = FOUNDERS.iter().map(|f| (f.id, account(f))).collect();
        Self(Arc::new(Mutex::new(accounts)))
    }

    /// Names and passwords, for the sign-in page to show.
    pub(crate) fn hints() -> impl Iterator<Item = (&'static str, &'static str)> {
        FOUNDERS
            .iter()
            .map(|founder| (founder.name, founder.password))
    }

    /// The account of this name.
    pub(crate) fn named(&self, name: &str) -> Option<Account> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.values().find(|a| a.name == name).cloned()
    }

    /// The account of this number.
    pub(crate) fn get(&self, id: u32) -> Option<Account> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&id).cloned()
    }

    /// Changes where orders are confirmed to; gives whether there is such an account.
    pub(crate) fn set_email(&self, id: u32, email: String) -> bool {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.get_mut(&id);
        account.map(|account| account.email = email).is_some()
    }

    /// Whether this is the account's password. Without an account it never is, after as long.
    pub(crate) async fn verify(account: Option<u32>, password: String) -> bool {
        let founder = FOUNDERS.iter().find(|f| Some(f.id) == account);
        let hash = founder.map_or(NOBODY, |founder| founder.hash);
        let checked = spawn_blocking(move || is_password(&password, hash)).await;
        founder.is_some() && checked.unwrap_or(false)
    }
}

fn is_password(password: &str, hash: &str) -> bool {
    let checked = Argon2::default().verify_password(password.as_bytes(), hash);
    checked.is_ok()
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    #[tokio::test]
    async fn the_passwords_that_the_sign_in_page_names_are_good() {
        let accounts = Accounts::demo();
        for (name, password) in Accounts::hints() {
            let account = accounts.named(name).unwrap();
            assert!(Accounts::verify(Some(account.id), password.to_owned()).await);
            assert!(!Accounts::verify(Some(account.id), "guess".to_owned()).await);
        }
    }

    #[tokio::test]
    async fn nobody_has_no_password_and_costs_a_whole_check() {
        PasswordHash::new(NOBODY).unwrap();
        assert!(!Accounts::verify(None, String::new()).await);
        assert!(!Accounts::verify(Some(77), "analytical engine".to_owned()).await);
    }

    #[test]
    fn an_address_is_changed_for_one_account_only() {
        let accounts = Accounts::demo();
        assert!(accounts.set_email(1, "new@shop.example".to_owned()));
        assert!(!accounts.set_email(77, "new@shop.example".to_owned()));
        assert_eq!(accounts.get(1).unwrap().email, "new@shop.example");
        assert_eq!(accounts.get(2).unwrap().email, "grace@shop.example");
    }
}
