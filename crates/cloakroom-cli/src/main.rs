//! `cloakroom`: makes and checks the keys of a cloakroom key ring.
//!
//! ```text
//! cloakroom key [--accept-from TIME] [--issue-from TIME] [--accept-until TIME]
//! cloakroom key-id < KEY
//! cloakroom keys-check [FILE] [--at TIME] [--spread SECONDS]
//! ```
//!
//! * Secrets come in by standard input or a file and go out by standard output only. Everything
//!   for the eyes goes to standard error, or holds no secret.
//! * A key is never an argument: other users of the machine can read arguments. One that is given
//!   all the same is not repeated in the error.
//! * Exit code 0: done; 1: something is wrong with the keys or a file; 2: not understood.

mod args;
mod check;
mod failure;
mod key;
mod time;

use std::io::{self, Write as _};
use std::process::ExitCode;

use args::Command;
use failure::Failure;

const HELP: &str = "\
Makes and checks the keys of a cloakroom key ring.

cloakroom key [--accept-from TIME] [--issue-from TIME] [--accept-until TIME]
    Prints a fresh key, with these dates if given: an item for SESSION_KEYS or
    a file of keys. Its id goes to standard error.

cloakroom key-id
    Reads a key from standard input and prints its id, which is no secret.

cloakroom keys-check [FILE] [--at TIME] [--spread SECONDS]
    Reads keys from the file, or from standard input, as an application would,
    and prints which of them issues now and what is wrong. Prints no secret.
    --at      the moment to check for; default: now
    --spread  how long a changed source needs to reach every node; default: 600

Times are RFC 3339, like 2030-01-31T12:00:00Z.
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            // Nobody is left to tell if standard error is closed.
            let _told = writeln!(io::stderr(), "cloakroom: {failure}");
            failure.exit_code()
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    match args::parse(lexopt::Parser::from_env())? {
        Command::Help => {
            io::stdout().write_all(HELP.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Key(dates) => key::make(&dates),
        Command::KeyId => key::id(),
        Command::KeysCheck(what) => check::keys(&what),
    }
}
