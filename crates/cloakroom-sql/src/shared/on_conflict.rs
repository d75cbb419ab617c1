//! What SQLite and PostgreSQL say in the same way, and MariaDB does not.

use super::statements::{COLUMNS, Statements};

impl Statements {
    /// Sets a floor, or raises it.
    pub(crate) fn raise_floor(&self) -> String {
        let (first, higher) = (self.first_floor(), self.higher_floor());
        format!("{first} ON CONFLICT (scope) DO UPDATE SET {higher}")
    }

    /// Puts the record in the place of one that is not alive.
    pub(crate) fn insert_over_ended(&self) -> String {
        let (insert, alive) = (self.insert(), self.alive());
        let replaced = COLUMNS.map(|column| format!("{column} = excluded.{column}"));
        let replaced = replaced.join(", ");
        format!(
            "{insert} ON CONFLICT (record_key) DO UPDATE SET {replaced} WHERE NOT ({alive}) \
             RETURNING version"
        )
    }

    /// Ends the subject's oldest sessions.
    pub(crate) fn end_oldest(&self) -> String {
        let (records, oldest) = (&self.records, self.oldest());
        format!("DELETE FROM {records} WHERE record_key IN ({oldest})")
    }

    /// Raises a subject's number.
    pub(crate) fn raise_number(&self) -> String {
        let (first, raised) = (self.first_number(), self.raised_number());
        format!("{first} ON CONFLICT (scope, subject) DO UPDATE SET {raised}")
    }

    /// The keys of the records whose deadlines were over before an instant.
    pub(crate) fn expired(&self) -> String {
        let (records, ends_at) = (&self.records, self.ends_at());
        format!("SELECT record_key FROM {records} WHERE {ends_at} < :before ORDER BY {ends_at}")
    }
}
