//! The same program as another process: it sweeps the storage that it is told.
//!
//! * **It tells of each sweep when it begins and ends**, by the clock that all processes of the
//!   machine share.
//! * **It ends with its input**, so that none is left when the test ends in whichever way.

use std::env;
use std::io::{Read as _, Write as _, stdin, stdout};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cloakroom::{
    Clock as _, Event, EventKind, Observer, PostgresStorage, RedisStorage, SqliteStorage, Storage,
    Sweeper, SystemClock,
};

const PLACE: &str = "CLOAKROOM_TEST_SWEEPS";

/// How long from one sweep to the next.
pub(crate) const EVERY: Duration = Duration::from_millis(400);

/// Few, so that a sweep of many records is long, and can be killed in its midst.
const BATCH: usize = 5;

/// What a child tells, as it stands in its lines after [`WORD`].
pub(crate) const BEGAN: &str = "began";
pub(crate) const SWEPT: &str = "swept";
pub(crate) const STOPPED: &str = "stopped";
pub(crate) const WORD: &str = "sweeper: ";

/// A child that sweeps there.
pub(crate) fn start(place: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "child::a_child_sweeps_where_it_is_told",
            "--nocapture",
        ])
        .env(PLACE, place)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Not told anything, it sees that a child fails that is told a place which is none: one that does
/// nothing is never taken for one that sweeps.
#[tokio::test(flavor = "multi_thread")]
async fn a_child_sweeps_where_it_is_told() {
    let Ok(place) = env::var(PLACE) else {
        let output = start("nowhere").wait_with_output().unwrap();
        assert!(!output.status.success());
        return;
    };
    match place.split_once(':').unwrap() {
        ("sqlite", file) => sweep(&SqliteStorage::open(file).await.unwrap()).await,
        ("postgres", _) => sweep(&PostgresStorage::connect(&place).await.unwrap()).await,
        ("redis", _) => sweep(&RedisStorage::server(&place).connect().await.unwrap()).await,
        _ => panic!("there is no such storage"),
    }
}

async fn sweep<S: Storage + Clone>(storage: &S) {
    let sweeper = Sweeper::new(storage).every(EVERY).batch(BATCH);
    let sweeping = sweeper.observer(Tells).start();
    let until_closed = || stdin().read_to_end(&mut Vec::new());
    tokio::task::spawn_blocking(until_closed)
        .await
        .unwrap()
        .unwrap();
    sweeping.stop().await;
    tell(STOPPED, 0);
}

struct Tells;

impl Observer for Tells {
    fn observe(&self, event: &Event<'_>) {
        match event.kind {
            EventKind::SweepBegan => tell(BEGAN, 0),
            EventKind::Swept { removed } => tell(SWEPT, removed),
            other => tell(&format!("{other:?}"), 0),
        }
    }
}

/// A line: what, how many, when.
fn tell(what: &str, removed: usize) {
    let now = SystemClock.now().as_millis();
    println!("{WORD}{what} {removed} {now}");
    stdout().flush().unwrap();
}
