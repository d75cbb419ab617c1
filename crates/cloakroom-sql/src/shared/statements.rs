//! What is asked of a database, in the words that all of them understand.
//!
//! * **Written once**: which columns there are, what is alive, in which order a `create` checks, how
//!   deadlines move. A database's own module adds what only it says in its own way.
//! * **No argument is text**: `:name` stands where one goes, see [`template`](crate::shared::template).
//! * **What is alive** is asked of the record and of the floors in the same statement, so a floor
//!   ends what is below it at once.

use crate::shared::names::Names;

/// The columns of a record, but its key, in the order of [`row::stored`](crate::shared::row::stored).
pub(super) const COLUMNS: [&str; 12] = [
    "version",
    "scope",
    "subject",
    "subject_number",
    "proof",
    "previous_proof",
    "rotated_at",
    "previous_until",
    "created_at",
    "absolute_deadline",
    "idle_deadline",
    "content",
];

/// What an answer to a `create` is in numbers; see [`row::created`](crate::shared::row::created).
pub(crate) const EXISTS: i64 = 1;
pub(crate) const SIGNED_OUT: i64 = 2;
pub(crate) const TOO_MANY: i64 = 3;
pub(crate) const FULL: i64 = 4;

/// How a database knows when a record ends by its deadlines, and finds what has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    /// By a column that it computes, with an index.
    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    Column,
    /// By an index on the expression.
    #[cfg(feature = "postgres")]
    Expression,
}

impl Ends {
    /// What the column is computed by, where there is one.
    pub(crate) const fn computed(self) -> Option<&'static str> {
        match self {
            #[cfg(any(feature = "mysql", feature = "sqlite"))]
            Self::Column => Some(
                "CASE WHEN absolute_deadline < idle_deadline OR idle_deadline IS NULL \
                 THEN absolute_deadline ELSE idle_deadline END",
            ),
            #[cfg(feature = "postgres")]
            Self::Expression => None,
        }
    }

    /// What it is of a record in this table: null where a record has no deadline.
    fn of(self, records: &str) -> String {
        match self {
            #[cfg(any(feature = "mysql", feature = "sqlite"))]
            Self::Column => format!("{records}.ends_at"),
            // `LEAST` passes over nulls.
            #[cfg(feature = "postgres")]
            Self::Expression => {
                format!("LEAST({records}.absolute_deadline, {records}.idle_deadline)")
            }
        }
    }
}

/// The statements on the tables of one name.
#[derive(Clone, Debug)]
pub(crate) struct Statements {
    pub(crate) names: Names,
    pub(super) records: String,
    subjects: String,
    floors: String,
    /// The expression that gives a version which was never given before.
    new_version: String,
    pub(super) ends: Ends,
}

impl Statements {
    pub(crate) fn new(names: Names, new_version: String, ends: Ends) -> Self {
        Self {
            records: names.records(),
            subjects: names.with("subjects"),
            floors: names.with("floors"),
            new_version,
            ends,
            names,
        }
    }

    pub(crate) fn read(&self) -> String {
        let (columns, records, alive) = (COLUMNS.join(", "), &self.records, self.alive());
        format!("SELECT {columns} FROM {records} WHERE record_key = :key AND {alive}")
    }

    /// Oldest first, and where two are as old, as their keys are ordered.
    pub(crate) fn list(&self) -> String {
        let (records, alive) = (&self.records, self.alive());
        format!(
            "SELECT record_key, created_at, absolute_deadline, idle_deadline FROM {records} \
             WHERE {OF_SUBJECT} AND {alive} ORDER BY created_at, record_key"
        )
    }

    pub(crate) fn number(&self) -> String {
        format!("SELECT {}", self.current_number())
    }

    /// Replaces what an update replaces. A touch is not undone: of two idle deadlines the later
    /// stays.
    pub(crate) fn update(&self) -> String {
        let (records, new_version, alive) = (&self.records, &self.new_version, self.alive());
        format!(
            "UPDATE {records} SET version = {new_version}, content = :content, proof = :proof, \
             previous_proof = :previous_proof, rotated_at = :rotated_at, \
             previous_until = :previous_until, idle_deadline = CASE \
             WHEN idle_deadline > :idle_deadline THEN idle_deadline ELSE :idle_deadline END \
             WHERE record_key = :key AND version = :version AND {alive}"
        )
    }

    /// Moves an idle deadline that there is, forward, and not beyond the absolute one.
    pub(crate) fn touch(&self) -> String {
        let (records, alive) = (&self.records, self.alive());
        let last = "CASE WHEN absolute_deadline < :idle_deadline THEN absolute_deadline \
                    ELSE :idle_deadline END";
        format!(
            "UPDATE {records} SET idle_deadline = CASE WHEN idle_deadline < {last} THEN {last} \
             ELSE idle_deadline END WHERE record_key = :key AND {alive}"
        )
    }

    pub(crate) fn take(&self) -> String {
        let (records, alive) = (&self.records, self.alive());
        format!("DELETE FROM {records} WHERE record_key = :key AND version = :version AND {alive}")
    }

    pub(crate) fn remove(&self) -> String {
        format!("DELETE FROM {} WHERE record_key = :key", self.records)
    }

    /// The floor of a scope that has none yet.
    pub(crate) fn first_floor(&self) -> String {
        let floors = &self.floors;
        format!("INSERT INTO {floors} (scope, floor_at) VALUES (:scope, :floor_at)")
    }

    /// What a floor becomes: it only rises.
    pub(crate) fn higher_floor(&self) -> String {
        let floor = format!("{}.floor_at", self.floors);
        format!("floor_at = CASE WHEN {floor} > :floor_at THEN {floor} ELSE :floor_at END")
    }

    /// The checks of a `create`, in the order of the contract: 0 where nothing is in the way.
    pub(crate) fn verdict(&self) -> String {
        let (records, alive, number) = (&self.records, self.alive(), self.current_number());
        format!(
            "CASE WHEN EXISTS (SELECT 1 FROM {records} WHERE record_key = :key AND {alive}) \
             THEN {EXISTS} \
             WHEN :subject IS NOT NULL AND :subject_number < {number} THEN {SIGNED_OUT} \
             WHEN :reject_at IS NOT NULL AND :reject_at <= \
             (SELECT COUNT(*) FROM {records} WHERE {OF_SUBJECT} AND {alive}) THEN {TOO_MANY} \
             ELSE 0 END"
        )
    }

    /// The record, with the subject's number where it has a subject and brings none.
    pub(crate) fn insert(&self) -> String {
        let (records, new_version, number) =
            (&self.records, &self.new_version, self.current_number());
        let columns = COLUMNS.join(", ");
        format!(
            "INSERT INTO {records} (record_key, {columns}) VALUES (:key, {new_version}, :scope, \
             :subject, COALESCE(:subject_number, CASE WHEN :subject IS NOT NULL THEN {number} END), \
             :proof, :previous_proof, :rotated_at, :previous_until, :created_at, \
             :absolute_deadline, :idle_deadline, :content)"
        )
    }

    /// The keys of the subject's oldest live sessions: so many that beside the new one the others
    /// that it may keep are left.
    pub(crate) fn oldest(&self) -> String {
        let (records, alive) = (&self.records, self.alive());
        format!(
            "SELECT record_key FROM {records} WHERE {OF_SUBJECT} AND record_key <> :key \
             AND {alive} ORDER BY created_at DESC, record_key DESC \
             LIMIT 9223372036854775807 OFFSET :keep_others"
        )
    }

    /// The raised number of a subject that has none yet.
    pub(crate) fn first_number(&self) -> String {
        let subjects = &self.subjects;
        format!(
            "INSERT INTO {subjects} (scope, subject, number) \
             VALUES (:scope, :subject, :first_number)"
        )
    }

    /// What a subject's number becomes: max(old + 1, now), and no further than a number goes.
    pub(crate) fn raised_number(&self) -> String {
        let number = format!("{}.number", self.subjects);
        format!(
            "number = CASE WHEN {number} = 9223372036854775807 THEN {number} \
             WHEN {number} >= :now THEN {number} + 1 ELSE :now END"
        )
    }

    /// Gives the excepted session the subject's number.
    pub(crate) fn spare(&self) -> String {
        let (records, number) = (&self.records, self.current_number());
        format!(
            "UPDATE {records} SET subject_number = {number} \
             WHERE record_key = :except AND {OF_SUBJECT}"
        )
    }

    /// Removes the subject's sessions, but the excepted one.
    pub(crate) fn remove_others(&self) -> String {
        let (records, others) = (&self.records, Self::others());
        format!("DELETE FROM {records} WHERE {others}")
    }

    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    /// The live sessions that [`remove_others`](Self::remove_others) would remove.
    pub(crate) fn live_others(&self) -> String {
        let (records, others, alive) = (&self.records, Self::others(), self.alive());
        format!("FROM {records} WHERE {others} AND {alive}")
    }

    /// Whether a record is alive: by its deadlines, and above the floor of its scope.
    pub(crate) fn alive(&self) -> String {
        let (records, floors, ends_at) = (&self.records, &self.floors, self.ends_at());
        format!(
            "({ends_at} IS NULL OR {ends_at} > :now) AND NOT EXISTS \
             (SELECT 1 FROM {floors} AS f WHERE f.scope = {records}.scope \
             AND f.floor_at > {records}.created_at)"
        )
    }

    /// When a record ends by its deadlines.
    pub(crate) fn ends_at(&self) -> String {
        self.ends.of(&self.records)
    }

    fn others() -> String {
        format!("{OF_SUBJECT} AND record_key <> :except")
    }

    fn current_number(&self) -> String {
        let subjects = &self.subjects;
        format!(
            "COALESCE((SELECT n.number FROM {subjects} AS n \
             WHERE n.scope = :scope AND n.subject = :subject), 0)"
        )
    }
}

/// Whether a record is one of the subject's.
const OF_SUBJECT: &str = "scope = :scope AND subject = :subject";
