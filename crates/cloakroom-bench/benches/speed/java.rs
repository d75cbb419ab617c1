//! Real Ktor, timed by itself on a Java virtual machine: `interop/ktor/v3`, which its README
//! describes.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use cloakroom_bench::Must as _;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../interop/ktor");

/// How long any answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The status of `build.sh` where Java or Maven is missing.
const MISSING: i32 = 3;

const REMEDY: &str = "install the Debian packages: openjdk-17-jdk-headless maven";

const BY_HAND: &str = "run it by hand, as interop/ktor/README.md says";

/// A machine that answers one line with one line; ended when it is dropped.
pub(crate) struct Java {
    process: Child,
    lines: ChildStdin,
    answers: Receiver<String>,
}

impl Java {
    /// Builds what is not built and starts it; or why that cannot be, and what helps.
    pub(crate) fn start() -> Result<Self, String> {
        build()?;
        let jar = Path::new(FOLDER).join("v3/target/ktor-v3.jar");
        let mut command = Command::new("java");
        command.arg("-jar").arg(jar).arg("bench");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("java is missing; {REMEDY}"),
            _ => format!("java does not start ({error}); {REMEDY}"),
        })?;
        let mut lines = BufReader::new(process.stdout.take().must()).lines();
        let (sender, answers) = channel();
        // Ends with the process, whose output it is.
        thread::spawn(move || lines.try_for_each(|line| sender.send(line.ok()?).ok()));
        let new = Self {
            lines: process.stdin.take().must(),
            process,
            answers,
        };
        match new.answer() {
            Some(line) if line == "ready" => Ok(new),
            _ => Err(format!("the timing program does not get ready; {BY_HAND}")),
        }
    }

    /// The answer to a line.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        writeln!(self.lines, "{line}").must();
        let answer = self.answer().must();
        assert!(!answer.starts_with("unknown"), "{answer}");
        answer
    }

    /// The time that the work on a content takes, done so many times.
    pub(crate) fn time(&mut self, content: &str, times: u32) -> Duration {
        let answer = self.ask(&format!("round {content} {times}"));
        let nanos: f64 = answer.parse().must();
        Duration::from_nanos((nanos * f64::from(times)) as u64)
    }

    fn answer(&self) -> Option<String> {
        self.answers.recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Java {
    fn drop(&mut self) {
        // It has nothing to lose, and may have ended.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

fn build() -> Result<(), String> {
    let built = Command::new(Path::new(FOLDER).join("build.sh")).output();
    let built = built.map_err(|error| format!("build.sh does not run ({error}); {BY_HAND}"))?;
    match built.status.code() {
        Some(0) => Ok(()),
        Some(MISSING) => Err(String::from_utf8_lossy(&built.stderr).trim().to_owned()),
        _ => Err(format!("build.sh fails; {BY_HAND}")),
    }
}
