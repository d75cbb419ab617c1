//! A MariaDB server of its own.
//!
//! * **As it comes**, but for its address, its port and the number of connections: what a test
//!   shows holds for a server that nobody has tuned.
//! * **Its user may do everything in its database** and nothing else, as an application's may.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::process::{Account, Process, free_port, succeeds};
use crate::small_disk::SmallDisk;

/// Stops in good order.
const STOP: &str = "TERM";

/// Stops at once: nobody will start it again.
const END: &str = "KILL";

/// A MariaDB server on loopback, with one user and one empty database.
///
/// Stopped and removed when it is dropped, or when this program ends.
#[derive(Debug)]
pub struct MariaDb {
    account: Account,
    folder: PathBuf,
    port: u16,
    more: Vec<String>,
    process: Option<Process>,
}

impl MariaDb {
    /// The password of its user, which is part of [`url`](Self::url).
    pub const PASSWORD: &str = "open-sesame";

    /// The one server that all tests of a program share.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A new server, which answers.
    ///
    /// # Panics
    ///
    /// If Debian's package `mariadb-server` is not there, or the server does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_as(&[], None)
    }

    /// A new server with these options besides, as on its command line.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with(options: &[&str]) -> Self {
        Self::start_as(options, None)
    }

    /// A new server whose tables lie on a small disk, and nothing else.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_tables_on(disk: &SmallDisk) -> Self {
        Self::start_as(&[], Some(disk))
    }

    fn start_as(options: &[&str], tables_on: Option<&SmallDisk>) -> Self {
        let account = Account::of("mysql");
        let folder = account.folder("cloakroom-mariadb-");
        let data = format!("--datadir={}", folder.join("data").display());
        // Two servers that share a folder for temporary tables take each other's.
        let temporary = format!("--tmpdir={}", folder.display());
        let install = Path::new("/usr/bin/mariadb-install-db");
        let lean = [
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ];
        account.run(
            install,
            &[&lean[..], &[&data, &temporary], options].concat(),
        );
        if let Some(disk) = tables_on {
            // A database is a folder.
            let tables = account.folder_on(disk, "shop");
            symlink(tables, folder.join("data/shop")).expect("root may write there");
        }
        fs::write(folder.join("init.sql"), accounts()).expect("the folder is ours");
        let mut server = Self {
            account,
            folder,
            port: free_port(),
            more: options.iter().map(|&option| option.to_owned()).collect(),
            process: None,
        };
        server.restart();
        server
    }

    /// How to reach it: user, password, address and database.
    #[must_use]
    pub fn url(&self) -> String {
        let (password, port) = (Self::PASSWORD, self.port);
        format!("mysql://shop:{password}@127.0.0.1:{port}/shop")
    }

    /// The same for a user who may change the server's settings.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.url().replace("shop:", "admin:")
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
        let ping = [
            "--no-defaults".to_owned(),
            "--protocol=tcp".to_owned(),
            "--host=127.0.0.1".to_owned(),
            format!("--port={}", self.port),
            "--user=shop".to_owned(),
            format!("--password={}", Self::PASSWORD),
            "ping".to_owned(),
        ];
        let admin = Path::new("/usr/bin/mariadb-admin");
        let is_up = || succeeds(admin, &ping);
        self.process = Some(Process::until_up(|| self.launch(), is_up));
    }

    fn launch(&self) -> Process {
        let within = |name: &str| self.folder.join(name).display().to_string();
        let mut args = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={}", within("data")),
            format!("--socket={}", within("socket")),
            format!("--pid-file={}", within("pid")),
            format!("--init-file={}", within("init.sql")),
            format!("--tmpdir={}", self.folder.display()),
            format!("--port={}", self.port),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--max-connections=300".to_owned(),
        ];
        args.extend(self.more.iter().cloned());
        let program = Path::new("/usr/sbin/mariadbd");
        Process::start(self.account, &self.folder, END, program, &args)
    }
}

/// What the server runs whenever it starts.
fn accounts() -> String {
    let password = MariaDb::PASSWORD;
    format!(
        "CREATE DATABASE IF NOT EXISTS shop;\n\
         CREATE USER IF NOT EXISTS shop@'127.0.0.1' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON shop.* TO shop@'127.0.0.1';\n\
         CREATE USER IF NOT EXISTS admin@'127.0.0.1' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;\n"
    )
}
