//! What a page about Ktor says: rows of tests, and names of Rust tests anywhere.

use crate::files::TextFile;

/// A row of a table whose first cell is the name of one of Ktor's tests.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Row {
    pub(super) line: usize,
    /// The heading that it stands under, without its marks.
    pub(super) class: String,
    pub(super) name: String,
    /// The second cell.
    pub(super) test: String,
    /// The third cell.
    pub(super) remark: String,
}

/// A Rust test that a page names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) path: String,
}

/// The rows below the heading `## ` with this text, up to the next of its level.
pub(super) fn rows(page: &TextFile, part: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let (mut inside, mut class) = (false, String::new());
    for (line, text) in page.lines() {
        if let Some(heading) = text.strip_prefix("## ") {
            inside = heading == part;
        } else if let Some(heading) = text.strip_prefix("### ") {
            class = heading.replace('`', "");
        } else if inside && let Some([name, test, remark]) = cells(text) {
            let (name, test, remark) = (name.to_owned(), test.to_owned(), remark.to_owned());
            found.push(Row {
                line,
                class: class.clone(),
                name,
                test,
                remark,
            });
        }
    }
    found
}

/// Every text in backticks that is a path of at least three parts.
pub(super) fn named(page: &TextFile) -> Vec<Named> {
    let mut found = Vec::new();
    for (line, text) in page.lines() {
        for path in text.split('`').skip(1).step_by(2) {
            if is_path(path) {
                let path = path.to_owned();
                found.push(Named { line, path });
            }
        }
    }
    found
}

/// The cells of a row, if it has three and is no head of a table.
fn cells(line: &str) -> Option<[&str; 3]> {
    let inner = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
    let cells: Vec<_> = inner.split('|').map(str::trim).collect();
    let cells: [&str; 3] = cells.try_into().ok()?;
    let [name, test, _] = cells;
    let is_head = test == "Rust test" || name.chars().all(|c| c == '-');
    (!is_head).then_some(cells)
}

fn is_path(text: &str) -> bool {
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split("::").count() >= 3 && text.split("::").all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> TextFile {
        TextFile {
            path: "page.md".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn rows_are_those_of_one_part_with_their_class() {
        let text = "## One\n### `A` here\n| Ktor's test | Rust test | remark |\n|---|---|---|\n\
                    | a b | `x::y::z` | |\n## Two\n| c | none | why |\n";
        let expected = Row {
            line: 5,
            class: "A here".to_owned(),
            name: "a b".to_owned(),
            test: "`x::y::z`".to_owned(),
            remark: String::new(),
        };
        assert_eq!(rows(&page(text), "One"), [expected]);
        assert_eq!(rows(&page(text), "Three"), []);
    }

    #[test]
    fn paths_of_three_parts_in_backticks_are_tests() {
        let text = "`a::b::c`, `Encrypt::ktor3` and a::b::d\n`a_1::b::c::d` `std::fmt::Debug`";
        let found: Vec<_> = named(&page(text))
            .into_iter()
            .map(|named| (named.line, named.path))
            .collect();
        let expected = [(1, "a::b::c"), (2, "a_1::b::c::d")];
        assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
    }
}
