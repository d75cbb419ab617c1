//! Which of several tokens of one name counts.

use crate::refusal::Refusal;

/// Of several tokens: the one session that they are, or why they are none.
pub(super) struct Choice<T> {
    pub(super) chosen: Result<T, Refusal>,
    /// No other token verified.
    pub(super) alone: bool,
}

/// Chooses among candidates that verified or were refused.
///
/// Those that verify must be one session by `same`; then `newer` picks. Where none verifies, a
/// reused proof is told above all; else a reason that may pass is told before one that is for
/// ever, so that nothing is cleared which may yet be good on another node.
pub(super) fn choose<T>(
    candidates: impl IntoIterator<Item = Result<T, Refusal>>,
    same: impl Fn(&T, &T) -> bool,
    newer: impl Fn(&T, &T) -> bool,
) -> Choice<T> {
    let mut best: Option<T> = None;
    let mut refusal: Option<Refusal> = None;
    let mut alone = true;
    for candidate in candidates {
        match candidate {
            Err(reason) => refusal = Some(refusal.map_or(reason, |known| weightier(known, reason))),
            Ok(verified) => match best.take() {
                None => best = Some(verified),
                Some(known) if !same(&known, &verified) => {
                    return Choice {
                        chosen: Err(Refusal::Ambiguous),
                        alone: false,
                    };
                }
                Some(known) => {
                    alone = false;
                    best = Some(if newer(&verified, &known) {
                        verified
                    } else {
                        known
                    });
                }
            },
        }
    }
    Choice {
        chosen: best.ok_or_else(|| refusal.unwrap_or(Refusal::Malformed)),
        alone,
    }
}

/// Why a token is a session in neither of two forms: what its own form says, unless it is plainly
/// not of that form.
pub(super) const fn likelier(own: Refusal, other: Refusal) -> Refusal {
    match (own, other) {
        (own, _) if is_of_another_form(own) => other,
        (Refusal::UnknownId, other) if !is_of_another_form(other) => other,
        _ => own,
    }
}

const fn is_of_another_form(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Malformed | Refusal::UnknownVersion | Refusal::Transformer
    )
}

fn weightier(known: Refusal, other: Refusal) -> Refusal {
    if known == Refusal::ReusedProof || other == Refusal::ReusedProof {
        Refusal::ReusedProof
    } else if known.is_for_ever() {
        other
    } else {
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Candidate = Result<(u8, u8), Refusal>;

    fn choice(candidates: impl IntoIterator<Item = Candidate>) -> (Candidate, bool) {
        let choice = choose(candidates, |a, b| a.0 == b.0, |a, b| a.1 > b.1);
        (choice.chosen, choice.alone)
    }

    /// Rules: several-cookies, row-7.
    #[test]
    fn of_several_tokens_of_one_session_the_newest_counts() {
        let tokens = [Ok((1, 5)), Err(Refusal::Forged), Ok((1, 7)), Ok((1, 6))];
        assert_eq!(choice(tokens), (Ok((1, 7)), false));
    }

    /// Rules: several-cookies, row-7.
    #[test]
    fn tokens_of_different_sessions_are_none() {
        let tokens = [Ok((1, 5)), Ok((2, 5))];
        assert_eq!(choice(tokens), (Err(Refusal::Ambiguous), false));
    }

    /// Rules: several-cookies.
    #[test]
    fn a_dead_leftover_beside_a_live_token_is_ignored() {
        let tokens = [Err(Refusal::UnknownId), Ok((1, 5))];
        assert_eq!(choice(tokens), (Ok((1, 5)), true));
    }

    /// Rules: clearing.
    #[test]
    fn a_reason_that_may_pass_is_told_before_one_that_is_for_ever() {
        let tokens = [
            Err(Refusal::Forged),
            Err(Refusal::UnknownKey),
            Err(Refusal::Malformed),
        ];
        assert_eq!(choice(tokens).0, Err(Refusal::UnknownKey));
        let tokens = [Err(Refusal::UnknownKey), Err(Refusal::ReusedProof)];
        assert_eq!(choice(tokens).0, Err(Refusal::ReusedProof));
    }
}
