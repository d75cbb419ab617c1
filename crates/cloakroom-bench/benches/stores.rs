//! The budgets of real stores: each against the same work without us, on the same server, and beside the
//! store of tower-sessions that is made for it.
//!
//! A word after `--` runs the parts whose title holds it; `bytes` shows what a session takes up.

#[path = "stores/bytes.rs"]
mod bytes;
#[path = "stores/growth.rs"]
mod growth;
#[path = "stores/peers.rs"]
mod peers;
#[path = "stores/requests.rs"]
mod requests;

use std::alloc::System;
use std::io::{self, Write as _};

use cloakroom_bench::{Budgets, Limit, Must as _, Race, Table};
use cloakroom_redis::RedisStorage;
use cloakroom_sql::{PostgresStorage, SqliteStorage};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, Timestamp, UpdateOutcome,
};
use futures_util::future::join_all;
use peers::Racers;
use redis::AsyncCommands as _;
use rusqlite::Connection;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::{Builder, Runtime};

/// Counts for all alike: a few nanoseconds beside a call to a server.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Far ahead, so that no server drops anything meanwhile.
const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);
const CLIENTS: usize = 64;
const OURS: &str = "cloakroom";
const RAW: &str = "the same without us";
/// What no way of changing a record only if nobody else has can go below: this server has no
/// command for it, so a script must run.
const LEAST: &str = "GET, and the shortest script that compares";
const COMPARE_AND_SET: &str = "\
    local old = redis.call('GET', KEYS[1]) \
    if old == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) return 1 end \
    return 0";

fn main() -> io::Result<()> {
    let runtime = Builder::new_multi_thread().enable_all().build().must();
    let mut budgets = Budgets::default();
    sqlite(&mut budgets, &runtime)?;
    postgres(&mut budgets, &runtime)?;
    trips(&mut budgets, &runtime);
    redis_server(&mut budgets, &runtime, 1)?;
    redis_server(&mut budgets, &runtime, CLIENTS)?;
    growth::run(&mut budgets, &runtime)?;
    bytes::show(&runtime)?;
    writeln!(io::stdout(), "\n{budgets}")
}

fn key(number: usize) -> StorageKey {
    let mut key = [7; 32];
    // By the first byte a store may share keys out.
    for (place, byte) in key.iter_mut().zip(number.to_le_bytes()) {
        *place = byte;
    }
    StorageKey::hash(key)
}

/// 120 bytes of content.
fn record() -> Record {
    let scope = Scope::new("bench/visits");
    let mut record = Record::new(scope, ProofHash::new([1; 32]), NOW, vec![b'x'; 120]);
    record.idle_deadline = Some(NOW.saturating_add(std::time::Duration::from_secs(3600)));
    record
}

async fn create(storage: &impl Storage, key: &StorageKey, record: &Record) {
    let outcome = storage.create(key, record, None, NOW).await.must();
    assert!(matches!(outcome, CreateOutcome::Created(_)));
}

/// Reads, changes and writes.
async fn change(storage: &impl Storage, key: &StorageKey) {
    let mut stored = storage.read(key, NOW).await.must().must();
    stored.record.content = changed(&stored.record.content).into();
    let outcome = storage.update(key, stored.version, &stored.record, NOW);
    assert!(matches!(outcome.await.must(), UpdateOutcome::Updated(_)));
}

/// Another content of the same length.
fn changed(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    *content.first_mut().must() ^= 1;
    content
}

/// Runs a race with what is in it and with `racers`.
fn race_with(
    budgets: &mut Budgets,
    name: &str,
    race: Race<'_>,
    mut racers: Racers,
    limit: Limit,
) -> io::Result<Table> {
    let table = racers.enter(race).run();
    write!(io::stdout(), "{table}")?;
    let ratio = table.nanos(OURS) / table.nanos(RAW);
    let measured = match limit {
        Limit::AtMost(_) => ratio,
        Limit::AtLeast(_) => ratio.recip(),
    };
    budgets.add(name, measured, limit);
    racers.tell(budgets, name, &table);
    Ok(table)
}

fn sqlite(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    let Some(race) = Race::of("sqlite, read, change and write in a file") else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let opening = SqliteStorage::open(folder.path().join("ours.db"));
    let storage = runtime.block_on(opening).must();
    runtime.block_on(create(&storage, &key(1), &record()));
    let raw = Connection::open(folder.path().join("raw.db")).must();
    raw.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE s (k BLOB PRIMARY KEY, v INTEGER NOT NULL, c BLOB NOT NULL) STRICT",
    )
    .must();
    let first = (vec![7_u8; 33], 1_i64, vec![b'x'; 120]);
    raw.execute("INSERT INTO s VALUES (?, ?, ?)", first.clone())
        .must();
    let mut read = raw.prepare("SELECT v, c FROM s WHERE k = ?").must();
    let mut write = raw
        .prepare("UPDATE s SET v = v + 1, c = ? WHERE k = ? AND v = ?")
        .must();
    let id = first.0;
    let race = race
        .with(OURS, || runtime.block_on(change(&storage, &key(1))))
        .with(RAW, || {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
            let (version, content): (i64, Vec<u8>) = read.query_row([&id], row).must();
            let written = write.execute((changed(&content), &id, version)).must();
            assert_eq!(written, 1);
        });
    let file = |store| folder.path().join(store).display().to_string();
    let racers = Racers::start(&peers::SQLITE, 1, file);
    let name = "sqlite-change";
    let version = rusqlite::version();
    budgets.note(format!(
        "{name}: SQLite {version}, journal_mode wal, synchronous 2 (FULL)"
    ));
    race_with(budgets, name, race, racers, Limit::AtMost(3.0)).map(drop)
}

fn postgres(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    let Some(race) = Race::of("postgres, read, change and write") else {
        return Ok(());
    };
    let server = servers::Postgres::start();
    let storage = runtime
        .block_on(PostgresStorage::connect(&server.url()))
        .must();
    runtime.block_on(create(&storage, &key(1), &record()));
    let url = server.url();
    let connecting = tokio_postgres::connect(&url, tokio_postgres::NoTls);
    let (raw, connection) = runtime.block_on(connecting).must();
    let _driver = runtime.spawn(connection);
    let (read, write) = runtime.block_on(async {
        raw.batch_execute(
            "CREATE TABLE s (k bytea PRIMARY KEY, v bigint NOT NULL, c bytea NOT NULL) \
             WITH (fillfactor = 80); \
             INSERT INTO s VALUES ('key', 1, decode(repeat('78', 120), 'hex'))",
        )
        .await
        .must();
        let read = raw.prepare("SELECT v, c FROM s WHERE k = $1").await;
        let write = "UPDATE s SET v = v + 1, c = $1 WHERE k = $2 AND v = $3";
        (read.must(), raw.prepare(write).await.must())
    });
    let id = b"key".as_slice();
    let race = race
        .with(OURS, || runtime.block_on(change(&storage, &key(1))))
        .with(RAW, || {
            runtime.block_on(async {
                let row = raw.query_one(&read, &[&id]).await.must();
                let (version, content): (i64, Vec<u8>) = (row.get(0), row.get(1));
                let content = changed(&content);
                let written = raw.execute(&write, &[&content, &id, &version]).await;
                assert_eq!(written.must(), 1);
            });
        });
    let racers = Racers::start(&peers::POSTGRES, 1, |_| server.url());
    race_with(budgets, "postgres-change", race, racers, Limit::AtMost(1.3)).map(drop)
}

/// Round trips to Redis, counted at a proxy.
fn trips(budgets: &mut Budgets, runtime: &Runtime) {
    if Race::of("redis, round trips").is_none() {
        return;
    }
    let server = servers::Redis::start();
    let (read, changed, ignored) = runtime.block_on(async {
        let proxy = servers::Proxy::before(server.port()).await;
        let storage = RedisStorage::server(proxy.url(&server.url()))
            .connect()
            .await
            .must();
        create(&storage, &key(1), &record()).await;
        // The first one sends the scripts whole.
        change(&storage, &key(1)).await;
        let _before = proxy.trips();
        assert!(storage.read(&key(1), NOW).await.must().is_some());
        let read = proxy.trips();
        change(&storage, &key(1)).await;
        let changed = proxy.trips();
        (
            read,
            changed,
            requests::ignored_trips(&proxy, &storage).await,
        )
    });
    budgets.add("redis-trips-read", read as f64, Limit::AtMost(1.0));
    budgets.add("redis-trips-change", changed as f64, Limit::AtMost(2.0));
    budgets.add("redis-trips-ignored", ignored as f64, Limit::AtMost(0.0));
}

fn redis_server(budgets: &mut Budgets, runtime: &Runtime, clients: usize) -> io::Result<()> {
    let Some(race) = Race::of(format!("redis, GET and SET, clients: {clients}")) else {
        return Ok(());
    };
    let server = servers::Redis::start_with(&["--appendfsync everysec"]);
    let connecting = RedisStorage::server(server.url()).connect();
    let storage = runtime.block_on(connecting).must();
    let client = redis::Client::open(server.url()).must();
    let raw = runtime
        .block_on(client.get_multiplexed_async_connection())
        .must();
    runtime.block_on(async {
        for client in 0..clients {
            create(&storage, &key(client), &record()).await;
            let value = vec![b'x'; 120];
            let _: () = raw.clone().set(client, value).await.must();
        }
    });
    let ours = async |client| change(&storage, &key(client)).await;
    let get_and_set = async |client: usize| {
        let mut raw = raw.clone();
        let content: Vec<u8> = raw.get(client).await.must();
        let _: () = raw.set(client, changed(&content)).await.must();
    };
    let script = redis::Script::new(COMPARE_AND_SET);
    let hash = runtime.block_on(script.load_async(&mut raw.clone())).must();
    let get_and_compare = async |client: usize| {
        let mut raw = raw.clone();
        let content: Vec<u8> = raw.get(client).await.must();
        let mut call = redis::cmd("EVALSHA");
        call.arg(&hash).arg(1).arg(client);
        call.arg(&content).arg(changed(&content));
        let changed: u64 = call.query_async(&mut raw).await.must();
        assert_eq!(changed, 1);
    };
    let race = race
        .with(OURS, || runtime.block_on(join_all((0..clients).map(ours))))
        .with(LEAST, || {
            runtime.block_on(join_all((0..clients).map(get_and_compare)))
        })
        .with(RAW, || {
            runtime.block_on(join_all((0..clients).map(get_and_set)))
        });
    let name = format!("redis-throughput-{clients}");
    let policy = server.ask(&["CONFIG", "GET", "appendfsync"]);
    let policy = policy.split_whitespace().last().must().to_owned();
    budgets.note(format!(
        "{name}: one Redis, appendonly yes, appendfsync {policy}"
    ));
    let racers = Racers::start(&peers::REDIS, clients, |_| server.url());
    let table = race_with(budgets, &name, race, racers, Limit::AtLeast(0.8))?;
    let least = table.nanos(RAW) / table.nanos(LEAST);
    budgets.note(format!(
        "{name}: the shortest script that compares reaches {least:.2}"
    ));
    Ok(())
}
