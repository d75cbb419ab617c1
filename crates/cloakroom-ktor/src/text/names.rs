//! Names of properties and of classes.

use super::node::Node;
use super::query::{MAX_PAIRS, is_same_name};
use crate::failure::Unwritable;

/// The property in which reflection says which class of a sealed one an object is.
pub(super) const TYPE: &str = "$type";

/// Simple names of Kotlin classes, for the variants whose serde name ends in another one.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Names(Vec<(&'static str, &'static str)>);

impl Names {
    /// Calls `serial` by the simple name `simple`.
    pub(crate) fn add(&mut self, serial: &'static str, simple: &'static str) {
        self.0.push((serial, simple));
    }

    /// The simple name of what serde calls `serial`: what was said, or what is behind the last
    /// point, since a kotlinx serial name is the class's full name by default.
    pub(super) fn simple<'n>(&self, serial: &'n str) -> &'n str
    where
        Self: 'n,
    {
        match self.0.iter().find(|(known, _)| *known == serial) {
            Some((_, simple)) => simple,
            None => serial.rsplit('.').next().unwrap_or(serial),
        }
    }
}

/// Refuses names that Ktor would not find again.
pub(super) fn check_names(fields: &[(&'static str, Node)]) -> Result<(), Unwritable> {
    if fields.len() >= MAX_PAIRS {
        return Err(Unwritable::because(
            "Ktor reads no more than 1000 properties",
        ));
    }
    for (index, (name, _)) in fields.iter().enumerate() {
        let others = fields.iter().take(index);
        let why = if name.is_empty() {
            "Ktor reads no property without a name"
        } else if name.contains(' ') {
            "Ktor reads a space in the name of a property as a plus sign"
        } else if others
            .into_iter()
            .any(|(other, _)| is_same_name(name, other))
        {
            "Ktor compares names without regard to case, and two properties here are one to it"
        } else {
            continue;
        };
        return Err(Unwritable::because(why).in_field(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simple_name_is_what_was_said_or_the_last_part() {
        let mut names = Names::default();
        names.add("sq", "Square");
        assert_eq!(names.simple("sq"), "Square");
        assert_eq!(names.simple("com.example.Shape.Circle"), "Circle");
        assert_eq!(names.simple("Circle"), "Circle");
    }

    #[test]
    fn names_that_do_not_come_back_are_refused() {
        for names in [&[""][..], &["a b"], &["a", "A"], &["é", "x", "É"]] {
            let fields: Vec<_> = names.iter().map(|name| (*name, Node::Null)).collect();
            let error = check_names(&fields).unwrap_err().into_error();
            assert_eq!(error.fields().last(), names.last().copied());
        }
        let many: Vec<_> = (0..MAX_PAIRS).map(|_| ("a", Node::Null)).collect();
        check_names(&many).unwrap_err();
        check_names(&[("a+b", Node::Null), ("$x", Node::Null)]).unwrap();
    }
}
