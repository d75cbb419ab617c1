//! What a storage leaves out of the suite, and where its users read why.
//!
//! * **Only what is documented may be left out**: the reason is a sentence of the storage's own docs.
//! * **Names are constants**, so one that no function has does not compile.

/// The functions that a storage leaves out, by the sentences of its documentation that say why.
#[derive(Debug)]
pub struct LeftOut {
    text: &'static str,
    reasons: &'static [(&'static str, &'static [&'static str])],
}

impl LeftOut {
    /// Functions left out for sentences of this text.
    #[must_use]
    pub const fn new(
        text: &'static str,
        reasons: &'static [(&'static str, &'static [&'static str])],
    ) -> Self {
        Self { text, reasons }
    }

    /// Whether the function of this name is left out.
    ///
    /// # Panics
    ///
    /// If it is, and the documentation does not say why.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        let mut reasons = self.reasons.iter();
        let Some((sentence, _)) = reasons.find(|(_, names)| names.contains(&name)) else {
            return false;
        };
        let sentence = folded(sentence);
        assert!(
            !sentence.is_empty() && folded(self.text).contains(&sentence),
            "{name} is left out, and the documentation does not say: {sentence}"
        );
        true
    }
}

/// The words, one space between them, without what makes a line one of documentation.
fn folded(text: &str) -> String {
    let words = text.lines().flat_map(|line| {
        let line = line.trim_start();
        let marks = ["///", "//!"].into_iter();
        let bare = marks.filter_map(|mark| line.strip_prefix(mark)).next();
        bare.unwrap_or(line).split_whitespace()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The names of all functions, each under itself.
#[expect(non_upper_case_globals, reason = "a name is that of a function")]
pub mod names {
    macro_rules! names {
        ({} $($name:ident)*) => { $(#[doc = "Its name."] pub const $name: &str = stringify!($name);)* };
    }

    crate::for_each_in_storage_suite! { names! {} }
}

#[cfg(test)]
mod tests {
    use super::{LeftOut, names};

    const SOURCE: &str = "    /// A file names no\n    ///   subject, and no date.\nstruct Files;";

    #[test]
    fn what_the_documentation_says_is_left_out_and_nothing_else() {
        let left_out = LeftOut::new(
            SOURCE,
            &[("names no subject", &[names::list_is_oldest_first])],
        );
        assert!(left_out.holds("list_is_oldest_first"));
        assert!(!left_out.holds("a_floor_only_rises"));
    }

    #[test]
    #[should_panic(expected = "the documentation does not say: no deadline")]
    fn what_the_documentation_does_not_say_is_no_reason() {
        let left_out = LeftOut::new(SOURCE, &[("no deadline", &[names::a_floor_only_rises])]);
        let _panics = left_out.holds("a_floor_only_rises");
    }

    #[test]
    #[should_panic(expected = "the documentation does not say")]
    fn an_empty_sentence_is_no_reason() {
        let left_out = LeftOut::new(SOURCE, &[(" ", &[names::a_floor_only_rises])]);
        let _panics = left_out.holds("a_floor_only_rises");
    }
}
