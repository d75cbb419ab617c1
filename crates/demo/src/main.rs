//! Opens the shop on this machine: see the library of the same name.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use cloakroom::{Clock as _, MemoryStorage, Storage as _, SystemClock};
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
    tokio::spawn(sweep(storage));
    let closing = demo::asked_to_end()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wish.port)).await?;
    writeln!(
        io::stdout(),
        "listening on http://{}",
        listener.local_addr()?
    )?;
    demo::serve(listener, app, closing).await?;
    Ok(())
}

/// Removes what ended long ago, now and then and in batches, for as long as the shop is open: a
/// storage counts what ended until it is swept.
async fn sweep(storage: MemoryStorage) {
    const BATCH: usize = 1_000;
    let mut times = tokio::time::interval(Duration::from_secs(10 * 60));
    loop {
        times.tick().await;
        while storage
            .sweep(SystemClock.now(), BATCH)
            .await
            .is_ok_and(|swept| swept == BATCH)
        {}
    }
}
