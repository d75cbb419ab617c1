//! Statements with names for arguments, as each database wants them.
//!
//! * **Our own texts only**: a template is written in this crate, and holds no literal text, so
//!   that a colon before a letter always begins a name.

use crate::shared::args::Param;

/// A statement as a database wants it, with the arguments in its order.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) params: Vec<Param>,
}

/// How a database names the arguments of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style {
    /// `?1`, and again `?1` for the same argument.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    Numbered(char),
    /// `?` each time.
    #[cfg(feature = "mysql")]
    Anonymous,
}

impl Statement {
    /// The statement of a template, in which `:name` is an argument.
    pub(crate) fn of(template: &str, style: Style) -> Self {
        let mut params = Vec::new();
        let text = rename(template, |name| {
            let Some(param) = Param::of(name) else {
                return format!(":{name}");
            };
            match style {
                #[cfg(feature = "mysql")]
                Style::Anonymous => {
                    params.push(param);
                    "?".to_owned()
                }
                #[cfg(any(feature = "postgres", feature = "sqlite"))]
                Style::Numbered(sign) => {
                    let known = params.iter().position(|known| *known == param);
                    let place = known.unwrap_or_else(|| {
                        params.push(param);
                        params.len() - 1
                    });
                    format!("{sign}{}", place + 1)
                }
            }
        });
        Self { text, params }
    }
}

/// The body of a routine whose argument `p_name` is the template's `:name`.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) fn within_routine(template: &str) -> String {
    rename(template, |name| format!("p_{name}"))
}

/// Puts something else in the place of each `:name`.
fn rename(template: &str, mut rename: impl FnMut(&str) -> String) -> String {
    let mut parts = template.split(':');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        if name.is_empty() {
            text.push(':');
        } else {
            text.push_str(&rename(name));
        }
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "SELECT a FROM t WHERE key = :key AND (end > :now OR begin < :now)";

    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    #[test]
    fn a_numbered_argument_is_given_once() {
        let statement = Statement::of(TEMPLATE, Style::Numbered('$'));
        let text = "SELECT a FROM t WHERE key = $1 AND (end > $2 OR begin < $2)";
        assert_eq!(statement.text, text);
        assert_eq!(statement.params, [Param::Key, Param::Now]);
    }

    #[cfg(feature = "mysql")]
    #[test]
    fn an_anonymous_argument_is_given_each_time() {
        let statement = Statement::of(TEMPLATE, Style::Anonymous);
        let text = "SELECT a FROM t WHERE key = ? AND (end > ? OR begin < ?)";
        assert_eq!(statement.text, text);
        assert_eq!(statement.params, [Param::Key, Param::Now, Param::Now]);
    }

    #[cfg(any(feature = "mysql", feature = "postgres"))]
    #[test]
    fn a_routine_has_arguments_of_its_own() {
        let text = "SELECT a FROM t WHERE key = p_key AND (end > p_now OR begin < p_now)";
        assert_eq!(within_routine(TEMPLATE), text);
    }
}
