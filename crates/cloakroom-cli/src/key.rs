//! `key` and `key-id`.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use cloakroom_crypto::{DatedKey, Key, KeyRing, KeySet, OsEntropy};
use zeroize::Zeroizing;

use crate::args::Dates;
use crate::failure::Failure;

/// More than any key needs.
const LONGEST: usize = 4_096;

/// Prints a fresh key to standard output and its id to standard error.
pub(crate) fn make(dates: &Dates) -> Result<ExitCode, Failure> {
    let mut key = DatedKey::from(Key::generate(&OsEntropy));
    if let Some(time) = dates.accept_from {
        key = key.accept_from(time);
    }
    if let Some(time) = dates.issue_from {
        key = key.issue_from(time);
    }
    if let Some(time) = dates.accept_until {
        key = key.accept_until(time);
    }
    // Refuses dates that no ring would take.
    KeyRing::from_keys(KeySet::new().with(key.clone()))?;
    writeln!(io::stdout(), "{}", *key.expose_text())?;
    writeln!(io::stderr(), "key id {}", key.key().id())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the id of the key on standard input.
pub(crate) fn id() -> Result<ExitCode, Failure> {
    // Room for everything at once: a string that grows would leave the key behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    io::stdin().take(LONGEST as u64).read_to_string(&mut text)?;
    let key: Key = text.trim().parse()?;
    writeln!(io::stdout(), "{}", key.id())?;
    Ok(ExitCode::SUCCESS)
}
