//! What one module holds: the names it defines, its imports, the paths in its code, its children.

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, Path, Stmt, Token, Visibility,
};

use super::imports::{Import, Written, imports};
use super::paths::paths;

/// What one module holds, without what is there for tests only.
#[derive(Default)]
pub(crate) struct Contents<'ast> {
    pub(crate) defined: Vec<String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) paths: Vec<Written>,
    pub(crate) children: Vec<&'ast ItemMod>,
}

impl<'ast> Contents<'ast> {
    pub(crate) fn of(items: &'ast [Item]) -> Self {
        let mut contents = Self::default();
        for item in items {
            contents.visit_item(item);
        }
        contents
    }
}

impl<'ast> Visit<'ast> for Contents<'ast> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = head(item);
        if !is_for_tests(attributes) {
            self.defined.extend(name);
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Fn(item) => item.attrs.as_slice(),
            ImplItem::Const(item) => item.attrs.as_slice(),
            ImplItem::Type(item) => item.attrs.as_slice(),
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let attributes = match statement {
            Stmt::Local(local) => local.attrs.as_slice(),
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.children.push(item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.imports.extend(imports(item));
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.visit_path(&invocation.path);
        self.paths.extend(paths(invocation.tokens.clone()));
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let mut segments = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .peekable();
            let line = path
                .segments
                .first()
                .map_or(0, |segment| segment.ident.span().start().line);
            if segments.peek().is_some() {
                let segments = segments.collect();
                self.paths.push(Written { segments, line });
            }
        }
        visit::visit_path(self, path);
    }

    /// The `crate` of `pub(crate)` is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// An item's attributes, and the name that others may import.
fn head(item: &Item) -> (&[Attribute], Option<String>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Enum(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Fn(item) => (&item.attrs, Some(item.sig.ident.to_string())),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref().map(ToString::to_string)),
        Item::Static(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Struct(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Trait(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::TraitAlias(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Type(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Union(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::ExternCrate(item) => (&item.attrs, None),
        Item::ForeignMod(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        Item::Mod(item) => (&item.attrs, None),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

/// Whether something is there for tests only: under `cfg(test)`, or a test.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        match &attribute.meta {
            Meta::List(list) if path.is_ident("cfg") => list
                .parse_args()
                .is_ok_and(|condition| needs_test(&condition)),
            _ => path
                .segments
                .last()
                .is_some_and(|last| last.ident == "test"),
        }
    })
}

/// Whether a condition holds in tests only: `test`, or `all(…)` with such a part.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|parts| parts.iter().any(needs_test)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (Vec<String>, Vec<String>) {
        let file = syn::parse_file(source).unwrap();
        let contents = Contents::of(&file.items);
        let joined = |path: &Written| path.segments.join("::");
        let imports = contents
            .imports
            .iter()
            .map(|import| joined(&import.path))
            .collect();
        let paths = contents
            .paths
            .iter()
            .map(joined)
            .filter(|path| path.contains("::"))
            .collect();
        (imports, paths)
    }

    #[test]
    fn paths_in_code_types_patterns_and_macros_are_found() {
        let (_, paths) = read(
            "fn f(a: crate::a::A) -> crate::b::B { match a { crate::c::C => matches!(1, crate::d::D) } }
             impl crate::e::E for F where Self: crate::g::G { const H: u8 = crate::h::H; }",
        );
        let mut paths: Vec<_> = paths.iter().map(String::as_str).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [
                "crate::a::A",
                "crate::b::B",
                "crate::c::C",
                "crate::d::D",
                "crate::e::E",
                "crate::g::G",
                "crate::h::H"
            ]
        );
    }

    #[test]
    fn what_is_for_tests_only_is_left_out() {
        let (imports, paths) = read(
            "#[cfg(test)] use crate::a::A;
             #[cfg(all(test, unix))] fn f() { crate::b::b() }
             #[tokio::test] async fn g() { crate::c::c() }
             impl X { #[cfg(test)] fn h() { crate::d::d() } }
             #[cfg(not(test))] fn i() { crate::e::e() }
             #[cfg(any(test, unix))] fn j() { #[cfg(test)] let x = crate::f::f(); }",
        );
        assert_eq!(imports, [] as [&str; 0]);
        assert_eq!(paths, ["crate::e::e"]);
    }

    #[test]
    fn a_visibility_is_no_import() {
        assert_eq!(
            read("pub(in crate::a) struct B; pub(crate) fn f() {}").1,
            [] as [&str; 0]
        );
    }

    #[test]
    fn an_import_inside_a_function_is_found() {
        assert_eq!(read("fn f() { use crate::a::A; }").0, ["crate::a::A"]);
    }
}
