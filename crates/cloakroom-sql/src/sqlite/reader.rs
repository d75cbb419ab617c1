//! A thread that reads.

use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Result};

use super::connection::storage_error;
use super::job::Job;
use super::prepared::Prepared;
use crate::shared::args::Args;
use crate::shared::backend::Call;
use crate::shared::row::Row;
use crate::shared::statements::Statements;

/// The calls that change nothing.
pub(super) struct Reader<'c> {
    read: Prepared<'c>,
    list: Prepared<'c>,
    number: Prepared<'c>,
}

impl<'c> Reader<'c> {
    pub(super) fn new(connection: &'c Connection, statements: &Statements) -> Result<Self> {
        Ok(Self {
            read: Prepared::new(connection, &statements.read())?,
            list: Prepared::new(connection, &statements.list())?,
            number: Prepared::new(connection, &statements.number())?,
        })
    }

    /// Answers what comes until nobody is left who could ask.
    pub(super) fn serve(&mut self, jobs: &Mutex<Receiver<Job>>) {
        loop {
            // One thread waits with the lock in its hand, the others for the lock.
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = next else {
                return;
            };
            if job.is_awaited() {
                let answer = self.run(job.call, &job.args).map_err(storage_error);
                job.answer(answer);
            }
        }
    }

    pub(super) fn run(&mut self, call: Call, args: &Args) -> Result<Vec<Row>> {
        match call {
            Call::List => self.list.rows(args),
            Call::Number => self.number.rows(args),
            _ => self.read.rows(args),
        }
    }
}

/// Whether a call changes nothing.
pub(super) const fn only_reads(call: Call) -> bool {
    matches!(call, Call::Read | Call::List | Call::Number)
}
