//! A PostgreSQL server of its own.
//!
//! * **As it comes**, but for its address, its port and the number of connections: what a test
//!   shows holds for a server that nobody has tuned.
//! * **A password that is asked for**, so that a test can show that it is written nowhere.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::process::{Account, Process, free_port, succeeds};
use crate::small_disk::SmallDisk;

/// Ends every connection and stops in good order.
const STOP: &str = "INT";

/// Stops at once: nobody will start it again.
const END: &str = "QUIT";

/// A PostgreSQL server on loopback, with one user and one empty database.
///
/// Stopped and removed when it is dropped, or when this program ends.
#[derive(Debug)]
pub struct Postgres {
    account: Account,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Postgres {
    /// The password of its user, which is part of [`url`](Self::url).
    pub const PASSWORD: &str = "open-sesame";

    /// The one server that all tests of a program share.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A new server, which answers.
    ///
    /// # Panics
    ///
    /// If Debian's package `postgresql` is not there, or the server does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as(None)
    }

    /// A new server whose tables lie on a small disk, and nothing else.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_tables_on(disk: &SmallDisk) -> Self {
        let server = Self::start();
        let folder = server.account.folder_on(disk, "tables");
        let tables = format!("CREATE TABLESPACE small LOCATION '{}'", folder.display());
        let for_all = "ALTER ROLE shop SET default_tablespace = small";
        let address = server.url();
        let args = [&address, "-c", &tables, "-c", for_all];
        server.account.run(&server.programs.join("psql"), &args);
        server
    }

    /// A new server whose log of changes (WAL) lies on a small disk, in files of 1 MiB, and nothing
    /// else. It keeps some ten of them.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_log_on(disk: &SmallDisk) -> Self {
        Self::start_as(Some(disk))
    }

    fn start_as(log_on: Option<&SmallDisk>) -> Self {
        let account = Account::of("postgres");
        let folder = account.folder("cloakroom-postgres-");
        let programs = programs();
        let password = folder.join("password");
        fs::write(&password, Self::PASSWORD).expect("the folder is ours");
        let data = folder.join("data");
        let mut args = vec![
            "--username=shop".to_owned(),
            "--auth=password".to_owned(),
            "--encoding=UTF8".to_owned(),
            "--no-sync".to_owned(),
            format!("--pwfile={}", password.display()),
            format!("--pgdata={}", data.display()),
        ];
        if let Some(disk) = log_on {
            let log = account.folder_on(disk, "log");
            args.push(format!("--waldir={}", log.display()));
            args.push("--wal-segsize=1".to_owned());
        }
        account.run(&programs.join("initdb"), &args);
        let mut server = Self {
            account,
            folder,
            programs,
            port: free_port(),
            process: None,
        };
        server.restart();
        server
    }

    /// How to reach it: user, password, address and database.
    #[must_use]
    pub fn url(&self) -> String {
        let (password, port) = (Self::PASSWORD, self.port);
        format!("postgres://shop:{password}@127.0.0.1:{port}/postgres?sslmode=disable")
    }

    /// Its port on loopback, which stays over a restart.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as `kill -9` does. Its data stays.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.end("KILL");
        }
    }

    /// Whether it has gone down, by itself or killed.
    #[must_use]
    pub fn is_down(&self) -> bool {
        !self.process.as_ref().is_some_and(Process::is_running)
    }

    /// Starts it again, on the same port and with the same data, and waits until it answers.
    pub fn restart(&mut self) {
        if let Some(process) = self.process.take() {
            process.end(STOP);
        }
        let is_ready = self.programs.join("pg_isready");
        let address = ["--host=127.0.0.1", &format!("--port={}", self.port)];
        let is_up = || succeeds(&is_ready, &address);
        self.process = Some(Process::until_up(|| self.launch(), is_up));
    }

    fn launch(&self) -> Process {
        let data = self.folder.join("data");
        let args = [
            "-D".to_owned(),
            data.display().to_string(),
            "-p".to_owned(),
            self.port.to_string(),
            "-c".to_owned(),
            "listen_addresses=127.0.0.1".to_owned(),
            "-c".to_owned(),
            "unix_socket_directories=".to_owned(),
            "-c".to_owned(),
            "max_connections=300".to_owned(),
        ];
        let program = self.programs.join("postgres");
        Process::start(self.account, &self.folder, END, &program, &args)
    }
}

/// Where Debian keeps the programs of the newest version that is installed.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql");
    let versions = versions.expect("Debian's package postgresql is installed");
    let versions = versions.flatten().map(|version| version.path());
    let newest = versions.max_by_key(|version| number(version));
    newest
        .expect("a version of PostgreSQL is installed")
        .join("bin")
}

fn number(version: &Path) -> u32 {
    let name = version.file_name().unwrap_or_default();
    name.to_string_lossy().parse().unwrap_or_default()
}
