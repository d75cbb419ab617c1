//! The rules that `rules/*.md` declare.

use crate::files::Files;

/// A rule, and where it is declared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Declared {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// Every rule, in the order of the files and lines.
pub(crate) fn declared(files: &Files) -> Vec<Declared> {
    let mut found = Vec::new();
    for file in files
        .with_extension("md")
        .filter(|file| file.path.starts_with("rules/"))
    {
        for (line, text) in file.lines() {
            if let Some(id) = id_of_row(text) {
                found.push(Declared {
                    id: id.to_owned(),
                    file: file.path.clone(),
                    line,
                });
            }
        }
    }
    found
}

/// The id of a line ``| `id` | …``.
fn id_of_row(line: &str) -> Option<&str> {
    let (id, _) = line.strip_prefix("| `")?.split_once("` |")?;
    is_id(id).then_some(id)
}

/// Whether a text can be an id: lower-case letters, digits and hyphens.
pub(crate) fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cell_of_a_row_is_the_id() {
        assert_eq!(id_of_row("| `row-23c` | superseded |"), Some("row-23c"));
    }

    #[test]
    fn other_lines_and_other_cells_are_no_ids() {
        for line in [
            "| # | `row-1` |",
            "`row-1` |",
            "| `Row 1` |",
            "| `` |",
            "|`row-1`|",
            "",
        ] {
            assert_eq!(id_of_row(line), None, "{line}");
        }
    }

    #[test]
    fn only_tables_in_the_folder_of_rules_declare() {
        let files = Files::made_up(&[
            ("README.md", "| `row-1` | x |"),
            ("rules/request.md", "# Rows\n\n| `row-2` | y |"),
            ("rules/notes.txt", "| `row-3` | z |"),
        ]);
        let expected = Declared {
            id: "row-2".to_owned(),
            file: "rules/request.md".to_owned(),
            line: 3,
        };
        assert_eq!(declared(&files), [expected]);
    }
}
