//! What a session of 120 bytes takes up, of 10,000 that were made one after the other.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use cloakroom_bench::{Must as _, Race};
use cloakroom_core::MemoryStorage;
use cloakroom_ktor::ExclusiveDirectory;
use cloakroom_redis::RedisStorage;
use cloakroom_sql::mysql_async::prelude::Queryable as _;
use cloakroom_sql::{MariaDbStorage, PostgresStorage, SqliteStorage, mysql_async};
use cloakroom_storage::Storage;
use rusqlite::Connection;
use stats_alloc::Region;
use tokio::runtime::Runtime;

use super::{ALLOCATOR, create, key, record};

const SESSIONS: usize = 10_000;

/// Shows the bytes, without and with a subject each.
pub(super) fn show(runtime: &Runtime) -> io::Result<()> {
    if Race::of("bytes per session").is_none() {
        return Ok(());
    }
    writeln!(
        io::stdout(),
        "\nbytes per session, without and with a subject"
    )?;
    type Measure = fn(&Runtime, bool) -> io::Result<f64>;
    let stores: [(&str, Measure); 7] = [
        ("MemoryStorage, allocated", memory),
        ("SQLite, the file", sqlite),
        ("PostgreSQL, tables and indexes", postgres),
        ("MariaDB, tables and indexes", mariadb),
        ("Redis, used_memory", redis),
        ("ExclusiveDirectory, lengths of files", directory_lengths),
        ("ExclusiveDirectory, blocks on the disk", directory_blocks),
    ];
    for (name, measure) in stores {
        let [without, with] = [measure(runtime, false)?, measure(runtime, true)?];
        writeln!(io::stdout(), "  {name:<50} {without:>8.0} {with:>8.0}")?;
    }
    Ok(())
}

async fn fill(storage: &impl Storage, with_subject: bool) {
    for number in 0..SESSIONS {
        let mut record = record();
        record.subject = with_subject.then(|| Arc::from(format!("user {number}")));
        create(storage, &key(number), &record).await;
    }
}

fn each(bytes: f64) -> f64 {
    bytes / SESSIONS as f64
}

/// What was allocated and not freed, with the room that the tables keep for more.
fn memory(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    let region = Region::new(ALLOCATOR);
    let storage = MemoryStorage::new();
    runtime.block_on(fill(&storage, with_subject));
    let change = region.change();
    drop(storage);
    Ok(each(
        change.bytes_allocated as f64 - change.bytes_deallocated as f64,
    ))
}

/// The file, once the log has gone into it.
fn sqlite(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sessions.db");
    let storage = runtime.block_on(SqliteStorage::open(&path)).must();
    runtime.block_on(fill(&storage, with_subject));
    drop(storage);
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let connection = Connection::open(&path).must();
    connection.query_row(checkpoint, [], |_| Ok(())).must();
    Ok(each(fs::metadata(&path)?.len() as f64))
}

/// All tables, with their indexes.
fn postgres(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    let server = servers::Postgres::start();
    let bytes = runtime.block_on(async {
        let storage = PostgresStorage::connect(&server.url()).await.must();
        fill(&storage, with_subject).await;
        let url = server.url();
        let connected = tokio_postgres::connect(&url, tokio_postgres::NoTls).await;
        let (client, connection) = connected.must();
        let _driver = tokio::spawn(connection);
        let sizes = "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_stat_user_tables";
        client.query_one(sizes, &[]).await.must().get::<_, i64>(0)
    });
    Ok(each(bytes as f64))
}

/// All tables, with their indexes, as the server counts its pages.
fn mariadb(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    let server = servers::MariaDb::start();
    let bytes = runtime.block_on(async {
        let storage = MariaDbStorage::connect(&server.url()).await.must();
        fill(&storage, with_subject).await;
        let url = server.url();
        let mut connection = mysql_async::Conn::from_url(&url).await.must();
        let tables =
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()";
        let tables: Vec<String> = connection.query(tables).await.must();
        for table in tables {
            let analyze = format!("ANALYZE TABLE {table}");
            connection.query_drop(analyze).await.must();
        }
        let sizes = "SELECT CAST(SUM(data_length + index_length) AS SIGNED) \
                     FROM information_schema.tables WHERE table_schema = DATABASE()";
        let bytes: Option<i64> = connection.query_first(sizes).await.must();
        bytes.must()
    });
    Ok(each(bytes as f64))
}

/// What the server's memory grew by.
fn redis(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    let server = servers::Redis::start_with(&["--appendfsync everysec"]);
    let used = || {
        let info = server.ask(&["INFO", "memory"]);
        let mut lines = info.lines();
        let used = lines.find_map(|line| line.strip_prefix("used_memory:"));
        used.must().trim().parse::<f64>().must()
    };
    let storage = runtime
        .block_on(RedisStorage::server(server.url()).connect())
        .must();
    let before = used();
    runtime.block_on(fill(&storage, with_subject));
    Ok(each(used() - before))
}

fn directory_lengths(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    directory(runtime, with_subject, fs::Metadata::len)
}

/// Those of folders too.
fn directory_blocks(runtime: &Runtime, with_subject: bool) -> io::Result<f64> {
    directory(runtime, with_subject, |entry| entry.blocks() * 512)
}

type Size = fn(&fs::Metadata) -> u64;

fn directory(runtime: &Runtime, with_subject: bool, size: Size) -> io::Result<f64> {
    let folder = tempfile::tempdir()?;
    let storage = ExclusiveDirectory::open(folder.path()).must();
    runtime.block_on(fill(&storage, with_subject));
    Ok(each(below(folder.path(), size)? as f64))
}

fn below(folder: &Path, size: Size) -> io::Result<u64> {
    let mut all = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        all += size(&metadata);
        if metadata.is_dir() {
            all += below(&entry.path(), size)?;
        }
    }
    Ok(all)
}
