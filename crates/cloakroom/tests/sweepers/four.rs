//! What four processes tell of their sweeps, and what is asked of it.
//!
//! * **Nothing waits for time to pass** but for what the processes tell, and for that with a bound.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use cloakroom::{Clock as _, Storage, SystemClock, Timestamp};
use cloakroom_storage::{CreateOutcome, ProofHash, Record, Scope, StorageKey};

use crate::child::{BEGAN, EVERY, STOPPED, SWEPT, WORD, start};

const PROCESSES: usize = 4;

/// So many sessions ended long ago: some dozens of batches.
const DEAD: u32 = 300;

/// How many sweeps are counted when there is nothing to remove.
const COUNTED: usize = 6;

/// How long it is waited for the next thing that a process tells.
const AT_MOST: Duration = Duration::from_secs(20);

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Something that a process told.
#[derive(Clone, Debug)]
struct Told {
    by: usize,
    what: String,
    removed: u32,
    at: Timestamp,
}

struct Processes {
    children: Vec<Child>,
    telling: Receiver<Told>,
    /// All that was told until now.
    told: Vec<Told>,
}

/// Four processes sweep one storage: each record that ended is removed, no two sweep at a time, there
/// are as many sweeps as intervals, and another one takes over from one that is killed.
pub(crate) async fn one_of_four_sweeps(storage: &impl Storage, place: &str) {
    make_ended(storage, 0).await;
    let mut processes = Processes::start(place);
    let mut removed = 0;
    while removed < DEAD {
        removed += processes.until(SWEPT).removed;
    }
    assert_eq!(removed, DEAD, "each is removed once");
    let counted = processes.count();

    // What is there by now ended long ago; whoever begins to remove it is killed.
    make_ended(storage, DEAD).await;
    let ready = SystemClock.now();
    let mut killed = processes.until(BEGAN);
    while killed.at < ready {
        // Told while the sessions were made.
        killed = processes.until(BEGAN);
    }
    let killed_at = SystemClock.now();
    processes.kill(killed.by);
    let next = processes.until_by_another(killed.by);
    let waited = next.at.saturating_since(killed_at);
    assert!(waited > EVERY / 8, "the lease is waited for: {waited:?}");
    while processes.until(SWEPT).by != next.by {}

    let by_process = processes.stop(killed.by);
    let left = storage.sweep(SystemClock.now(), 10_000).await.unwrap();
    assert_eq!(left, 0, "all that ended long ago is removed");
    println!("{counted} sweeps; by process {by_process:?}; taken over after {waited:?}");
}

/// Sessions that ended two hours ago.
async fn make_ended(storage: &impl Storage, from: u32) {
    let began = SystemClock.now().saturating_sub(3 * HOUR);
    for number in from..from + DEAD {
        let (scope, proof) = (Scope::new("shop/cart"), ProofHash::new([1; 32]));
        let mut record = Record::new(scope, proof, began, b"cart".as_slice());
        record.absolute_deadline = Some(began.saturating_add(HOUR));
        let mut hash = [1; 32];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        let key = StorageKey::hash(hash);
        let made = storage.create(&key, &record, None, began).await.unwrap();
        assert!(matches!(made, CreateOutcome::Created(_)), "{made:?}");
    }
}

impl Processes {
    fn start(place: &str) -> Self {
        let (tell, telling) = channel();
        let children = (0..PROCESSES)
            .map(|by| {
                let mut child = start(place);
                let lines = BufReader::new(child.stdout.take().unwrap()).lines();
                let tell = tell.clone();
                let _listens = thread::spawn(move || listen(by, lines, &tell));
                child
            })
            .collect();
        Self {
            children,
            telling,
            told: Vec::new(),
        }
    }

    /// The next thing that is told, which no other sweep may be in the way of.
    fn next(&mut self) -> Told {
        let told = self.telling.recv_timeout(AT_MOST);
        let told = told.expect("the processes tell of their sweeps");
        let known = [BEGAN, SWEPT, STOPPED].contains(&told.what.as_str());
        assert!(known, "process {} told: {}", told.by, told.what);
        self.told.push(told.clone());
        told
    }

    /// Waits until this is told.
    fn until(&mut self, what: &str) -> Told {
        loop {
            let told = self.next();
            if told.what == what {
                return told;
            }
        }
    }

    /// Waits until another one begins to sweep.
    fn until_by_another(&mut self, by: usize) -> Told {
        loop {
            let told = self.until(BEGAN);
            if told.by != by {
                return told;
            }
        }
    }

    /// Counts sweeps and intervals: one for each, whoever it is.
    fn count(&mut self) -> usize {
        let began: Vec<_> = (0..COUNTED).map(|_| self.until(BEGAN).at).collect();
        self.until(SWEPT);
        let (first, last) = (began[0], began[COUNTED - 1]);
        let took = last.saturating_since(first);
        let intervals = EVERY * u32::try_from(COUNTED - 1).unwrap();
        // A lease is taken a moment before it is told.
        assert!(took >= intervals.mul_f64(0.9), "too many: {took:?}");
        assert!(took <= intervals.mul_f64(6.0), "too few: {took:?}");
        COUNTED
    }

    fn kill(&mut self, by: usize) {
        self.children[by].kill().unwrap();
        self.children[by].wait().unwrap();
    }

    /// Ends all but the one that was killed, in good order, and looks at all that was told. Gives
    /// how often each swept.
    fn stop(mut self, killed: usize) -> Vec<usize> {
        for (by, child) in self.children.iter_mut().enumerate() {
            drop(child.stdin.take());
            let status = child.wait().unwrap();
            assert!(by == killed || status.success(), "process {by}: {status}");
        }
        self.told.extend(self.telling.iter());
        let stopped = self.told.iter().filter(|told| told.what == STOPPED);
        assert_eq!(stopped.count(), PROCESSES - 1);
        assert_apart(&self.told, killed);
        let sweeps = |by| {
            self.told
                .iter()
                .filter(move |it| it.by == by && it.what == BEGAN)
        };
        (0..PROCESSES).map(|by| sweeps(by).count()).collect()
    }
}

impl Drop for Processes {
    /// None is left behind where an assertion fails.
    fn drop(&mut self) {
        for child in &mut self.children {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn listen(by: usize, lines: impl Iterator<Item = std::io::Result<String>>, tell: &Sender<Told>) {
    for line in lines.map_while(Result::ok) {
        // The test's own line may stand before it.
        let Some((_, line)) = line.split_once(WORD) else {
            continue;
        };
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap();
        let told = Told {
            by,
            what: word().to_owned(),
            removed: word().parse().unwrap(),
            at: Timestamp::from_millis(word().parse().unwrap()),
        };
        if tell.send(told).is_err() {
            return;
        }
    }
}

/// No sweep begins before the one before it has ended, or its process.
fn assert_apart(told: &[Told], killed: usize) {
    let mut began = HashMap::new();
    let mut sweeps = Vec::new();
    for told in told {
        if told.what == BEGAN {
            began.insert(told.by, told.at);
        } else if told.what == SWEPT {
            sweeps.push((began.remove(&told.by).unwrap(), told.at));
        }
    }
    let unfinished: Vec<_> = began.into_iter().collect();
    assert!(
        unfinished.iter().all(|(by, _)| *by == killed),
        "{unfinished:?}"
    );
    sweeps.extend(unfinished.iter().map(|(_, at)| (*at, *at)));
    sweeps.sort();
    for two in sweeps.windows(2) {
        assert!(two[0].1 <= two[1].0, "two swept at a time: {two:?}");
    }
}
