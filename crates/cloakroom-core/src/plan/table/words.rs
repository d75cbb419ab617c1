//! What the words of a row mean. An unknown word fails the test.

use std::time::Duration;

use cloakroom_time::Timestamp;

use crate::plan::samples::{NOW, OVERLAP, REFUSALS, live, moment, policy};
use crate::plan::{
    Answer, ConflictRule, Joined, Lies, Moment, Policy, Presented, ProofState, Tracking, Wish,
};
use crate::refusal::Refusal;
use crate::rules::{Clears, Writes};

/// A situation: everything that a plan looks at but the wish.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    pub(super) presented: Presented,
    pub(super) policy: Policy,
    pub(super) moment: Moment,
}

/// What answers a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reply {
    Storage(Answer),
    Join(Joined),
}

/// The situations that `words` stand for: one, or one for each refusal of a kind.
pub(super) fn situations(tracking: Tracking, words: &str) -> Vec<Situation> {
    let (first, details) = words.split_once(' ').unwrap_or((words, ""));
    presented(first)
        .into_iter()
        .map(|presented| {
            let mut situation = Situation {
                presented,
                policy: policy(tracking),
                moment: moment(),
            };
            for word in details.split_whitespace() {
                detail(word, &mut situation);
            }
            situation
        })
        .collect()
}

fn presented(word: &str) -> Vec<Presented> {
    let refusals = |wanted: &dyn Fn(Refusal) -> bool| {
        let of_kind = REFUSALS.into_iter().filter(|reason| wanted(*reason));
        of_kind.map(Presented::Refused).collect()
    };
    let with_proof = |proof| {
        let mut live = live();
        live.proof = proof;
        vec![Presented::Live(live)]
    };
    let superseded = |age, presented| {
        with_proof(ProofState::Superseded {
            rotated_at: NOW.saturating_sub(age),
            presented,
        })
    };
    let millisecond = Duration::from_millis(1);
    match word {
        "nothing" => vec![Presented::Nothing],
        "unavailable" => vec![Presented::Unavailable],
        "for-ever" => refusals(&Refusal::is_for_ever),
        // Told in words of their own, these two have their own rows.
        "for-now" => refusals(&|reason| {
            !reason.is_for_ever() && !matches!(reason, Refusal::ReusedProof | Refusal::Ambiguous)
        }),
        "reused" => vec![Presented::Refused(Refusal::ReusedProof)],
        // What transformers let through, and what they do not.
        "content" => refusals(&Refusal::is_of_content),
        "unknown" => vec![Presented::Refused(Refusal::UnknownId)],
        "garbled" => refusals(&|reason| reason.is_of_content() && reason != Refusal::UnknownId),
        "untrusted" => refusals(&|reason| {
            !reason.is_of_content() && !matches!(reason, Refusal::ReusedProof | Refusal::Ambiguous)
        }),
        "ambiguous" => vec![Presented::Refused(Refusal::Ambiguous)],
        "live" => vec![Presented::Live(live())],
        "expired" => {
            let mut live = live();
            live.absolute = Some(NOW);
            vec![Presented::Live(live)]
        }
        "overlapping" => with_proof(ProofState::Overlapping),
        "unsettled" => with_proof(ProofState::Unsettled),
        "superseded" => superseded(OVERLAP - millisecond, false),
        "superseded-late" => superseded(OVERLAP, false),
        "superseded-presented" => superseded(OVERLAP, true),
        _ => panic!("{word:?} is not a thing to present"),
    }
}

fn detail(word: &str, situation: &mut Situation) {
    let Situation {
        presented,
        policy,
        moment,
    } = situation;
    let idle_for = |span| {
        let idle = policy.idle_deadline(NOW, None);
        idle.map(|idle: Timestamp| idle.saturating_sub(span))
    };
    match (word, presented) {
        ("due", Presented::Live(live)) => live.idle = idle_for(policy.touch_after),
        ("due-soon", Presented::Live(live)) => {
            live.idle = idle_for(policy.touch_after - Duration::from_millis(1));
        }
        ("outdated", Presented::Live(live)) => live.outdated = true,
        ("nav", _) => moment.navigation = true,
        ("passive", _) => moment.passive = true,
        ("no-renew", _) => moment.may_renew = false,
        ("not-alone", _) => moment.alone = false,
        ("max-age", _) => policy.max_age_follows_idle = true,
        ("reuse-is-told", _) => policy.end_on_reuse = false,
        ("elsewhere", Presented::Live(live)) => {
            live.lies = Lies::Elsewhere;
            live.outdated = true;
        }
        ("same-id", Presented::Live(live)) => live.lies = Lies::ElsewhereUnderThisId,
        ("reseal", Presented::Live(live)) => live.reseal = true,
        ("no-proofs", _) => policy.has_proofs = false,
        ("sent-when-changed", _) => policy.rules.writes = Writes::SentWhenChanged,
        ("when-set", _) => policy.rules.writes = Writes::WhenSet,
        ("always", _) => policy.rules.writes = Writes::Always,
        ("unusable", _) => policy.rules.clears = Clears::Unusable,
        ("last-wins", _) => policy.conflicts = ConflictRule::LastWins,
        ("reject", _) => policy.conflicts = ConflictRule::Reject,
        _ => panic!("{word:?} is no detail of this situation"),
    }
}

pub(super) fn wish(word: &str) -> Wish {
    match word {
        "keep" => Wish::Keep,
        "write" => Wish::Write,
        "rotate" => Wish::Rotate,
        "write-rotate" => Wish::WriteRotate,
        "sign-in" => Wish::SignIn,
        "elevate" => Wish::Elevate,
        "end" => Wish::End,
        "abandon" => Wish::Abandon,
        _ => panic!("{word:?} is no wish"),
    }
}

/// The replies of a cell, in order; `exists*8` is eight of them.
pub(super) fn replies(cell: &str) -> Vec<Reply> {
    cell.split_whitespace()
        .flat_map(|word| {
            let (word, times) = word.split_once('*').unwrap_or((word, "1"));
            vec![reply(word); times.parse().expect("a number of times")]
        })
        .collect()
}

fn reply(word: &str) -> Reply {
    let answer = match word {
        "merged" => return Reply::Join(Joined::Merged),
        "same" => return Reply::Join(Joined::SameAsTheirs),
        "rejected" => return Reply::Join(Joined::Rejected),
        "done" => Answer::Done,
        "absent" => Answer::Absent,
        "exists" => Answer::Exists,
        "full" => Answer::Full,
        "too-many" => Answer::TooManyForSubject,
        "signed-out" => Answer::SignedOutMeanwhile,
        "conflict" => Answer::Conflict { same_proof: true },
        "lost" => Answer::Conflict { same_proof: false },
        "gone" => Answer::Gone,
        "failed" => Answer::Failed,
        _ => panic!("{word:?} is no answer"),
    };
    Reply::Storage(answer)
}
