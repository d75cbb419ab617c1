//! What the user asks for.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};

use cloakroom_time::Timestamp;

use crate::failure::Failure;
use crate::time;

/// What the user asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Key(Dates),
    KeyId,
    KeysCheck(Check),
}

/// The dates of a new key.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    pub(crate) accept_from: Option<Timestamp>,
    pub(crate) issue_from: Option<Timestamp>,
    pub(crate) accept_until: Option<Timestamp>,
}

/// What to check.
#[derive(Debug, Default)]
pub(crate) struct Check {
    /// Standard input if none.
    pub(crate) file: Option<PathBuf>,
    /// Now if none.
    pub(crate) at: Option<Timestamp>,
    /// The default of a ring if none.
    pub(crate) spread: Option<Duration>,
}

/// Reads the arguments.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, Failure> {
    match parser.next()? {
        Some(Arg::Value(name)) => match name.to_str() {
            Some("key") => key(&mut parser),
            Some("key-id") => nothing_more(&mut parser).map(|()| Command::KeyId),
            Some("keys-check") => keys_check(&mut parser),
            Some("help") => nothing_more(&mut parser).map(|()| Command::Help),
            _ => Err(Failure::Usage("not a command")),
        },
        Some(Arg::Long("help") | Arg::Short('h')) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Failure::Usage("a command is missing")),
    }
}

fn nothing_more(parser: &mut Parser) -> Result<(), Failure> {
    match parser.next()? {
        Some(other) => Err(other.unexpected().into()),
        None => Ok(()),
    }
}

fn key(parser: &mut Parser) -> Result<Command, Failure> {
    let mut dates = Dates::default();
    while let Some(argument) = parser.next()? {
        let date = match argument {
            Arg::Long("accept-from") => &mut dates.accept_from,
            Arg::Long("issue-from") => &mut dates.issue_from,
            Arg::Long("accept-until") => &mut dates.accept_until,
            other => return Err(other.unexpected().into()),
        };
        *date = Some(time::parse(&parser.value()?.string()?)?);
    }
    Ok(Command::Key(dates))
}

fn keys_check(parser: &mut Parser) -> Result<Command, Failure> {
    let mut check = Check::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("at") => check.at = Some(time::parse(&parser.value()?.string()?)?),
            Arg::Long("spread") => {
                let seconds = parser.value()?.parse()?;
                check.spread = Some(Duration::from_secs(seconds));
            }
            Arg::Value(file) if check.file.is_none() => check.file = Some(file.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::KeysCheck(check))
}
