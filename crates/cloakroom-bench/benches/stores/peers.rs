//! The stores of tower-sessions in the races of ours: `interop/tower-sessions`, whose README says what
//! they do and with what.
//!
//! * **Built when a race wants them**, in a folder of their own below `target`: no other build has them.
//!   Where that fails a line says why, and the race goes on without them.
//! * **Their ratios are said, not judged**: nobody has promised one.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use cloakroom_bench::{Budgets, Contender, Peer, Race, Table};

use super::OURS;

const MANIFEST: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../interop/tower-sessions/Cargo.toml"
);

const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/tower-sessions");

/// What the ratios do not show.
const PROMISE: &str = "tower-sessions compares no version, so the last write wins; ours is refused if another came first";

/// One of their stores: what the table calls it, and what their program does.
type Store = (&'static str, &'static str);

/// As it comes, and with a pool that gives a connection away without a ping, as ours does.
pub(super) const SQLITE: [Store; 2] = [
    ("tower-sessions-sqlx-store", "sqlite"),
    (
        "tower-sessions-sqlx-store, without ping",
        "sqlite-without-ping",
    ),
];

/// As [`SQLITE`]; here a ping is a round trip.
pub(super) const POSTGRES: [Store; 2] = [
    ("tower-sessions-sqlx-store", "postgres"),
    (
        "tower-sessions-sqlx-store, without ping",
        "postgres-without-ping",
    ),
];

/// With the pool of its own page, and with one connection, which is what the others have.
pub(super) const REDIS: [Store; 2] = [
    ("tower-sessions-redis-store, pool of 6", "redis-pool"),
    ("tower-sessions-redis-store, one client", "redis-client"),
];

/// Their stores in one race, or why they are not in it.
pub(super) struct Racers(Result<Vec<Racer>, String>);

struct Racer {
    name: &'static str,
    about: String,
    peer: Peer,
}

impl Racers {
    /// Starts these stores, each at its URL, for so many clients at a time.
    pub(super) fn start(
        stores: &[Store],
        clients: usize,
        url: impl Fn(&'static str) -> String,
    ) -> Self {
        let start = |&(name, store)| Racer::start(name, store, &url(store), clients);
        Self(built().and_then(|()| stores.iter().map(start).collect()))
    }

    /// Adds them to the race.
    pub(super) fn enter<'a>(&'a mut self, race: Race<'a>) -> Race<'a> {
        let racers = self.0.iter_mut().flatten();
        racers.fold(race, |race, Racer { name, peer, .. }| {
            race.with_contender(Contender::timed(name, |times| peer.time("change", times)))
        })
    }

    /// Says what they came to.
    pub(super) fn tell(&self, budgets: &mut Budgets, budget: &str, table: &Table) {
        let racers = match &self.0 {
            Ok(racers) => racers,
            Err(reason) => {
                return budgets.note(format!("{budget}: tower-sessions skipped: {reason}"));
            }
        };
        for Racer { name, about, .. } in racers {
            let ratio = table.nanos(name) / table.nanos(OURS);
            budgets.note(format!("{budget}: {about} takes {ratio:.2} times our time"));
        }
        budgets.note(format!("{budget}: {PROMISE}"));
    }
}

impl Racer {
    fn start(name: &'static str, store: &str, url: &str, clients: usize) -> Result<Self, String> {
        let mut command = cargo("run");
        command.args(["--quiet", "--", store, url, &clients.to_string()]);
        let peer = Peer::start(&mut command);
        let mut peer = peer.map_err(|error| format!("{store}: {error}"))?;
        let about = peer.ask("about");
        Ok(Self { name, about, peer })
    }
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([command, "--release", "--manifest-path", MANIFEST]);
    cargo.args(["--target-dir", TARGET]);
    cargo
}

/// Builds them once in a run.
fn built() -> Result<(), String> {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> Result<(), String> {
    if !Path::new(TARGET).exists() {
        let said = "\nbuilding interop/tower-sessions for the first time, which takes minutes";
        writeln!(io::stdout(), "{said}").map_err(|error| error.to_string())?;
    }
    let built = cargo("build").output();
    let built = built.map_err(|error| format!("cargo does not start: {error}"))?;
    if built.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&built.stderr);
    let error = said.lines().find(|line| line.starts_with("error"));
    let error = error.unwrap_or("cargo build fails");
    Err(format!(
        "interop/tower-sessions is not built: {error}; its README says what it needs"
    ))
}
