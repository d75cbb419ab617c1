//! What happens at a step: something else, or the end of a child, which is this binary started again.

use std::cell::RefCell;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::super::step::Step;

const WORK: &str = "CLOAKROOM_CHILD_WORK";
const ROOT: &str = "CLOAKROOM_CHILD_ROOT";
const DIE: &str = "CLOAKROOM_CHILD_DIES";
const HERE: &str = "about to die";

/// Whether the work has begun at which the child is to die.
static IS_ARMED: AtomicBool = AtomicBool::new(false);

type Meanwhile = Box<dyn FnMut(Step)>;

thread_local! {
    static MEANWHILE: RefCell<Option<Meanwhile>> = const { RefCell::new(None) };
}

/// From here on this happens at each step of this thread.
pub(in crate::directory) fn meanwhile(happens: impl FnMut(Step) + 'static) {
    MEANWHILE.set(Some(Box::new(happens)));
}

/// Called at each step.
pub(in crate::directory) fn at(step: Step) {
    // Taken out, so that what happens may come to steps itself.
    if let Some(mut happens) = MEANWHILE.take() {
        happens(step);
        MEANWHILE.set(Some(happens));
    }
    die_at(step);
}

/// Waits here to be killed, if this is the time and place for it.
fn die_at(step: Step) {
    static PASSED: AtomicUsize = AtomicUsize::new(0);
    if !IS_ARMED.load(Ordering::SeqCst) {
        return;
    }
    let Ok(told) = env::var(DIE) else {
        return;
    };
    let (at, times) = told.split_once(' ').unwrap();
    if at != format!("{step:?}")
        || PASSED.fetch_add(1, Ordering::SeqCst) != times.parse::<usize>().unwrap()
    {
        return;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "\n{HERE}").unwrap();
    out.flush().unwrap();
    drop(out);
    // Its end never comes.
    let mut rest = Vec::new();
    io::stdin().read_to_end(&mut rest).unwrap();
    panic!("was to be killed");
}

/// From here on the child dies where it is told to.
pub(super) fn arm() {
    IS_ARMED.store(true, Ordering::SeqCst);
}

/// What this child has to do, and where.
pub(super) fn told() -> Option<(String, OsString)> {
    Some((env::var(WORK).ok()?, env::var_os(ROOT)?))
}

/// A child that does `work` below `root`, run by `program` where that is not this binary itself.
pub(super) fn child(program: &Path, work: &str, root: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args([
            "--exact",
            "directory::tests::work::a_child_does_the_work_that_it_is_told",
            "--nocapture",
        ])
        .env(WORK, work)
        .env(ROOT, root);
    command
}

/// This binary.
pub(super) fn this() -> std::path::PathBuf {
    env::current_exe().unwrap()
}

/// Runs a child that must succeed.
pub(super) fn succeeds(mut child: Command) {
    let mut tries = 0..100_000;
    let output: Output = loop {
        match child.output() {
            // A binary that was copied just now: another test's child, not yet what it is to become,
            // has it open for writing.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tries.next().unwrap();
                thread::yield_now();
            }
            output => break output.unwrap(),
        }
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "the child did nothing: {text}");
}

/// Runs a child and kills it at a step, when it has passed it so many times; whether it came there.
pub(super) fn is_killed_at(work: &str, root: &Path, step: Step, times: usize) -> bool {
    let mut child = child(&this(), work, root)
        .env(DIE, format!("{step:?} {times}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let is_there = output.lines().any(|line| line.unwrap() == HERE);
    if is_there {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert!(is_there || status.success(), "{work} failed: {status}");
    is_there
}
