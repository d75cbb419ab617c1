//! The rules that SECURITY.md gives as the reason for a claim.

use crate::files::{Files, TextFile};

/// The document whose every claim has a rule behind it.
pub(crate) const FILE: &str = "SECURITY.md";

/// Every id in square brackets and backticks, as in ``[`rotation`, `row-5`]``, with its line.
pub(crate) fn claimed(files: &Files) -> Vec<(usize, String)> {
    files.get(FILE).map(ids).unwrap_or_default()
}

fn ids(file: &TextFile) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in file.text.match_indices("[`") {
        let (before, rest) = file.text.split_at(at);
        let Some((list, after)) = rest.trim_start_matches('[').split_once(']') else {
            continue;
        };
        // A link, whose text happens to be code.
        if after.starts_with('(') {
            continue;
        }
        let line = before.matches('\n').count() + 1;
        for id in list.split(',') {
            let id = id.trim().trim_matches('`');
            found.push((line, id.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_brackets_are_claims_over_lines_too_and_links_are_none() {
        let text = "x\nIt holds [`a`,\n  `row-5`]. See [`doc`](doc.md), `word` and [text].\n[`b`].";
        let found = claimed(&Files::made_up(&[(FILE, text)]));
        let expected = [(2, "a"), (2, "row-5"), (4, "b")];
        assert_eq!(found, expected.map(|(line, id)| (line, id.to_owned())));
    }

    #[test]
    fn a_bracket_that_is_never_closed_is_no_claim() {
        assert_eq!(claimed(&Files::made_up(&[(FILE, "[`a`")])), []);
    }
}
