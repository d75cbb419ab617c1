//! `use` items, one import for each name.

use syn::{ItemUse, UseTree, Visibility};

/// A path as written: its segments and the line it begins on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Written {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// One name that a `use` brings in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Import {
    pub(crate) path: Written,
    /// The name that it goes by here; none for a glob, whose path is the module's.
    pub(crate) name: Option<String>,
    /// Whether others may import it from here.
    pub(crate) reexport: bool,
}

/// The imports of one `use`; none of one that begins with `::`, which is another crate's.
pub(crate) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut leaves = Vec::new();
    if item.leading_colon.is_none() {
        flatten(&item.tree, &[], &mut leaves);
    }
    let line = item.use_token.span.start().line;
    let reexport = !matches!(item.vis, Visibility::Inherited);
    leaves
        .into_iter()
        .map(|(segments, name)| Import {
            path: Written {
                segments: anchored(segments),
                line,
            },
            name,
            reexport,
        })
        .collect()
}

/// A path of one name with `self` before it, so that it is not taken for a local variable: in a
/// `use` it is a module or another crate.
fn anchored(segments: Vec<String>) -> Vec<String> {
    match segments.as_slice() {
        [name] if !["crate", "self", "super"].contains(&name.as_str()) => {
            vec!["self".to_owned(), name.clone()]
        }
        _ => segments,
    }
}

/// What one end of a tree of imports brings in: its path, and its name unless it is a glob.
type Leaf = (Vec<String>, Option<String>);

fn flatten(tree: &UseTree, prefix: &[String], leaves: &mut Vec<Leaf>) {
    let with = |last: String| {
        let mut segments = prefix.to_vec();
        // `a::{self}` is `a`.
        if last != "self" || segments.is_empty() {
            segments.push(last);
        }
        segments
    };
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(path.ident.to_string()), leaves),
        UseTree::Name(name) => {
            let segments = with(name.ident.to_string());
            let name = segments.last().cloned();
            leaves.push((segments, name));
        }
        UseTree::Rename(rename) => {
            leaves.push((
                with(rename.ident.to_string()),
                Some(rename.rename.to_string()),
            ));
        }
        UseTree::Glob(_) => leaves.push((prefix.to_vec(), None)),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, leaves);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<(String, Option<String>, bool)> {
        imports(&syn::parse_str(source).unwrap())
            .into_iter()
            .map(|import| {
                (
                    import.path.segments.join("::"),
                    import.name,
                    import.reexport,
                )
            })
            .collect()
    }

    fn one(path: &str, name: &str, reexport: bool) -> (String, Option<String>, bool) {
        (path.to_owned(), Some(name.to_owned()), reexport)
    }

    #[test]
    fn a_group_is_one_import_for_each_name() {
        assert_eq!(
            read("use crate::a::{self, b::C, d as e};"),
            [
                one("crate::a", "a", false),
                one("crate::a::b::C", "C", false),
                one("crate::a::d", "e", false),
            ]
        );
    }

    #[test]
    fn a_use_with_any_visibility_is_a_reexport() {
        assert_eq!(read("pub use a::B;"), [one("a::B", "B", true)]);
        assert_eq!(read("pub(super) use a::B;"), [one("a::B", "B", true)]);
    }

    #[test]
    fn a_glob_has_no_name() {
        assert_eq!(read("use super::*;"), [("super".to_owned(), None, false)]);
    }

    #[test]
    fn a_single_name_is_a_module_of_here() {
        assert_eq!(read("use a::{self};"), [one("self::a", "a", false)]);
        assert_eq!(read("use a::*;"), [("self::a".to_owned(), None, false)]);
    }

    #[test]
    fn a_path_from_the_outermost_is_another_crates() {
        assert_eq!(read("use ::crate_a::B;"), []);
    }
}
