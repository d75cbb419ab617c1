//! Opens the shop on this machine: see the library of the same name.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use cloakroom::{MemoryStorage, Sweeper, SystemClock};
use demo::{Command, Cookies, HELP, Serve};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is closed.
            writeln!(io::stderr(), "demo: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    match demo::parse(lexopt::Parser::from_env())? {
        Command::Serve(wish) => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(open(&wish)),
        _ => Ok(io::stdout().write_all(HELP.as_bytes())?),
    }
}

async fn open(wish: &Serve) -> Result<(), Box<dyn Error>> {
    let keys = demo::open_keys(&wish.keys)
        .map_err(|error| format!("the keys in {}: {error}", wish.keys.display()))?;
    let cookies = if wish.secure_cookies {
        Cookies::Secure
    } else {
        Cookies::Development
    };
    let storage = MemoryStorage::new();
    let app = demo::app(&keys, &storage, SystemClock, cookies)?;
    let sweeping = Sweeper::new(&storage).alone().start();
    let closing = demo::asked_to_end()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wish.port)).await?;
    writeln!(
        io::stdout(),
        "listening on http://{}",
        listener.local_addr()?
    )?;
    demo::serve(listener, app, closing).await?;
    sweeping.stop().await;
    Ok(())
}
