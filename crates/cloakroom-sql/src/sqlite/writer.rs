//! The thread that writes.
//!
//! * **Where there is no room, the log makes some**: what it holds goes into the file, and it begins
//!   anew. So on a full disk sessions can be ended, for which the log would have to grow otherwise.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::{Connection, Error, Result};

use super::connection::{is_full, shared_error, storage_error, take_block};
use super::job::Job;
use super::prepared::Prepared;
use super::reader::Reader;
use crate::shared::args::{Args, Param, Value};
use crate::shared::backend::Call;
use crate::shared::row::{Cell, Row, count, number};
use crate::shared::schema::BLOCK;
use crate::shared::statements::{EXISTS, FULL, Statements};

/// How many calls are committed together at most.
const TOGETHER: usize = 64;

/// All calls, on the one connection that may change something.
pub(super) struct Writer<'c> {
    connection: &'c Connection,
    reader: Reader<'c>,
    verdict: Prepared<'c>,
    insert: Prepared<'c>,
    end_oldest: Prepared<'c>,
    update: Prepared<'c>,
    touch: Prepared<'c>,
    take: Prepared<'c>,
    remove: Prepared<'c>,
    raise_number: Prepared<'c>,
    spare: Prepared<'c>,
    count_others: Prepared<'c>,
    remove_others: Prepared<'c>,
    raise_floor: Prepared<'c>,
    sweep: Prepared<'c>,
    take_block: Prepared<'c>,
    begin: Prepared<'c>,
    commit: Prepared<'c>,
    write_back: Prepared<'c>,
    /// The versions that are ours to give.
    versions: std::ops::Range<i64>,
}

impl<'c> Writer<'c> {
    pub(super) fn new(connection: &'c Connection, statements: &Statements) -> Result<Self> {
        let prepare = |template: String| Prepared::new(connection, &template);
        Ok(Self {
            connection,
            reader: Reader::new(connection, statements)?,
            verdict: prepare(format!("SELECT {}", statements.verdict()))?,
            insert: prepare(statements.insert_over_ended())?,
            end_oldest: prepare(statements.end_oldest())?,
            update: prepare(statements.update())?,
            touch: prepare(statements.touch())?,
            take: prepare(statements.take())?,
            remove: prepare(statements.remove())?,
            raise_number: prepare(statements.raise_number())?,
            spare: prepare(statements.spare())?,
            count_others: prepare(format!("SELECT COUNT(*) {}", statements.live_others()))?,
            remove_others: prepare(statements.remove_others())?,
            raise_floor: prepare(statements.raise_floor())?,
            sweep: prepare(sweep(statements))?,
            take_block: prepare(take_block(&statements.names))?,
            begin: prepare("BEGIN IMMEDIATE".to_owned())?,
            commit: prepare("COMMIT".to_owned())?,
            write_back: prepare("PRAGMA wal_checkpoint(PASSIVE)".to_owned())?,
            versions: 0..0,
        })
    }

    /// Does what comes until nobody is left who could ask.
    pub(super) fn serve(&mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let waiting = jobs.try_iter().take(TOGETHER - 1);
            let together = std::iter::once(first).chain(waiting);
            self.work(together.filter(Job::is_awaited).collect());
        }
    }

    /// Does these calls in one transaction; where one of them fails, each in one of its own.
    fn work(&mut self, mut jobs: Vec<Job>) {
        let begun = match self.begin(&jobs) {
            Err(error) if is_full(&error) && self.makes_room() => self.begin(&jobs),
            begun => begun,
        };
        if let Err(error) = begun {
            let error = Arc::new(error);
            for job in jobs {
                job.answer(Err(shared_error(&error)));
            }
            return;
        }
        match self.run_all(&mut jobs) {
            Ok(answers) => {
                for (job, answer) in jobs.into_iter().zip(answers) {
                    job.answer(Ok(answer));
                }
            }
            Err(error) => {
                self.undo();
                self.after_failure(jobs, error);
            }
        }
    }

    fn after_failure(&mut self, mut jobs: Vec<Job>, error: Error) {
        if jobs.len() > 1 {
            jobs.into_iter().for_each(|job| self.work(vec![job]));
        } else if let Some(mut job) = jobs.pop() {
            let answer = if is_full(&error) && self.makes_room() {
                self.again(&mut job)
            } else {
                Err(error)
            };
            let answer = match answer {
                Err(error) if job.call == Call::Create && is_full(&error) => Ok(number(FULL)),
                answer => answer.map_err(storage_error),
            };
            job.answer(answer);
        }
    }

    /// Does a call once more, which was undone.
    fn again(&mut self, job: &mut Job) -> Result<Vec<Row>> {
        let job = std::slice::from_mut(job);
        self.begin(job)?;
        let answers = self.run_all(job);
        if answers.is_err() {
            self.undo();
        }
        Ok(answers?.pop().unwrap_or_default())
    }

    /// Writes what is in the log into the file, if that has room for it: the log begins anew, and need
    /// not grow. Nobody is waited for. Whether all of it is in the file.
    fn makes_room(&mut self) -> bool {
        let answer = self.write_back.rows(&Args::default());
        let answer = answer.ok().and_then(|rows| rows.into_iter().next());
        let Some([Cell::Int(0), Cell::Int(logged), Cell::Int(written)]) = answer.as_deref() else {
            return false;
        };
        logged == written
    }

    /// Takes versions where there are too few, and begins a transaction where one is needed.
    fn begin(&mut self, jobs: &[Job]) -> Result<()> {
        let needs_any = jobs.iter().any(|job| needs_version(job.call));
        if needs_any && self.versions.end - self.versions.start < TOGETHER as i64 {
            let rows = self.take_block.rows(&Args::default())?;
            if let Some([Cell::Int(first)]) = rows.first().map(Vec::as_slice) {
                self.versions = *first..first.saturating_add(BLOCK);
            }
        }
        if needs_transaction(jobs) {
            self.begin.execute(&Args::default())?;
        }
        Ok(())
    }

    fn run_all(&mut self, jobs: &mut [Job]) -> Result<Vec<Vec<Row>>> {
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs.iter_mut() {
            if needs_version(job.call) {
                job.args.new_version = self.versions.next();
            }
            answers.push(self.run(job.call, &job.args)?);
        }
        if needs_transaction(jobs) {
            self.commit.execute(&Args::default())?;
        }
        Ok(answers)
    }

    fn undo(&self) {
        if !self.connection.is_autocommit() {
            // It has nothing left to fail at; if it did, the next transaction would not begin.
            self.connection.execute_batch("ROLLBACK").ok();
        }
    }

    fn run(&mut self, call: Call, args: &Args) -> Result<Vec<Row>> {
        match call {
            Call::Create => self.create(args),
            Call::RemoveAll => self.remove_all(args),
            Call::Update => {
                let updated = self.update.execute(args)?;
                let version = args.new_version.filter(|_| updated > 0);
                Ok(version.map(number).unwrap_or_default())
            }
            Call::Touch => changed(self.touch.execute(args)),
            Call::Take => changed(self.take.execute(args)),
            Call::Remove => changed(self.remove.execute(args)),
            Call::EndBefore => changed(self.raise_floor.execute(args)),
            Call::Sweep => changed(self.sweep.execute(args)),
            Call::Read | Call::List | Call::Number => self.reader.run(call, args),
        }
    }

    fn create(&mut self, args: &Args) -> Result<Vec<Row>> {
        let judged = self.verdict.rows(args)?;
        if !matches!(judged.first().map(Vec::as_slice), Some([Cell::Int(0)])) {
            return Ok(judged);
        }
        let inserted = self.insert.rows(args)?;
        let Some(version) = inserted.into_iter().flatten().next() else {
            return Ok(number(EXISTS));
        };
        if args.value(Param::KeepOthers) != Value::Null {
            self.end_oldest.execute(args)?;
        }
        Ok(vec![vec![Cell::Int(0), version]])
    }

    fn remove_all(&mut self, args: &Args) -> Result<Vec<Row>> {
        self.raise_number.execute(args)?;
        self.spare.execute(args)?;
        let counted = self.count_others.rows(args)?;
        self.remove_others.execute(args)?;
        Ok(counted)
    }
}

/// Removes at most so many records that are over for long. Floors are few, so they come first: that
/// is what `CROSS JOIN` says to SQLite.
pub(super) fn sweep(statements: &Statements) -> String {
    let (records, floors) = (statements.names.records(), statements.names.with("floors"));
    let expired = statements.expired();
    format!(
        "DELETE FROM {records} WHERE record_key IN ( \
         SELECT record_key FROM ({expired} LIMIT :batch) UNION \
         SELECT record_key FROM (SELECT record_key FROM {floors} AS f CROSS JOIN {records} AS r \
         ON r.scope = f.scope AND r.created_at < f.floor_at \
         WHERE f.floor_at < :before LIMIT :batch) LIMIT :batch)"
    )
}

fn changed(rows: Result<usize>) -> Result<Vec<Row>> {
    rows.map(|rows| count(rows as u64))
}

const fn needs_version(call: Call) -> bool {
    matches!(call, Call::Create | Call::Update)
}

/// One statement alone is a transaction by itself.
fn needs_transaction(jobs: &[Job]) -> bool {
    let has_steps = |job: &Job| matches!(job.call, Call::Create | Call::RemoveAll);
    jobs.len() > 1 || jobs.iter().any(has_steps)
}
