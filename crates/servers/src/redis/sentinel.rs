//! A master and a replica, with three sentinels that watch them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use super::server::{Redis, ask};
use crate::process::{Account, Process, free_port, succeeds};
use crate::until::until;

/// By what name the sentinels know the master.
const MASTER: &str = "shop";

/// A master and a replica, and three sentinels that make the replica the master when two of them
/// miss it for some time.
///
/// The sentinels are stopped before the servers.
#[derive(Debug)]
pub struct RedisSentinel {
    sentinels: Vec<(u16, Process)>,
    servers: [Redis; 2],
}

impl RedisSentinel {
    /// The one such set-up that all tests of a program share, in which the master stays.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RedisSentinel> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Duration::from_secs(60)))
    }

    /// A new set-up, in which the replica is up to date and the sentinels know each other, and miss
    /// a master that does not answer for so long.
    ///
    /// # Panics
    ///
    /// If Debian's package `redis-server` is not there, or they do not find together.
    #[must_use]
    pub fn start(missed_after: Duration) -> Self {
        let master = Redis::start();
        let of = format!("--replicaof 127.0.0.1 {}", master.port());
        let replica = Redis::start_with(&[&of, "--repl-diskless-sync-delay 0"]);
        let is_linked = || {
            let info = replica.ask(&["INFO", "replication"]);
            info.contains("master_link_status:up")
        };
        until("the replica finds its master", is_linked);
        let started = (0..3).map(|_| sentinel(master.port(), missed_after));
        let sentinels: Vec<(u16, Process)> = started.collect();
        until("the sentinels find together", || {
            sentinels.iter().all(|(port, _)| {
                let master = ask(*port, &["SENTINEL", "MASTER", MASTER]);
                has(&master, "num-other-sentinels", "2") && has(&master, "num-slaves", "1")
            })
        });
        Self {
            sentinels,
            servers: [master, replica],
        }
    }

    /// How to reach the sentinels.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        let urls = self.sentinels.iter();
        urls.map(|(port, _)| format!("redis://127.0.0.1:{port}"))
            .collect()
    }

    /// By what name the sentinels know the master.
    #[must_use]
    pub const fn master_name(&self) -> &'static str {
        MASTER
    }

    /// Kills the master as `kill -9` does. The sentinels make the replica the master, within a few
    /// seconds.
    ///
    /// # Panics
    ///
    /// If the sentinels name no master.
    pub fn kill_master(&mut self) {
        let port = self.master_port();
        let master = self.servers.iter_mut().find(|server| server.port() == port);
        master.expect("it is one of ours").kill();
    }

    /// Has the sentinels change master and replica, both of which go on running.
    ///
    /// # Panics
    ///
    /// If they do not in time, or do not answer.
    pub fn demote_master(&self) {
        let master = self.master_port();
        let (sentinel, _) = self.sentinels[0];
        // Right after a start the replica may count as unfit for a moment.
        until("the sentinels begin a failover", || {
            ask(sentinel, &["SENTINEL", "FAILOVER", MASTER]).trim() == "OK"
        });
        self.until_other_master(master);
        until("the old master obeys the new one", || {
            ask(master, &["ROLE"]).starts_with("slave")
        });
    }

    /// Waits until the sentinels have made another server the master than the one on this port.
    ///
    /// # Panics
    ///
    /// If they do not in time, or do not answer.
    pub fn until_other_master(&self, port: u16) {
        until("the replica becomes the master", || {
            self.master_port() != port
        });
    }

    /// Cuts the replica off from its master: it gets nothing more, until
    /// [`let_replica_go_on`](Self::let_replica_go_on).
    ///
    /// # Panics
    ///
    /// If the sentinels name no master, or it does not answer.
    pub fn cut_replica_off(&self) {
        let master = self.master_port();
        let replicas = self.servers.iter().filter(|server| server.port() != master);
        replicas.for_each(Redis::pause);
        // What is on its way to the replica would still arrive after the master's end.
        let _cut = ask(master, &["CLIENT", "KILL", "TYPE", "replica"]);
    }

    /// Ends what [`cut_replica_off`](Self::cut_replica_off) began.
    pub fn let_replica_go_on(&self) {
        self.servers.iter().for_each(Redis::go_on);
    }

    /// Starts the servers again that were killed; the sentinels make them replicas.
    pub fn restart_killed(&mut self) {
        let master = self.master_port();
        let killed = self
            .servers
            .iter_mut()
            .filter(|server| server.port() != master);
        killed.for_each(Redis::restart);
    }

    /// The port of the server that the sentinels name as the master.
    ///
    /// # Panics
    ///
    /// If a sentinel does not answer.
    #[must_use]
    pub fn master_port(&self) -> u16 {
        let (sentinel, _) = self.sentinels[0];
        let address = ask(sentinel, &["SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER]);
        let port = address.lines().nth(1).and_then(|port| port.parse().ok());
        port.expect("an address and a port")
    }
}

fn sentinel(master: u16, missed_after: Duration) -> (u16, Process) {
    let account = Account::of("redis");
    let (folder, port) = (account.folder("cloakroom-sentinel-"), free_port());
    let file = folder.join("sentinel.conf");
    let text = format!(
        "port {port}\n\
         bind 127.0.0.1\n\
         dir {}\n\
         sentinel monitor {MASTER} 127.0.0.1 {master} 2\n\
         sentinel down-after-milliseconds {MASTER} {}\n\
         sentinel failover-timeout {MASTER} 5000\n",
        folder.display(),
        missed_after.as_millis()
    );
    fs::write(&file, text).expect("the folder can be written");
    // A sentinel writes what it learns into its own file; nobody else comes into the folder.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).expect("the file is ours");
    let args = [file.as_os_str(), "--sentinel".as_ref()];
    let program = Path::new("/usr/bin/redis-server");
    let launch = || Process::start(account, &folder, "KILL", program, &args);
    let own = port.to_string();
    let ping = ["-e", "-h", "127.0.0.1", "-p", &own, "PING"];
    let is_up = || succeeds(Path::new("/usr/bin/redis-cli"), &ping);
    (port, Process::until_up(launch, is_up))
}

/// Whether a list of names and values, one a line, has this value under this name.
fn has(list: &str, name: &str, value: &str) -> bool {
    let mut lines = list.lines();
    lines.find(|line| *line == name).is_some() && lines.next() == Some(value)
}
