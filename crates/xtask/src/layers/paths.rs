//! Paths among the tokens of a macro, which no parser reads as paths.

use proc_macro2::{TokenStream, TokenTree};

use super::imports::Written;

/// Every run of names joined by `::`, in order, in groups too; a `$` before `crate` is left out.
///
/// What follows a dot is a field or a method, and what follows `::` the rest of a path that began
/// elsewhere: neither is a path.
pub(crate) fn paths(tokens: TokenStream) -> Vec<Written> {
    let mut found = Vec::new();
    scan(tokens, &mut found);
    found
}

fn scan(tokens: TokenStream, found: &mut Vec<Written>) {
    let mut open: Option<Written> = None;
    let mut before = Before::Other;
    for token in tokens {
        before = match token {
            TokenTree::Ident(name) => {
                let segment = name.to_string();
                match (&mut open, before) {
                    (Some(path), Before::Colons) => path.segments.push(segment),
                    (None, Before::Colons) | (_, Before::Dot) => {}
                    _ => {
                        let line = name.span().start().line;
                        let segments = vec![segment];
                        found.extend(open.replace(Written { segments, line }));
                    }
                }
                Before::Other
            }
            TokenTree::Punct(punct) => match (punct.as_char(), before) {
                (':', Before::Colon) => Before::Colons,
                (':', _) => Before::Colon,
                (sign, _) => {
                    found.extend(open.take());
                    if sign == '.' {
                        Before::Dot
                    } else {
                        Before::Other
                    }
                }
            },
            TokenTree::Group(group) => {
                found.extend(open.take());
                scan(group.stream(), found);
                Before::Other
            }
            TokenTree::Literal(_) => {
                found.extend(open.take());
                Before::Other
            }
        };
    }
    found.extend(open);
}

/// What stands before a token.
#[derive(Clone, Copy)]
enum Before {
    Dot,
    Colon,
    Colons,
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<String> {
        let paths = paths(source.parse().unwrap());
        paths
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn paths_in_groups_are_found_and_fields_are_not() {
        assert_eq!(
            read("x, crate::a::B(self.c, [super::d()])"),
            ["x", "crate::a::B", "self", "super::d"]
        );
    }

    #[test]
    fn a_macros_own_crate_is_the_crate() {
        assert_eq!(read("$crate::a::b!($x)"), ["crate::a::b", "x"]);
    }

    #[test]
    fn the_rest_of_a_path_after_its_generics_is_no_path() {
        assert_eq!(read("A::<B>::c"), ["A", "B"]);
    }

    #[test]
    fn a_type_after_a_colon_is_a_path_of_its_own() {
        assert_eq!(read("key: crate::A"), ["key", "crate::A"]);
    }

    #[test]
    fn a_path_from_the_outermost_is_none() {
        assert_eq!(read("x = ::std::mem::take"), ["x"]);
    }
}
