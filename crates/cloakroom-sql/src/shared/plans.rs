//! How each statement must find its records: the same in every database.

use cloakroom_storage::WhenFull;

use crate::shared::args::{Args, example};
use crate::shared::statements::Statements;

/// A statement, by which indexes it must find records, and the arguments to ask with.
pub(crate) struct Expected {
    pub(crate) template: String,
    pub(crate) indexes: &'static [Index],
    pub(crate) args: Args,
}

/// What records are found by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Index {
    Key,
    Subject,
    /// In sweeps, which each database says in its own way.
    End,
    Created,
}

/// The statements that every database runs, but for sweeps.
pub(crate) fn expected(statements: &Statements) -> Vec<Expected> {
    let select = |expression: String| format!("SELECT {expression}");
    let of = |template, indexes, when_full| Expected {
        template,
        indexes,
        args: example(when_full),
    };
    let full = WhenFull::RejectNew;
    vec![
        of(statements.read(), &[Index::Key], full),
        of(statements.update(), &[Index::Key], full),
        of(statements.touch(), &[Index::Key], full),
        of(statements.take(), &[Index::Key], full),
        of(statements.remove(), &[Index::Key], full),
        of(statements.list(), &[Index::Subject], full),
        of(
            select(statements.verdict()),
            &[Index::Key, Index::Subject],
            full,
        ),
        of(statements.oldest(), &[Index::Subject], WhenFull::EndOldest),
        of(statements.spare(), &[Index::Key], full),
        of(statements.remove_others(), &[Index::Subject], full),
    ]
}
