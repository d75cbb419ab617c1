//! What the tests of plans start from: an ordinary policy, moment and session, and every value of
//! each word.

use std::time::Duration;

use cloakroom_time::Timestamp;

use super::types::{ConflictRule, Lies, Live, Moment, Policy, ProofState, Tracking, Wish};
use crate::refusal::Refusal;
use crate::rules::Rules;

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_000_000);
pub(super) const OVERLAP: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(3_600);

/// An hour of idleness, conflicts are joined, and a reused proof ends its session.
pub(super) const fn policy(tracking: Tracking) -> Policy {
    Policy {
        tracking,
        absolute: Some(Duration::from_secs(86_400)),
        idle: Some(IDLE),
        touch_after: Duration::from_secs(360),
        max_age_follows_idle: false,
        overlap: OVERLAP,
        end_on_reuse: true,
        conflicts: ConflictRule::Join,
        has_proofs: true,
        rules: Rules::native(),
    }
}

/// An ordinary request of a script.
pub(super) const fn moment() -> Moment {
    Moment {
        now: NOW,
        navigation: false,
        passive: false,
        may_renew: true,
        alone: true,
    }
}

/// A session that began an hour ago, with nothing due.
pub(super) fn live() -> Live {
    let began = NOW.saturating_sub(Duration::from_secs(3_600));
    let absolute = policy(Tracking::ById).absolute;
    Live {
        absolute: absolute.map(|absolute| began.saturating_add(absolute)),
        idle: Some(NOW.saturating_add(IDLE)),
        outdated: false,
        proof: ProofState::Current,
        lies: Lies::Here,
        reseal: false,
    }
}

pub(super) const WISHES: [Wish; 8] = [
    Wish::Keep,
    Wish::Write,
    Wish::Rotate,
    Wish::WriteRotate,
    Wish::SignIn,
    Wish::Elevate,
    Wish::End,
    Wish::Abandon,
];

pub(super) const REFUSALS: [Refusal; 18] = [
    Refusal::TooLong,
    Refusal::Malformed,
    Refusal::UnknownVersion,
    Refusal::UnknownKey,
    Refusal::KeyOutOfTime,
    Refusal::KeyRevoked,
    Refusal::Forged,
    Refusal::FromTheFuture,
    Refusal::AbsoluteDeadline,
    Refusal::IdleDeadline,
    Refusal::UnknownId,
    Refusal::ReusedProof,
    Refusal::TooMany,
    Refusal::Ambiguous,
    Refusal::Transformer,
    Refusal::TooLarge,
    Refusal::Content,
    Refusal::Invalid,
];
