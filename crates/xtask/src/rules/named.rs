//! The rules that tests name.
//!
//! It reads tokens, not items, so that tests inside the invocation of a macro (property tests)
//! and functions that a macro defines are found like all others.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Lit, LitStr};

/// A line of rules, joined if it runs over several, and what it stands on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Named {
    /// The text after `Rules:`, up to the full stop; all of it if there is none.
    pub(crate) list: String,
    /// Whether the full stop is there.
    pub(crate) ended: bool,
    pub(crate) line: usize,
    pub(crate) on: Bearer,
}

/// What a line of rules stands on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Bearer {
    Test,
    IgnoredTest,
    /// A function that is no test by its attributes, with its name.
    Function(String),
    /// Anything else.
    Other,
}

/// What one file says of rules.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Naming {
    pub(crate) named: Vec<Named>,
    /// Every name among the tokens of macros that have `suite` in their name.
    pub(crate) in_suites: BTreeSet<String>,
    /// Every function that is a test and is not ignored.
    pub(crate) tests: BTreeSet<String>,
}

/// Reads one file; none if it is not Rust.
pub(crate) fn naming(source: &str) -> Option<Naming> {
    let tokens: TokenStream = source.parse().ok()?;
    let mut naming = Naming::default();
    naming.scan(tokens);
    Some(naming)
}

/// The attributes read since the last item.
#[derive(Default)]
struct Head {
    docs: Vec<(usize, String)>,
    is_test: bool,
    is_ignored: bool,
}

impl Naming {
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut head = Head::default();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match (token, after) {
                (TokenTree::Punct(sign), [TokenTree::Group(group), after @ ..])
                    if sign.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
                {
                    head.read(group);
                    rest = after;
                }
                (
                    TokenTree::Punct(sign),
                    [TokenTree::Punct(not), TokenTree::Group(group), after @ ..],
                ) if sign.as_char() == '#' && not.as_char() == '!' => {
                    let mut inner = Head::default();
                    inner.read(group);
                    self.close(inner, None);
                    rest = after;
                }
                (TokenTree::Ident(word), [TokenTree::Ident(name), ..]) if word == "fn" => {
                    self.close(std::mem::take(&mut head), Some(name.to_string()));
                }
                (TokenTree::Ident(name), [TokenTree::Punct(not), after @ ..])
                    if not.as_char() == '!' && is_suite(&name.to_string(), after) =>
                {
                    self.collect_names(after);
                    self.close(std::mem::take(&mut head), None);
                }
                (token, _) if is_qualifier(token) => {}
                (token, _) => {
                    self.close(std::mem::take(&mut head), None);
                    if let TokenTree::Group(group) = token {
                        self.scan(group.stream());
                    }
                }
            }
        }
        self.close(head, None);
    }

    /// Notes the rules of a head that an item ends: a function of this name, or something else.
    fn close(&mut self, head: Head, function: Option<String>) {
        let on = match function {
            Some(_) if head.is_test && head.is_ignored => Bearer::IgnoredTest,
            Some(name) if head.is_test => {
                self.tests.insert(name);
                Bearer::Test
            }
            Some(name) => Bearer::Function(name),
            None => Bearer::Other,
        };
        let mut docs = head.docs.into_iter();
        while let Some((line, text)) = docs.next() {
            let Some(list) = text.trim().strip_prefix("Rules:") else {
                continue;
            };
            let mut list = list.trim().to_owned();
            while !list.ends_with('.') {
                let Some((_, more)) = docs.next() else { break };
                list.push(' ');
                list.push_str(more.trim());
            }
            let ended = list.ends_with('.');
            let list = list.trim_end_matches('.').to_owned();
            let on = on.clone();
            self.named.push(Named {
                list,
                ended,
                line,
                on,
            });
        }
    }

    /// Every name in the first group of what follows a macro's `!`.
    fn collect_names(&mut self, after: &[TokenTree]) {
        let group = after.iter().find_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        let mut open: Vec<TokenStream> = group.into_iter().collect();
        while let Some(tokens) = open.pop() {
            for token in tokens {
                match token {
                    TokenTree::Ident(name) => {
                        self.in_suites.insert(name.to_string());
                    }
                    TokenTree::Group(group) => open.push(group.stream()),
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
        }
    }
}

impl Head {
    /// Reads the inside of `#[…]`.
    fn read(&mut self, group: &Group) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        match tokens.as_slice() {
            [
                TokenTree::Ident(name),
                TokenTree::Punct(_),
                TokenTree::Literal(text),
            ] if name == "doc" => {
                if let Lit::Str(text) = Lit::new(text.clone()) {
                    self.docs.push((line_of(&text), text.value()));
                }
            }
            [TokenTree::Ident(name), ..] if name == "ignore" => self.is_ignored = true,
            _ => {
                let path = tokens
                    .iter()
                    .take_while(|token| !matches!(token, TokenTree::Group(_)));
                self.is_test |= path.last().is_some_and(|last| last.to_string() == "test");
            }
        }
    }
}

fn line_of(text: &LitStr) -> usize {
    text.span().start().line
}

/// Whether `name!` with what follows is a macro of a suite, or the definition of one.
fn is_suite(name: &str, after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Ident(defined), ..] if name == "macro_rules" => {
            defined.to_string().contains("suite")
        }
        _ => name.contains("suite"),
    }
}

/// Whether a token may stand between an item's attributes and its `fn`.
fn is_qualifier(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(word) => ["pub", "async", "const", "unsafe", "extern"]
            .iter()
            .any(|qualifier| word == qualifier),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        TokenTree::Literal(_) => true,
        TokenTree::Punct(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(source: &str) -> Named {
        let mut named = naming(source).unwrap().named;
        assert_eq!(named.len(), 1, "{named:?}");
        named.remove(0)
    }

    #[test]
    fn a_test_names_rules() {
        let named =
            one("/// It holds.\n///\n/// Rules: row-1, rotation.\n#[test]\nfn it_holds() {}");
        assert_eq!(
            (named.list.as_str(), named.ended, named.line),
            ("row-1, rotation", true, 3)
        );
        assert_eq!(named.on, Bearer::Test);
    }

    #[test]
    fn a_list_may_run_over_several_lines() {
        let named = one("/// Rules: row-1,\n/// row-2.\n/// More.\n#[test]\nfn f() {}");
        assert_eq!((named.list.as_str(), named.ended), ("row-1, row-2", true));
        assert!(!one("/// Rules: row-1\n#[test]\nfn f() {}").ended);
    }

    #[test]
    fn a_test_with_arguments_in_its_attribute_and_inside_a_module_is_one() {
        let source = "mod tests { #[tokio::test(flavor = \"x\")]\n/// Rules: a.\nasync fn f() {} }";
        assert_eq!(one(source).on, Bearer::Test);
    }

    #[test]
    fn a_test_inside_the_invocation_of_a_macro_is_one() {
        assert_eq!(
            one("proptest! { /// Rules: a.\n#[test]\nfn f(x in 0..9) {} }").on,
            Bearer::Test
        );
    }

    #[test]
    fn an_ignored_test_is_told_from_one_that_runs() {
        assert_eq!(
            one("/// Rules: a.\n#[test]\n#[ignore = \"slow\"]\nfn f() {}").on,
            Bearer::IgnoredTest
        );
    }

    #[test]
    fn rules_on_anything_but_a_test_are_told_apart() {
        let function = Bearer::Function("f".to_owned());
        assert_eq!(
            one("/// Rules: a.\npub(crate) async fn f() {}").on,
            function
        );
        assert_eq!(
            one("/// Rules: a.\nstruct S;\n#[test]\nfn f() {}").on,
            Bearer::Other
        );
        assert_eq!(one("//! Rules: a.\n#[test]\nfn f() {}").on, Bearer::Other);
        assert_eq!(one("enum E { /// Rules: a.\nA }").on, Bearer::Other);
    }

    #[test]
    fn what_the_macro_of_a_suite_lists_is_collected() {
        let source =
            "macro_rules! storage_suite { ($s:expr) => { run!($s; create_keeps, read_finds); } }
                      other! { not_this }";
        let names = naming(source).unwrap().in_suites;
        assert!(names.contains("create_keeps") && names.contains("read_finds"));
        assert!(!names.contains("not_this"));
    }

    #[test]
    fn what_is_not_rust_is_none() {
        assert_eq!(naming("fn f( {"), None);
    }
}
