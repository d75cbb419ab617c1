//! A server's process: started under an account of its own, killed when told, gone when we are.
//!
//! * **A guard outlives us.** The server is the child of a small shell script that reads from us.
//!   When we end, in whichever way, it reads the end of its input, stops the server and removes
//!   its folder. So a server in a `static`, which is never dropped, does not stay behind either.
//! * **Nobody else is hit.** The guard signals its own child, whose number cannot be given to
//!   another process before the guard has waited for it.
//! * **Never as root**: `initdb` and `mariadbd` refuse it. As root, a server gets the user that its
//!   package made, by `setpriv`, which becomes the server; otherwise our own.
//! * **Everything is bounded in time**, and what fails says what the server wrote.

#![expect(clippy::panic, clippy::expect_used, reason = "how a test fails")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::small_disk::SmallDisk;
use crate::until::pause;

/// How often it is asked whether a server answers.
const ATTEMPTS: usize = 1_200;

/// The ports that servers get.
const FIRST_PORT: u32 = 12_000;
const PORTS: u32 = 20_000;

/// Starts the server, and ends it: by the signal that it is told, or, where we have ended, by the
/// server's own, and then it removes the folder.
const GUARD: &str = r#"
folder=$1 stop=$2
shift 2
trap : HUP INT TERM
"$@" </dev/null >>"$folder/log" 2>&1 &
server=$!
echo "$server"
read -r order
kill -s "${order:-$stop}" "$server" 2>/dev/null
(sleep 20; kill -s KILL "$server") </dev/null >/dev/null 2>&1 &
timer=$!
wait "$server"
kill "$timer" 2>/dev/null
[ -n "$order" ] || rm -rf "$folder" || { sleep 1; rm -rf "$folder"; }
"#;

/// Whom a server runs as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account(Option<&'static str>);

/// A running server.
#[derive(Debug)]
pub(crate) struct Process {
    guard: Child,
    orders: Option<ChildStdin>,
    pid: u32,
    folder: PathBuf,
}

impl Account {
    /// The user that a Debian package made for its server, where we are root; else ours.
    pub(crate) fn of(user: &'static str) -> Self {
        let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        Self(is_root.then_some(user))
    }

    /// A new temporary folder of this account, which nobody else reads.
    pub(crate) fn folder(self, prefix: &str) -> PathBuf {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir()
            .expect("a temporary folder can be made")
            .keep();
        self.give(&folder);
        folder
    }

    /// A new folder of this account on a small disk.
    pub(crate) fn folder_on(self, disk: &SmallDisk, name: &str) -> PathBuf {
        let folder = disk.path().join(name);
        fs::create_dir(&folder).expect("the disk is ours");
        self.give(&folder);
        folder
    }

    fn give(self, folder: &Path) {
        if let Some(user) = self.0 {
            let (uid, gid) = (id(user, "-u"), id(user, "-g"));
            chown(folder, Some(uid), Some(gid)).expect("root may give a folder away");
        }
    }

    /// Runs a program of the server's package to its end, which must be a good one.
    pub(crate) fn run<A: AsRef<OsStr>>(self, program: &Path, args: &[A]) {
        let mut command = self.command(program);
        command.args(args).env("LC_ALL", "C").stdin(Stdio::null());
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
        let (out, err) = (lossy(&output.stdout), lossy(&output.stderr));
        let name = program.display();
        assert!(output.status.success(), "{name} failed:\n{out}\n{err}");
    }

    /// A command that runs `program` as this account.
    fn command(self, program: &Path) -> Command {
        let Some(user) = self.0 else {
            return Command::new(program);
        };
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", user, "--regid", &id(user, "-g").to_string()])
            .args(["--init-groups", "--"])
            .arg(program);
        command
    }
}

impl Process {
    /// Starts a server that keeps its data in `folder`, writes its log to `log` in there, and ends
    /// by the signal `stop`.
    pub(crate) fn start<A: AsRef<OsStr>>(
        account: Account,
        folder: &Path,
        stop: &str,
        program: &Path,
        args: &[A],
    ) -> Self {
        let server = account.command(program);
        let mut guard = Command::new("sh")
            .args([OsStr::new("-c"), OsStr::new(GUARD), OsStr::new("guard")])
            .args([folder.as_os_str(), OsStr::new(stop)])
            .arg(server.get_program())
            .args(server.get_args())
            .args(args)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh can be run");
        let orders = guard.stdin.take();
        let answers = guard.stdout.take().expect("its output is a pipe");
        let mut pid = String::new();
        BufReader::new(answers)
            .read_line(&mut pid)
            .expect("the guard gives the server's number");
        Self {
            guard,
            orders,
            pid: pid.trim().parse().expect("a number"),
            folder: folder.to_path_buf(),
        }
    }

    /// A server that answers, which `is_up` finds out; started again where it ended first, as one
    /// does that finds what a killed one has not yet let go.
    pub(crate) fn until_up(launch: impl Fn() -> Self, is_up: impl Fn() -> bool) -> Self {
        let mut process = launch();
        for _ in 0..ATTEMPTS {
            if is_up() {
                return process;
            }
            pause();
            if !process.is_running() {
                process.end("KILL");
                process = launch();
            }
        }
        panic!("the server does not answer:\n{}", process.log());
    }

    /// Ends the server by a signal (`KILL` as `kill -9` does) and leaves its folder as it is.
    pub(crate) fn end(mut self, signal: &str) {
        if let Some(mut orders) = self.orders.take() {
            // It fails where the guard is gone, and then there is nothing to end.
            writeln!(orders, "{signal}").ok();
        }
        self.guard.wait().ok();
    }

    /// Sends a signal that does not end the server, as `STOP` and `CONT`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = succeeds(Path::new("kill"), &["-s", signal, &self.pid.to_string()]);
        assert!(sent, "the server is there");
    }

    /// Whether the server has not ended by itself.
    pub(crate) fn is_running(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        // The state comes after the name, which is in parentheses.
        let state = stat.rsplit(") ").next().unwrap_or_default();
        !state.is_empty() && !state.starts_with(['Z', 'X'])
    }

    fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        let from = log.len().saturating_sub(4_000);
        lossy(log.get(from..).unwrap_or_default())
    }
}

impl Drop for Process {
    /// Stops the server and removes its folder, where that was not done in another way.
    fn drop(&mut self) {
        drop(self.orders.take());
        self.guard.wait().ok();
    }
}

/// A port of this machine that was free just now, and that this program is given only once.
///
/// It lies below the ports that systems give to outgoing connections, which would take it between
/// now and the start of the server, or between a kill and a restart.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PORTS {
        // Programs that run at once begin at different places.
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = std::process::id().wrapping_mul(97).wrapping_add(step) % PORTS;
        let port = u16::try_from(FIRST_PORT + place).expect("the ports are of 16 bits");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

/// Whether a program is run to a good end; what it writes goes nowhere.
pub(crate) fn succeeds<A: AsRef<OsStr>>(program: &Path, args: &[A]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A number of a user or of its group, as `id` gives it.
fn id(user: &str, which: &str) -> u32 {
    let output = Command::new("id").args([which, user]).output();
    let output = output.expect("id can be run");
    let number = lossy(&output.stdout);
    number
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("there is no user {user}; its package makes it"))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
