//! Reading among many sessions, and listing many of one subject.
//!
//! * **Reading** takes another session each time, all over the store. What it may cost is said
//!   against a store that holds one.
//! * **A bare `HashMap`** in the same run shows what the machine's caches alone come to; a whole request
//!   that reads its session from memory, what they come to for who is served.
//! * **Listing**: what each listed session costs, against a subject with a hundredth of them.
//! * **SQL databases are filled** by copying one record's row under other keys.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::Arc;

use cloakroom_bench::{Budgets, Limit, Must as _, Race, at_once};
use cloakroom_core::MemoryStorage;
use cloakroom_redis::RedisStorage;
use cloakroom_sql::{PostgresStorage, SqliteStorage, TableName};
use cloakroom_storage::{Storage, StorageKey, Subject};
use futures_util::future::join_all;
use rusqlite::Connection;
use tokio::runtime::Runtime;

use super::requests::Clients;
use super::{NOW, create, key, record};

/// How many live sessions there are.
const READ: [(usize, &str); 3] = [
    (1, "among 1"),
    (10_000, "among 10,000"),
    (1_000_000, "among 1,000,000"),
];

/// How many sessions a subject has.
const LISTED: [(usize, &str); 3] = [(1, "1"), (100, "100"), (10_000, "10,000")];

/// A listing may last tens of milliseconds.
const LISTINGS: usize = 41;

/// All columns but the key and what the database makes itself.
const COLUMNS: &str = "version, scope, subject, subject_number, proof, previous_proof, \
                       rotated_at, previous_until, created_at, absolute_deadline, \
                       idle_deadline, content";

/// Reads the session of this number.
type Read<'a> = Box<dyn FnMut(usize) + 'a>;

/// Reads and lists in each store.
pub(super) fn run(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    memory(budgets)?;
    requests(budgets)?;
    hash_map(budgets)?;
    sqlite(budgets, runtime)?;
    postgres(budgets, runtime)?;
    redis(budgets, runtime)
}

fn reading<'a>(
    budgets: &mut Budgets,
    store: &str,
    race: Race<'a>,
    reads: impl IntoIterator<Item = Read<'a>>,
) -> io::Result<()> {
    for (size, ratio) in ratios(race, reads)? {
        budgets.add(format!("growth-{store}-{size}"), ratio, Limit::AtMost(2.0));
    }
    Ok(())
}

/// Times reading in stores of all sizes: what each takes against the smallest.
fn ratios<'a>(
    mut race: Race<'a>,
    reads: impl IntoIterator<Item = Read<'a>>,
) -> io::Result<[(usize, f64); 2]> {
    for ((size, name), mut read) in READ.into_iter().zip(reads) {
        let mut number = 0;
        race = race.with(name, move || {
            // Has no divisor in common with a power of ten, so each one's turn comes.
            number = (number + 618_033) % size;
            read(number);
        });
    }
    let table = race.run();
    write!(io::stdout(), "{table}")?;
    let [(_, one), many @ ..] = READ;
    Ok(many.map(|(size, name)| (size, table.nanos(name) / table.nanos(one))))
}

fn read_in<'a>(runtime: &'a Runtime, storage: &'a impl Storage) -> Read<'a> {
    Box::new(move |number| {
        let stored = runtime.block_on(storage.read(&key(number), NOW)).must();
        assert!(stored.is_some());
    })
}

fn subject(size: usize) -> Subject {
    Subject::new(record().scope, format!("user {size}"))
}

/// Creates sessions, so many at once.
async fn fill(
    storage: &impl Storage,
    numbers: impl Iterator<Item = usize>,
    name: Option<Arc<str>>,
) {
    let mut record = record();
    record.subject = name;
    let keys: Vec<StorageKey> = numbers.map(key).collect();
    for keys in keys.chunks(64) {
        join_all(keys.iter().map(|key| create(storage, key, &record))).await;
    }
}

/// Gives some subjects sessions, and lists them.
fn listing(
    budgets: &mut Budgets,
    runtime: &Runtime,
    store: &str,
    storage: &impl Storage,
) -> io::Result<()> {
    let Some(race) = Race::of(format!("{store}, listing a subject's sessions")) else {
        return Ok(());
    };
    let mut race = race.rounds(LISTINGS);
    for (size, name) in LISTED {
        let subject = subject(size);
        // Apart from those that are read, and from each other's.
        let numbers = (0..size).map(|number| (size << 32) + number);
        runtime.block_on(fill(storage, numbers, Some(subject.shared_name())));
        race = race.with(name, move || {
            let listed = runtime.block_on(storage.list(&subject, NOW)).must();
            assert_eq!(listed.len(), size);
        });
    }
    let table = race.run();
    write!(io::stdout(), "{table}")?;
    let each = |(size, name): (usize, &str)| table.nanos(name) / size as f64;
    let [one, hundred, most] = LISTED;
    for (fewer, more) in [(one, hundred), (hundred, most)] {
        let name = format!("listing-{store}-{}", more.0);
        budgets.add(name, each(more) / each(fewer), Limit::AtMost(1.5));
    }
    Ok(())
}

fn memory(budgets: &mut Budgets) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    listing(budgets, &runtime, "memory", &MemoryStorage::new())?;
    let Some(race) = Race::of("memory, reading one session") else {
        return Ok(());
    };
    let storages = READ.map(|(size, _)| {
        let storage = MemoryStorage::builder().max_without_subject(size).build();
        at_once(fill(&storage, 0..size, None));
        storage
    });
    let reads = storages.iter().map(|storage| -> Read<'_> {
        Box::new(|number| assert!(at_once(storage.read(&key(number), NOW)).must().is_some()))
    });
    reading(budgets, "memory", race, reads)
}

/// A request through axum that reads its session from memory.
fn requests(budgets: &mut Budgets) -> io::Result<()> {
    let Some(race) = Race::of("memory, a request that reads its session") else {
        return Ok(());
    };
    let clients = READ.map(|(size, _)| Clients::signed_in(size));
    let reads = clients.iter().map(|clients| -> Read<'_> {
        let mut turns = (0..clients.number()).cycle();
        Box::new(move |_| at_once(clients.read(turns.next().must())))
    });
    reading(budgets, "memory-request", race, reads)
}

/// What memory is measured against: key and content, and a copy of the content.
fn hash_map(budgets: &mut Budgets) -> io::Result<()> {
    let Some(race) = Race::of("memory: a bare HashMap, reading one entry") else {
        return Ok(());
    };
    let maps = READ.map(|(size, _)| {
        let entries = (0..size).map(|number| (key(number), record().content));
        entries.collect::<HashMap<_, _>>()
    });
    let reads = maps.iter().map(|map| -> Read<'_> {
        Box::new(|number| drop(std::hint::black_box(map.get(&key(number)).must().clone())))
    });
    for (size, ratio) in ratios(race, reads)? {
        budgets.note(format!("growth of a bare HashMap, {size}: {ratio:.3}"));
    }
    Ok(())
}

fn sqlite(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let open = |name: &str| runtime.block_on(SqliteStorage::open(folder.path().join(name)));
    listing(budgets, runtime, "sqlite", &open("listed").must())?;
    let Some(race) = Race::of("sqlite, reading one session") else {
        return Ok(());
    };
    let storages = READ.map(|(size, name)| {
        let storage = open(name).must();
        runtime.block_on(create(&storage, &key(0), &record()));
        let connection = Connection::open(folder.path().join(name)).must();
        let bytes = "n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255";
        let zeros_and_sevens = format!("{}{}", "00".repeat(4), "07".repeat(24));
        let copies = format!(
            "PRAGMA synchronous = OFF; \
             WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {size}) \
             INSERT INTO cloakroom_sessions (record_key, {COLUMNS}) \
             SELECT unhex('00' || printf('%02x%02x%02x%02x', {bytes}) || '{zeros_and_sevens}'), \
             {COLUMNS} FROM cloakroom_sessions, n WHERE n > 0"
        );
        connection.execute_batch(&copies).must();
        storage
    });
    let reads = storages.iter().map(|storage| read_in(runtime, storage));
    reading(budgets, "sqlite", race, reads)
}

fn postgres(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    if Race::of("postgres, reading and listing").is_none() {
        return Ok(());
    }
    let server = servers::Postgres::start();
    let url = server.url();
    let open = |table: &str| {
        let builder = PostgresStorage::builder(&url).table(TableName::new(table).must());
        runtime.block_on(builder.connect()).must()
    };
    let connecting = tokio_postgres::connect(&url, tokio_postgres::NoTls);
    let (client, connection) = runtime.block_on(connecting).must();
    let _driver = runtime.spawn(connection);
    let storages = READ.map(|(size, _)| {
        let table = format!("among_{size}");
        let storage = open(&table);
        runtime.block_on(create(&storage, &key(0), &record()));
        let byte = |shift: u8| format!("lpad(to_hex((n >> {shift}) & 255), 2, '0')");
        let number = [0, 8, 16, 24].map(byte).join(" || ");
        let zeros_and_sevens = format!("{}{}", "00".repeat(4), "07".repeat(24));
        let copies = format!(
            "INSERT INTO {table} (record_key, {COLUMNS}) \
             SELECT decode('00' || {number} || '{zeros_and_sevens}', 'hex'), {COLUMNS} \
             FROM {table}, generate_series(1, {size} - 1) n"
        );
        runtime.block_on(client.batch_execute(&copies)).must();
        let vacuum = format!("VACUUM ANALYZE {table}");
        runtime.block_on(client.batch_execute(&vacuum)).must();
        storage
    });
    listing(budgets, runtime, "postgres", &open("listed"))?;
    let Some(race) = Race::of("postgres, reading one session") else {
        return Ok(());
    };
    let reads = storages.iter().map(|storage| read_in(runtime, storage));
    reading(budgets, "postgres", race, reads)
}

fn redis(budgets: &mut Budgets, runtime: &Runtime) -> io::Result<()> {
    if Race::of("redis, reading and listing").is_none() {
        return Ok(());
    }
    let server = servers::Redis::start_with(&["--appendfsync everysec"]);
    let open = |prefix: &str| {
        let builder = RedisStorage::server(server.url()).prefix(prefix);
        runtime.block_on(builder.connect()).must()
    };
    listing(budgets, runtime, "redis", &open("listed:"))?;
    let Some(race) = Race::of("redis, reading one session") else {
        return Ok(());
    };
    let storages = READ.map(|(size, _)| {
        let storage = open(&format!("among:{size}:"));
        runtime.block_on(fill(&storage, 0..size, None));
        storage
    });
    let reads = storages.iter().map(|storage| read_in(runtime, storage));
    reading(budgets, "redis", race, reads)
}
