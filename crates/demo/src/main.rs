//! Opens the shop on this machine: see the library of the same name.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use cloakroom::{
    MariaDbStorage, MemoryStorage, PostgresStorage, RedisStorage, SqliteStorage, Storage, Sweeper,
    SystemClock,
};
use demo::{Command, Cookies, HELP, Serve, Store};
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
    match &wish.store {
        Store::Memory => serve(wish, MemoryStorage::new()).await,
        Store::File(path) => serve(wish, SqliteStorage::open(path).await?).await,
        Store::Postgres(url) => serve(wish, PostgresStorage::connect(url).await?).await,
        Store::MariaDb(url) => serve(wish, MariaDbStorage::connect(url).await?).await,
        Store::Redis(url) => serve(wish, RedisStorage::server(url).connect().await?).await,
    }
}

async fn serve<S: Storage + Clone>(wish: &Serve, storage: S) -> Result<(), Box<dyn Error>> {
    let keys = demo::open_keys(&wish.keys)
        .map_err(|error| format!("the keys in {}: {error}", wish.keys.display()))?;
    let cookies = if wish.secure_cookies {
        Cookies::Secure
    } else {
        Cookies::Development
    };
    let place = (&storage, wish.store.lives());
    let app = demo::app_on(&keys, place, SystemClock, cookies)?;
    let sweeping = Sweeper::new(&storage).start();
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
