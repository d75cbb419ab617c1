//! The application whose exchanges with real Ktors are recorded, served by cloakroom: the same
//! providers, names, keys and routes.
//!
//! * **In memory** ids are counted from 777, and the iv of every encryption is sixteen sevens, as in
//!   the recordings. With a directory ids are random, as Ktor makes them.
//! * **It ends when its standard input does**, so that it does not outlive a test that started it.
//! * **For tests only**: a fixed iv and counted ids protect nothing.

mod profile;
mod query;
mod routes;
mod types;

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use cloakroom::LayerExt as _;
use lexopt::prelude::*;
use profile::Profile;
use tokio::net::TcpListener;

const HELP: &str = "\
ktor-twin --profile 1.6.8|2.3.13|3.5.2 [--port N] [--directory PATH]

Serves the recorded Ktor application on 127.0.0.1 until its standard input ends, and prints
`listening N` when it is ready. Port 0, the default, is one that is free. With --directory sessions
by id lie in Ktor's directory storage in that folder, else in memory.
";

struct Options {
    profile: Profile,
    port: u16,
    directory: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            writeln!(io::stderr(), "ktor-twin: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(options) = parse(lexopt::Parser::from_env())? else {
        return Ok(io::stdout().write_all(HELP.as_bytes())?);
    };
    tokio::runtime::Runtime::new()?.block_on(serve(options))
}

/// `None` asks for help.
fn parse(mut arguments: lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
    let (mut profile, mut port, mut directory) = (None, 0, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("profile") => profile = Some(arguments.value()?.parse()?),
            Long("port") => port = arguments.value()?.parse()?,
            Long("directory") => directory = Some(PathBuf::from(arguments.value()?)),
            Long("help") | Short('h') => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    let profile =
        profile.ok_or("--profile is missing; the profiles are 1.6.8, 2.3.13 and 3.5.2")?;
    Ok(Some(Options {
        profile,
        port,
        directory,
    }))
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let sessions = profile::sessions(options.profile, options.directory)?;
    let app = routes::routes(options.profile).layer(sessions.layer());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    writeln!(io::stdout(), "listening {}", listener.local_addr()?.port())?;
    axum::serve(listener, app)
        .with_graceful_shutdown(end_of_input())
        .await?;
    Ok(())
}

/// Waits on a thread of its own: reading standard input cannot be cancelled.
async fn end_of_input() {
    let (end, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut nothing = [0; 64];
        while io::stdin().read(&mut nothing).is_ok_and(|read| read > 0) {}
        // The server may have ended by itself.
        end.send(()).ok();
    });
    ended.await.ok();
}
