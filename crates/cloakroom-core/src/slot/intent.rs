//! What the handler wants of a session so far.
//!
//! End beats all; a write after an end is a sign-in; sign-in beats elevate beats rotate.

use crate::plan::Wish;

/// The wishes of one request, gathered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Intent {
    written: bool,
    rotated: bool,
    rise: Rise,
    ended: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Rise {
    #[default]
    None,
    Elevate,
    SignIn,
}

impl Intent {
    pub(crate) fn write(&mut self) {
        self.written = true;
        if self.ended {
            self.sign_in();
        }
    }

    pub(crate) const fn rotate(&mut self) {
        self.rotated = true;
    }

    pub(crate) fn elevate(&mut self) {
        self.written = true;
        self.rise = self.rise.max(Rise::Elevate);
    }

    pub(crate) const fn sign_in(&mut self) {
        self.written = true;
        self.ended = false;
        self.rise = Rise::SignIn;
    }

    pub(crate) const fn end(&mut self) {
        self.ended = true;
    }

    /// What they come to.
    pub(crate) const fn wish(self) -> Wish {
        match self {
            Self { ended: true, .. } => Wish::End,
            Self {
                rise: Rise::SignIn, ..
            } => Wish::SignIn,
            Self {
                rise: Rise::Elevate,
                ..
            } => Wish::Elevate,
            Self {
                rotated: true,
                written: true,
                ..
            } => Wish::WriteRotate,
            Self { rotated: true, .. } => Wish::Rotate,
            Self { written: true, .. } => Wish::Write,
            _ => Wish::Keep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Op {
        Write,
        Rotate,
        Elevate,
        SignIn,
        End,
    }

    fn wish(ops: &[Op]) -> Wish {
        let mut intent = Intent::default();
        for op in ops {
            match op {
                Op::Write => intent.write(),
                Op::Rotate => intent.rotate(),
                Op::Elevate => intent.elevate(),
                Op::SignIn => intent.sign_in(),
                Op::End => intent.end(),
            }
        }
        intent.wish()
    }

    /// Rules: one-gate.
    #[test]
    fn several_wishes_come_to_the_strongest() {
        use Op::{Elevate, End, Rotate, SignIn, Write};
        let cases: &[(&[Op], Wish)] = &[
            (&[], Wish::Keep),
            (&[Write], Wish::Write),
            (&[Rotate], Wish::Rotate),
            (&[Rotate, Write], Wish::WriteRotate),
            (&[Elevate, Rotate], Wish::Elevate),
            (&[SignIn, Elevate, Rotate], Wish::SignIn),
            (&[Elevate, SignIn], Wish::SignIn),
            (&[SignIn, End], Wish::End),
            (&[End, Rotate], Wish::End),
            (&[End, Write], Wish::SignIn),
            (&[End, Write, End], Wish::End),
            (&[End, SignIn, Rotate], Wish::SignIn),
        ];
        for (ops, expected) in cases {
            assert_eq!(wish(ops), *expected, "{ops:?}");
        }
    }
}
