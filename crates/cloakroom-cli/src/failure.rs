//! Why a command did not do its work.

use std::fmt;
use std::io;
use std::process::ExitCode;

use cloakroom_crypto::KeyError;

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are not understood. Their text is not shown: it might be a key.
    Usage(&'static str),
    /// Something is wrong with the keys.
    Keys(KeyError),
    /// Reading or writing failed.
    Io(io::Error),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Keys(_) | Self::Io(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}; see `cloakroom help`"),
            Self::Keys(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Keys(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(match error {
            lexopt::Error::MissingValue { .. } => "an option without its value",
            lexopt::Error::UnexpectedValue { .. } => "a value for an option that takes none",
            _ => "an argument that is not known here",
        })
    }
}
