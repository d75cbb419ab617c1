//! A contender that is a process of its own, and times itself.
//!
//! * **A line for a line.** It says `ready`, then answers each line of its standard input with one line
//!   of its standard output, and ends when there are no more. What it does not know it answers with
//!   `unknown: ` and the line.
//! * **`round NAME COUNT`** is answered with the nanoseconds of one turn, over so many turns. So the pipe is
//!   in no time.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::must::Must as _;

/// How long any answer is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

const READY: &str = "ready";

const UNKNOWN: &str = "unknown";

/// Such a process, as who races sees it; ended when it is dropped.
#[derive(Debug)]
pub struct Peer {
    process: Child,
    lines: ChildStdin,
    answers: Receiver<String>,
}

impl Peer {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    ///
    /// Those of starting a process, and [`ErrorKind::TimedOut`] if it does not get ready.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut lines = BufReader::new(process.stdout.take().must()).lines();
        let (sender, answers) = channel();
        // Ends with the process, whose output it is.
        thread::spawn(move || lines.try_for_each(|line| sender.send(line.ok()?).ok()));
        let new = Self {
            lines: process.stdin.take().must(),
            process,
            answers,
        };
        if new.answer().is_some_and(|line| line == READY) {
            Ok(new)
        } else {
            let error = "the timing program does not get ready";
            Err(io::Error::new(ErrorKind::TimedOut, error))
        }
    }

    /// The answer to a line.
    ///
    /// # Panics
    ///
    /// If there is none in time, or the line is not known.
    #[track_caller]
    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.lines, "{line}").must();
        let answer = self.answer().must();
        assert!(!answer.starts_with(UNKNOWN), "{answer}");
        answer
    }

    /// The time that its work of this name takes, done so many times.
    ///
    /// # Panics
    ///
    /// As [`ask`](Self::ask), or if the answer is no number.
    #[track_caller]
    pub fn time(&mut self, name: &str, times: u32) -> Duration {
        let answer = self.ask(&format!("round {name} {times}"));
        let nanos: f64 = answer.parse().must();
        Duration::from_nanos((nanos * f64::from(times)) as u64)
    }

    fn answer(&self) -> Option<String> {
        self.answers.recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It has nothing to lose, and may have ended.
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The other side of a [`Peer`], for one in Rust: `answer` gives the answer to a line, `round` the time
/// of the work of a name, done so many times; each `None` for what it does not know.
///
/// # Errors
///
/// Those of standard input and output.
pub fn serve(
    answer: impl Fn(&str) -> Option<String>,
    mut round: impl FnMut(&str, u32) -> Option<Duration>,
) -> io::Result<()> {
    let mut output = io::stdout();
    writeln!(output, "{READY}")?;
    for line in io::stdin().lines() {
        let line = line?;
        let nanos = || {
            let (name, times) = line.strip_prefix("round ")?.split_once(' ')?;
            let times = times.parse().ok().filter(|&times| times > 0)?;
            let time = round(name, times)?.as_nanos() as f64;
            Some((time / f64::from(times)).to_string())
        };
        match answer(&line).or_else(nanos) {
            Some(answer) => writeln!(output, "{answer}")?,
            None => writeln!(output, "{UNKNOWN}: {line}")?,
        }
    }
    Ok(())
}
