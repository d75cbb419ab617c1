//! Arrows between the modules of one library or binary.

use std::collections::BTreeMap;

use super::imports::Written;
use super::tree::{ModuleId, Tree};
use crate::graph::Graph;
use crate::problem::Problem;

/// One import or path that leads from a file to another.
struct Arrow<'a> {
    from: ModuleId,
    to: ModuleId,
    path: &'a Written,
}

/// Every arrow from a parent to its child, and every arrow within a cycle.
///
/// `is_binary` frees the root, which has to call what it declares.
pub(crate) fn check(tree: &Tree, is_binary: bool) -> Vec<Problem> {
    let arrows = arrows(tree);
    let mut problems = Vec::new();
    for arrow in &arrows {
        let free = is_binary && tree.file(arrow.from) == tree.file(0);
        if tree.is_below(arrow.to, arrow.from) && !free {
            let text = "a parent declares and re-exports; it imports nothing from its children";
            problems.push(at(tree, arrow, text));
        }
    }
    let mut graph = Graph::default();
    let mut between = BTreeMap::new();
    for arrow in &arrows {
        let (from, to) = (tree.file(arrow.from), tree.file(arrow.to));
        graph.add(from, to);
        between.entry((from, to)).or_insert(arrow);
    }
    for cycle in graph.cycles() {
        let inside = |(from, to): &(&str, &str)| cycle.contains(from) && cycle.contains(to);
        for (_, arrow) in between.iter().filter(|(ends, _)| inside(ends)) {
            let text = format!("part of an import cycle, by `{}`", tree.file(arrow.to));
            problems.push(at(tree, arrow, &text));
        }
    }
    problems
}

fn at(tree: &Tree, arrow: &Arrow<'_>, text: &str) -> Problem {
    let text = format!("`{}`: {text}", arrow.path.segments.join("::"));
    Problem::at(tree.file(arrow.from), arrow.path.line, text)
}

/// Every arrow but re-exports of what lies below, and those that stay within a file.
fn arrows(tree: &Tree) -> Vec<Arrow<'_>> {
    let mut arrows = Vec::new();
    for (from, module) in tree.modules() {
        let imports = module
            .imports
            .iter()
            .map(|import| (&import.path, import.reexport));
        let paths = module.paths.iter().map(|path| (path, false));
        for (path, reexport) in imports.chain(paths) {
            if let Some(to) = tree.resolve(from, &path.segments)
                && tree.file(to) != module.file
                && !(reexport && tree.is_below(to, from))
            {
                arrows.push(Arrow { from, to, path });
            }
        }
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::tree::tests::tree;

    fn found(files: &[(&str, &str)], is_binary: bool) -> Vec<String> {
        check(&tree(files).unwrap(), is_binary)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_cycle_is_found_with_every_arrow_in_it() {
        let files = [
            ("s/lib.rs", "mod a; mod b; mod c;"),
            ("s/a.rs", "use crate::b::B;\npub struct A;"),
            ("s/b.rs", "use super::c::C; pub struct B;"),
            ("s/c.rs", "pub struct C;\nfn f() { vec![crate::a::A]; }"),
        ];
        assert_eq!(
            found(&files, false),
            [
                "s/a.rs:1: `crate::b::B`: part of an import cycle, by `s/b.rs`",
                "s/b.rs:1: `super::c::C`: part of an import cycle, by `s/c.rs`",
                "s/c.rs:2: `crate::a::A`: part of an import cycle, by `s/a.rs`",
            ]
        );
    }

    #[test]
    fn a_cycle_through_a_reexport_is_found() {
        let files = [
            ("s/lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("s/a.rs", "use crate::B; pub struct A;"),
            ("s/b.rs", "use crate::A; pub struct B;"),
        ];
        assert_eq!(found(&files, false).len(), 2);
    }

    #[test]
    fn imports_that_run_one_way_are_fine_through_reexports_too() {
        let files = [
            ("s/lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            (
                "s/a.rs",
                "pub struct A; #[cfg(test)] mod tests { use crate::B; }",
            ),
            (
                "s/b.rs",
                "pub(crate) mod inner { use super::super::A; } use crate::A; pub struct B;",
            ),
        ];
        assert_eq!(found(&files, false), [] as [&str; 0]);
    }

    #[test]
    fn a_parent_that_imports_from_its_child_is_found() {
        let files = [
            ("s/lib.rs", "mod a;"),
            ("s/a.rs", "mod b;\nuse b::B;"),
            ("s/a/b.rs", "pub struct B;"),
        ];
        assert_eq!(
            found(&files, false),
            [
                "s/a.rs:2: `b::B`: a parent declares and re-exports; it imports nothing from its children"
            ]
        );
    }

    #[test]
    fn a_parent_that_uses_what_it_reexports_is_found() {
        let files = [
            ("s/lib.rs", "mod a;"),
            ("s/a.rs", "mod b; pub(crate) use b::B; fn f() -> B { B }"),
            ("s/a/b.rs", "pub struct B;"),
        ];
        assert_eq!(found(&files, false).len(), 2);
    }

    #[test]
    fn a_child_that_imports_from_its_parent_is_fine_if_the_parent_needs_it_not() {
        let files = [
            ("s/lib.rs", "mod a;"),
            ("s/a.rs", "mod b; pub use b::B; pub struct A;"),
            ("s/a/b.rs", "use super::A; pub struct B(A);"),
        ];
        assert_eq!(found(&files, false), [] as [&str; 0]);
    }

    #[test]
    fn the_root_of_a_binary_may_call_what_it_declares_and_must_not_be_called_back() {
        let files = [
            ("s/main.rs", "mod a; fn main() { a::a() }"),
            ("s/a.rs", "pub fn a() {}"),
        ];
        assert_eq!(found(&files, true), [] as [&str; 0]);
        assert_eq!(found(&files, false).len(), 1);
        let back = [
            ("s/main.rs", "mod a; fn main() { a::a() }"),
            ("s/a.rs", "pub fn a() { crate::main() }"),
        ];
        assert_eq!(found(&back, true).len(), 2);
    }
}
