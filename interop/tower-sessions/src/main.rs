//! The stores of tower-sessions, timed by themselves: what `cargo bench -p cloakroom-bench --bench
//! stores` runs beside ours. The README says how.
//!
//! * **One process, one store**, so that what one keeps in memory costs no other.
//! * **A turn** is, for each client, to load a record, to change it and to save it.
//! * **It breaks off** where something fails: it would measure something else.

mod stores;

use std::collections::HashMap;
use std::env;
use std::io;
use std::num::NonZero;
use std::process::exit;

use cloakroom_bench::{Must as _, serve, time_of};
use futures_util::future::join_all;
use serde_json::Value;
use stores::Opened;
use time::{Duration, OffsetDateTime};
use tokio::runtime::Builder;
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};

const USAGE: &str = "usage: tower-sessions-racer STORE URL CLIENTS
STORE: sqlite, sqlite-without-ping, postgres, postgres-without-ping, redis-pool, redis-client";

/// The status of a command line that is wrong.
const WRONG: i32 = 2;

const CONTENT: &str = "content";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [store, url, clients] = arguments.as_slice() else {
        return refuse();
    };
    let Ok(clients) = clients.parse::<NonZero<u32>>() else {
        return refuse();
    };
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let Some(opened) = runtime.block_on(stores::open(store, url)) else {
        return refuse();
    };
    let Opened { store, about } = opened;
    let ids = runtime.block_on(join_all((0..clients.get()).map(|_| create(&*store))));
    let turn = || {
        let changes = ids.iter().map(|id| change(&*store, id));
        runtime.block_on(join_all(changes))
    };
    runtime.block_on(check(&*store, ids.first().must()));
    serve(
        |line| (line == "about").then(|| about.clone()),
        |name, times| (name == "change").then(|| time_of(times, turn)),
    )
}

fn refuse() -> io::Result<()> {
    eprintln!("{USAGE}");
    exit(WRONG)
}

/// 120 bytes of content, as a text.
async fn create(store: &dyn SessionStore) -> Id {
    let mut record = Record {
        id: Id::default(),
        data: HashMap::from([(CONTENT.to_owned(), Value::from("x".repeat(120)))]),
        expiry_date: OffsetDateTime::now_utc() + Duration::DAY,
    };
    store.create(&mut record).await.must();
    record.id
}

async fn change(store: &dyn SessionStore, id: &Id) {
    let mut record = store.load(id).await.must().must();
    if let Some(Value::String(text)) = record.data.get_mut(CONTENT) {
        let other = if text.starts_with('x') { "y" } else { "x" };
        text.replace_range(..1, other);
    }
    store.save(&record).await.must();
}

/// What is measured does happen.
async fn check(store: &dyn SessionStore, id: &Id) {
    let before = store.load(id).await.must().must();
    change(store, id).await;
    let after = store.load(id).await.must().must();
    assert_ne!(before.data, after.data);
}
