//! What the user asks for.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use crate::store::{Store, UnknownStore};

/// How the program is used.
pub const HELP: &str = "\
A small shop that shows every kind of session at work, on this machine only.

demo [--port N] [--secure-cookies] [--keys FILE] [--store STORE]
    --port            where to listen on 127.0.0.1; 0 takes a free port; default: 8080
    --secure-cookies  cookies as in production (`__Host-`, Secure): open
                      http://localhost:PORT, where browsers take them without https.
                      Default: cookies for development over http (`dev-`)
    --keys FILE       the keys; made, readable by you alone, if it is not there.
                      Default: shop.keys in this folder
    --store STORE     where logins are kept: memory, a SQLite file, or redis://…,
                      postgres://… or mysql://… Default: shop.db in this folder
";

/// What the user asks for.
#[derive(Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// To see [`HELP`].
    Help,
    /// To open the shop.
    Serve(Serve),
}

/// How to open the shop.
#[derive(Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Serve {
    /// Where to listen on the loopback address; 0 for a free port.
    pub port: u16,
    /// Cookies as in production.
    pub secure_cookies: bool,
    /// The file of keys.
    pub keys: PathBuf,
    /// Where logins are kept.
    pub store: Store,
}

/// Reads the arguments.
///
/// # Errors
///
/// If there is one that is not understood.
pub fn parse(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut serve = Serve {
        port: 8_080,
        secure_cookies: false,
        keys: PathBuf::from("shop.keys"),
        store: Store::File("shop.db".into()),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("port") => serve.port = parser.value()?.parse()?,
            Arg::Long("secure-cookies") => serve.secure_cookies = true,
            Arg::Long("keys") => serve.keys = parser.value()?.into(),
            // Not as lexopt tells it, with the value: that may be an address with a password.
            Arg::Long("store") => {
                let store = parser.value()?.string()?.parse();
                serve.store = store.map_err(|error: UnknownStore| error.to_string())?;
            }
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(serve))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, lexopt::Error> {
        parse(Parser::from_args(arguments))
    }

    #[test]
    fn without_arguments_the_shop_opens_for_development() {
        let serve = Serve {
            port: 8_080,
            secure_cookies: false,
            keys: "shop.keys".into(),
            store: Store::File("shop.db".into()),
        };
        assert_eq!(parsed(&[]).unwrap(), Command::Serve(serve));
    }

    #[test]
    fn every_argument_is_understood() {
        let serve = Serve {
            port: 0,
            secure_cookies: true,
            keys: "other".into(),
            store: Store::Memory,
        };
        let arguments = [
            "--port",
            "0",
            "--secure-cookies",
            "--keys=other",
            "--store",
            "memory",
        ];
        assert_eq!(parsed(&arguments).unwrap(), Command::Serve(serve));
        assert_eq!(parsed(&["-h"]).unwrap(), Command::Help);
    }

    #[test]
    fn a_store_that_is_not_known_is_no_file_and_is_not_shown() {
        let stores = ["postgress://shop:secret@localhost/shop", "http://localhost"];
        for store in stores {
            let error = parsed(&["--store", store]).unwrap_err().to_string();
            assert!(error.starts_with("the store is `memory`"), "{error}");
            assert!(!error.contains("localhost"), "{error}");
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        for arguments in [&["--port", "70000"][..], &["--port"], &["--tls"], &["shop"]] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
    }
}
