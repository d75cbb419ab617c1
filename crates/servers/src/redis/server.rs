//! One server.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::process::{Account, Process, free_port, succeeds};
use crate::small_disk::SmallDisk;

/// Stops in good order.
const STOP: &str = "TERM";

/// Stops at once: nobody will start it again.
const END: &str = "KILL";

/// A Redis server on loopback, which writes each command to its file before it answers.
///
/// Stopped and removed when it is dropped, or when this program ends.
#[derive(Debug)]
pub struct Redis {
    account: Account,
    folder: PathBuf,
    port: u16,
    more: Vec<String>,
    password: Option<String>,
    process: Option<Process>,
}

impl Redis {
    /// The one server that all tests of a program share.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Redis> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A new server, which answers.
    ///
    /// # Panics
    ///
    /// If Debian's package `redis-server` is not there, or the server does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
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

    /// A new server that lets in who has this password.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_password(password: &str) -> Self {
        let option = format!("--requirepass {password}");
        Self::start_as(&[&option], Some(password.to_owned()))
    }

    /// A new server whose file of commands lies on a small disk, with these options besides.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn start_with_data_on(disk: &SmallDisk, options: &[&str]) -> Self {
        let data = Account::of("redis").folder_on(disk, "data");
        let data = format!("--dir {}", data.display());
        Self::start_with(&[&[data.as_str()], options].concat())
    }

    fn start_as(options: &[&str], password: Option<String>) -> Self {
        let account = Account::of("redis");
        let mut server = Self {
            account,
            folder: account.folder("cloakroom-redis-"),
            port: free_port(),
            more: options.iter().map(|&option| option.to_owned()).collect(),
            password,
            process: None,
        };
        server.restart();
        server
    }

    /// How to reach it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port on loopback, which stays over a restart.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What it answers to a command, as `redis-cli` writes it where nobody looks on.
    ///
    /// # Panics
    ///
    /// If it answers with an error, or not at all.
    #[must_use]
    pub fn ask(&self, command: &[&str]) -> String {
        ask(self.port, command)
    }

    /// Ends it as `kill -9` does. Its data stays.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.end("KILL");
        }
    }

    /// Stops it in the midst of what it does, until it is [continued](Self::go_on).
    pub fn pause(&self) {
        if let Some(process) = &self.process {
            process.signal("STOP");
        }
    }

    /// Lets it go on after a [pause](Self::pause).
    pub fn go_on(&self) {
        if let Some(process) = &self.process {
            process.signal("CONT");
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
        let port = self.port.to_string();
        let mut ping = vec!["-e", "-h", "127.0.0.1", "-p", &port];
        if let Some(password) = &self.password {
            ping.extend(["--no-auth-warning", "-a", password]);
        }
        ping.push("PING");
        let is_up = || succeeds(cli(), &ping);
        self.process = Some(Process::until_up(|| self.launch(), is_up));
    }

    fn launch(&self) -> Process {
        let mut args = vec![
            format!("--port {}", self.port),
            "--bind 127.0.0.1".to_owned(),
            format!("--dir {}", self.folder.display()),
            "--save ''".to_owned(),
            "--appendonly yes".to_owned(),
            "--appendfsync always".to_owned(),
        ];
        args.extend(self.more.iter().cloned());
        // Each option and each of its values is an argument of its own.
        let args: Vec<&str> = args.iter().flat_map(|option| option.split(' ')).collect();
        let args: Vec<&str> = args
            .iter()
            .map(|arg| if *arg == "''" { "" } else { *arg })
            .collect();
        let program = Path::new("/usr/bin/redis-server");
        Process::start(self.account, &self.folder, END, program, &args)
    }
}

/// What the server on a port answers to a command.
pub(super) fn ask(port: u16, command: &[&str]) -> String {
    let output = Command::new(cli())
        .args(["-e", "-h", "127.0.0.1", "-p", &port.to_string()])
        .args(command)
        .stdin(Stdio::null())
        .output()
        .expect("redis-cli can be run");
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{command:?}: {answer}");
    answer
}

fn cli() -> &'static Path {
    Path::new("/usr/bin/redis-cli")
}
