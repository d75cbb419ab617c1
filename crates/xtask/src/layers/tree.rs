//! The modules of one library or binary, read from its root file on, and where a path leads.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use syn::{Item, ItemMod};

use super::contents::Contents;
use super::imports::{Import, Written};
use crate::problem::Problem;

/// Reads a file, by its path from the workspace's root.
pub(crate) type Read<'a> = &'a dyn Fn(&str) -> io::Result<String>;

/// Where in its [`Tree`] a module is.
pub(crate) type ModuleId = usize;

/// How many imports a name is followed through; only a circle of re-exports is longer.
const MAX_HOPS: usize = 32;

/// The modules of one library or binary; the first is the root.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    modules: Vec<Module>,
}

/// One module, in a file of its own or inline.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<Written>,
    children: BTreeMap<String, ModuleId>,
    defined: BTreeSet<String>,
}

impl Tree {
    /// Reads the root file and every file that its `mod` items name.
    pub(crate) fn load(root: &str, read: Read<'_>) -> Result<Self, Problem> {
        let text = read(root).map_err(|error| Problem::new(root, error.to_string()))?;
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut tree = Self::default();
        tree.add(None, root, folder, &parse(root, &text)?, read)?;
        Ok(tree)
    }

    /// Adds a module and its children, whose files lie in `folder`.
    fn add(
        &mut self,
        parent: Option<ModuleId>,
        file: &str,
        folder: &str,
        items: &[Item],
        read: Read<'_>,
    ) -> Result<ModuleId, Problem> {
        let contents = Contents::of(items);
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            imports: contents.imports,
            paths: contents.paths,
            children: BTreeMap::new(),
            defined: contents.defined.into_iter().collect(),
        });
        for child in contents.children {
            let name = child.ident.to_string();
            let child = self.add_child(id, file, folder, child, read)?;
            if let Some(module) = self.modules.get_mut(id) {
                module.children.insert(name, child);
            }
        }
        Ok(id)
    }

    fn add_child(
        &mut self,
        parent: ModuleId,
        file: &str,
        folder: &str,
        item: &ItemMod,
        read: Read<'_>,
    ) -> Result<ModuleId, Problem> {
        let name = item.ident.to_string();
        let line = item.ident.span().start().line;
        if item
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("path"))
        {
            return Err(Problem::at(
                file,
                line,
                "`#[path]` hides where a module lies",
            ));
        }
        let below = format!("{folder}/{name}");
        if let Some((_, items)) = &item.content {
            return self.add(Some(parent), file, &below, items, read);
        }
        let own = format!("{below}.rs");
        let text =
            read(&own).map_err(|error| Problem::at(file, line, format!("{own}: {error}")))?;
        self.add(Some(parent), &own, &below, &parse(&own, &text)?, read)
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate()
    }

    /// The file that a module is in.
    pub(crate) fn file(&self, id: ModuleId) -> &str {
        self.modules.get(id).map_or("", |module| &module.file)
    }

    /// Whether `ancestor` declares `id`, or declares who does.
    pub(crate) fn is_below(&self, id: ModuleId, ancestor: ModuleId) -> bool {
        let mut at = id;
        while let Some(parent) = self.modules.get(at).and_then(|module| module.parent) {
            if parent == ancestor {
                return true;
            }
            at = parent;
        }
        false
    }

    /// The module that a path written in module `from` leads to: the one that defines what it
    /// names, behind all re-exports. None if that is in another crate, or a name of the language.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Option<ModuleId> {
        self.follow(from, path, MAX_HOPS)
    }

    fn follow(&self, from: ModuleId, path: &[String], hops: usize) -> Option<ModuleId> {
        let hops = hops.checked_sub(1)?;
        let module = self.modules.get(from)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(0, rest, hops),
            "self" => self.descend(from, rest, hops),
            "super" => self.descend(module.parent?, rest, hops),
            name => match module.children.get(name) {
                // A name alone is no module: a function or a type of the same name is meant.
                Some(child) if !rest.is_empty() => self.descend(*child, rest, hops),
                _ => self.imported(from, name, rest, hops)?,
            },
        }
    }

    fn descend(&self, at: ModuleId, path: &[String], hops: usize) -> Option<ModuleId> {
        let Some((name, rest)) = path.split_first() else {
            return Some(at);
        };
        let module = self.modules.get(at)?;
        if name == "super" {
            return self.descend(module.parent?, rest, hops);
        }
        if let Some(child) = module.children.get(name) {
            return self.descend(*child, rest, hops);
        }
        if module.defined.contains(name) {
            return Some(at);
        }
        // What is neither declared nor imported by name is taken for the module's own.
        self.imported(at, name, rest, hops).unwrap_or(Some(at))
    }

    /// Where a name leads that module `at` imports: none if it imports none of that name, and
    /// none inside if what it imports is another crate's.
    fn imported(
        &self,
        at: ModuleId,
        name: &str,
        rest: &[String],
        hops: usize,
    ) -> Option<Option<ModuleId>> {
        let module = self.modules.get(at)?;
        let named = module
            .imports
            .iter()
            .filter(|import| import.name.as_deref() == Some(name));
        let leads: Vec<Option<ModuleId>> = named
            .map(|import| {
                let path: Vec<_> = import.path.segments.iter().chain(rest).cloned().collect();
                self.follow(at, &path, hops)
            })
            .collect();
        if !leads.is_empty() {
            return Some(leads.into_iter().flatten().next());
        }
        let globs = module.imports.iter().filter(|import| import.name.is_none());
        let mut sources = globs.filter_map(|glob| self.follow(at, &glob.path.segments, hops));
        let source = sources.find(|source| *source != at && self.offers(*source, name))?;
        let path: Vec<String> = [name.to_owned()]
            .into_iter()
            .chain(rest.iter().cloned())
            .collect();
        Some(self.descend(source, &path, hops.checked_sub(1)?))
    }

    /// Whether a module has the name without looking through its globs.
    fn offers(&self, id: ModuleId, name: &str) -> bool {
        self.modules.get(id).is_some_and(|module| {
            let imports = || {
                module
                    .imports
                    .iter()
                    .any(|import| import.name.as_deref() == Some(name))
            };
            module.defined.contains(name) || module.children.contains_key(name) || imports()
        })
    }
}

fn parse(file: &str, text: &str) -> Result<Vec<Item>, Problem> {
    match syn::parse_file(text) {
        Ok(parsed) => Ok(parsed.items),
        Err(error) => Err(Problem::at(
            file,
            error.span().start().line,
            error.to_string(),
        )),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A tree of files that a test makes up; the first is the root.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Result<Tree, Problem> {
        let read = |path: &str| {
            let found = files.iter().find(|(name, _)| *name == path);
            found
                .map(|(_, text)| (*text).to_owned())
                .ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        Tree::load(files.first().unwrap().0, &read)
    }

    fn leads_to(files: &[(&str, &str)], from: &str, path: &str) -> Option<String> {
        let tree = tree(files).unwrap();
        let (from, _) = tree
            .modules()
            .find(|(_, module)| module.file == from)
            .unwrap();
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        tree.resolve(from, &path).map(|id| tree.file(id).to_owned())
    }

    const FILES: &[(&str, &str)] = &[
        (
            "s/lib.rs",
            "mod a; mod d; pub use a::b::B; pub use other::O; pub use d::*; pub use a::b::b;",
        ),
        (
            "s/a.rs",
            "pub mod b; pub struct A; use self::b::B as Renamed;",
        ),
        ("s/a/b.rs", "pub struct B; pub fn b() {}"),
        ("s/d.rs", "pub enum D { E }"),
    ];

    #[test]
    fn a_path_leads_to_the_module_that_defines_its_item() {
        assert_eq!(
            leads_to(FILES, "s/d.rs", "crate::a::b::B::new").as_deref(),
            Some("s/a/b.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/a/b.rs", "super::A").as_deref(),
            Some("s/a.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/a/b.rs", "super::super::d::D").as_deref(),
            Some("s/d.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/a.rs", "b::B").as_deref(),
            Some("s/a/b.rs")
        );
    }

    #[test]
    fn a_reexport_is_looked_through() {
        assert_eq!(
            leads_to(FILES, "s/d.rs", "crate::B").as_deref(),
            Some("s/a/b.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/a.rs", "Renamed").as_deref(),
            Some("s/a/b.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/a.rs", "crate::D::E").as_deref(),
            Some("s/d.rs")
        );
        assert_eq!(
            leads_to(FILES, "s/lib.rs", "b").as_deref(),
            Some("s/a/b.rs")
        );
    }

    #[test]
    fn what_another_crate_defines_leads_nowhere() {
        assert_eq!(leads_to(FILES, "s/a.rs", "crate::O"), None);
        assert_eq!(leads_to(FILES, "s/a.rs", "std::mem::take"), None);
        assert_eq!(leads_to(FILES, "s/a.rs", "Option"), None);
    }

    #[test]
    fn reexports_in_a_circle_lead_nowhere_and_end() {
        let files = [
            ("lib.rs", "mod a; pub use a::X;"),
            ("/a.rs", "pub use super::X;"),
        ];
        assert_eq!(leads_to(&files, "/a.rs", "crate::X"), None);
    }

    #[test]
    fn globs_in_a_circle_end() {
        let files = [
            ("lib.rs", "mod a; pub use a::*;"),
            ("/a.rs", "pub use super::*;"),
        ];
        assert_eq!(
            leads_to(&files, "/a.rs", "crate::X").as_deref(),
            Some("lib.rs")
        );
    }

    #[test]
    fn a_file_that_is_not_there_or_does_not_parse_is_named() {
        let missing = tree(&[("s/lib.rs", "mod a;")]).unwrap_err().to_string();
        assert!(missing.starts_with("s/lib.rs:1: s/a.rs: "), "{missing}");
        let broken = tree(&[("s/lib.rs", "mod a;"), ("s/a.rs", "\nfn {")])
            .unwrap_err()
            .to_string();
        assert!(broken.starts_with("s/a.rs:2: "), "{broken}");
    }
}
