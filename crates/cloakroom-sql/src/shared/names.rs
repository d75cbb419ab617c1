//! The names of tables, indexes and routines in statements.

use crate::table::TableName;

/// The names that belong to one [`TableName`], each in the quotes of the database.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    table: TableName,
    quote: char,
}

impl Names {
    pub(crate) const fn new(table: TableName, quote: char) -> Self {
        Self { table, quote }
    }

    /// The table of the records.
    pub(crate) fn records(&self) -> String {
        self.quoted("")
    }

    /// The name with this ending.
    pub(crate) fn with(&self, ending: &str) -> String {
        self.quoted(&format!("_{ending}"))
    }

    fn quoted(&self, ending: &str) -> String {
        let (quote, table) = (self.quote, self.table.as_str());
        format!("{quote}{table}{ending}{quote}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PostgreSQL cuts a name after 63 bytes, and two that are cut may be one.
    #[test]
    fn the_longest_name_fits() {
        let longest = TableName::new(&"s".repeat(TableName::MAX)).unwrap();
        let names = Names::new(longest, '"');
        assert!(names.with("subjects_by_whatever").len() <= 63 + 2);
        assert_eq!(
            Names::new(TableName::default(), '`').records(),
            "`cloakroom_sessions`"
        );
    }
}
