//! Several ways of doing one thing, timed beside each other.

use std::env;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::must::Must;

/// How long one sample lasts.
const SAMPLE: Duration = Duration::from_micros(500);

/// How many samples of each contender are taken, unless a race says otherwise.
const ROUNDS: usize = 601;

/// How many samples are done untimed before each that counts, where a contender is another process.
///
/// Who comes after such a one finds its threads asleep and its caches cold. With 1 the ratio of two others
/// was still another one than without that process; with 4, and with 16, it was the same.
const WARMING: u32 = 4;

/// One way of doing the work of a table.
pub struct Contender<'a> {
    name: &'static str,
    /// Does the work so many times, and says how long that took.
    time: Box<dyn FnMut(u32) -> Duration + 'a>,
    /// Whether it is another process.
    is_process: bool,
}

impl<'a> Contender<'a> {
    /// A contender of this name that does `work`, whose answer is not optimised away.
    pub fn new<T>(name: &'static str, mut work: impl FnMut() -> T + 'a) -> Self {
        Self {
            name,
            time: Box::new(move |times| time_of(times, &mut work)),
            is_process: false,
        }
    }

    /// A contender that times itself, since it is another process: `time` is how long it takes to do
    /// the work so many times.
    pub fn timed(name: &'static str, time: impl FnMut(u32) -> Duration + 'a) -> Self {
        Self {
            name,
            time: Box::new(time),
            is_process: true,
        }
    }

    /// How often the work fits into a sample.
    fn fit(&mut self) -> u32 {
        let mut times = 1;
        while (self.time)(times) < SAMPLE && times < 1 << 24 {
            times *= 2;
        }
        times.div_ceil(2)
    }
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Contender").field(&self.name).finish()
    }
}

/// How long it takes to do `work` so many times; its answer is not optimised away.
pub fn time_of<T>(times: u32, mut work: impl FnMut() -> T) -> Duration {
    let begin = now();
    for _ in 0..times {
        // Dropping the answer is part of the work, as it is in a server.
        drop(black_box(work()));
    }
    now().saturating_duration_since(begin)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is the machine's time"
)]
fn now() -> Instant {
    Instant::now()
}

/// The contenders of one table.
#[derive(Debug)]
pub struct Race<'a> {
    title: String,
    rounds: usize,
    contenders: Vec<Contender<'a>>,
}

impl<'a> Race<'a> {
    /// A table without contenders; `None` if the command line asks for others.
    #[must_use]
    pub fn of(title: impl Into<String>) -> Option<Self> {
        let title = title.into();
        let mut words = env::args().skip(1).filter(|word| !word.starts_with('-'));
        let wanted = words.next().is_none_or(|word| title.contains(&word));
        wanted.then(|| Self {
            title,
            rounds: ROUNDS,
            contenders: Vec::new(),
        })
    }

    /// Takes so many samples of each contender: fewer, where one lasts long.
    #[must_use]
    pub const fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// Adds a contender.
    #[must_use]
    pub fn with<T>(self, name: &'static str, work: impl FnMut() -> T + 'a) -> Self {
        self.with_contender(Contender::new(name, work))
    }

    /// Adds a contender that may time itself.
    #[must_use]
    pub fn with_contender(mut self, contender: Contender<'a>) -> Self {
        self.contenders.push(contender);
        self
    }

    /// Times all of them, interleaved.
    #[must_use]
    pub fn run(mut self) -> Table {
        let fits: Vec<u32> = self.contenders.iter_mut().map(Contender::fit).collect();
        let mut contenders = self.contenders.iter();
        let has_process = contenders.any(|contender| contender.is_process);
        let untimed = if has_process { WARMING } else { 0 };
        let mut samples = vec![Vec::with_capacity(self.rounds); fits.len()];
        for round in 0..self.rounds {
            let all = self.contenders.iter_mut().zip(&fits).zip(&mut samples);
            let mut all: Vec<_> = all.collect();
            let first = round % all.len().max(1);
            all.rotate_left(first);
            for ((contender, times), samples) in all {
                for _ in 0..untimed {
                    let _time = (contender.time)(*times);
                }
                let nanos = (contender.time)(*times).as_nanos() as f64;
                samples.push(nanos / f64::from(*times));
            }
        }
        let names = self.contenders.iter().map(|contender| contender.name);
        Table {
            title: self.title,
            rows: names.zip(samples).map(Row::of).collect(),
        }
    }
}

/// What a race came to.
#[derive(Clone, Debug)]
pub struct Table {
    title: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: &'static str,
    min: f64,
    median: f64,
}

impl Row {
    fn of((name, mut samples): (&'static str, Vec<f64>)) -> Self {
        samples.sort_by(f64::total_cmp);
        let at = |index: usize| samples.get(index).copied().unwrap_or(f64::NAN);
        Self {
            name,
            min: at(0),
            median: at(samples.len() / 2),
        }
    }
}

impl Table {
    /// The least nanoseconds that the contender of this name took.
    ///
    /// # Panics
    ///
    /// If there is no such contender.
    #[must_use]
    #[track_caller]
    pub fn nanos(&self, name: &str) -> f64 {
        let mut rows = self.rows.iter();
        rows.find(|row| row.name == name).must().min
    }
}

/// Nanoseconds, and each row's excess over the first.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = &self.title;
        writeln!(
            f,
            "\n{title:<52} {:>8} {:>8} {:>9}",
            "min ns", "median", "over 1st"
        )?;
        let first = self.rows.first().map_or(0.0, |row| row.min);
        for Row { name, min, median } in &self.rows {
            let over = min - first;
            writeln!(f, "  {name:<50} {min:>8.0} {median:>8.0} {over:>+9.0}")?;
        }
        Ok(())
    }
}
