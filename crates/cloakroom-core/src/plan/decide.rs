//! What a request comes to, before any storage was asked.
//!
//! * **The presented token decides first**, then the deadline, then where the content lies, then
//!   the wish.
//! * **A token is sent for a reason**: a new session, a new proof, changed content that travels, or
//!   a renewal that is due. A superseded proof is a reason only for a sign-in, for an elevation,
//!   and for a rotation whose answer was lost.
//! * **Clearing is rare**: for the application's word, or for a token that no node can ever accept.
//! * **Another system's ways are an argument** (`policy.rules`): when it sends again, what it clears.

use cloakroom_time::Timestamp;

use super::types::{
    Change, ClientStep, Lies, Live, Moment, Notes, Plan, Policy, Presented, ProofChange,
    ProofState, Removal, Replacement, Sent, StorageStep, Tracking, Wish,
};
use crate::event::{EventKind, RenewReason};
use crate::refusal::Refusal;
use crate::rules::{Clears, Writes};

/// What `wish` does to the session that was presented.
pub(crate) fn plan(presented: &Presented, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    let decided = match presented {
        _ if wish == Wish::Abandon => abandoned(),
        Presented::Unavailable => nothing(),
        Presented::Nothing => begin(wish, policy).unwrap_or_else(nothing),
        Presented::Refused(reason) => refused(*reason, wish, policy, moment),
        Presented::Live(live) if is_expired(live, moment) => expired(live, wish, policy, moment),
        Presented::Live(live) => match policy.tracking {
            Tracking::ByValue => by_value(live, wish, policy, moment),
            Tracking::ById => by_id(live, wish, policy, moment),
        },
    };
    Plan {
        before: seen(presented, policy, moment).join(decided.before),
        ..decided
    }
}

/// What the presented token tells by itself.
fn seen(presented: &Presented, policy: &Policy, moment: &Moment) -> Notes {
    match presented {
        Presented::Nothing => Notes::NONE,
        Presented::Unavailable => Notes::one(EventKind::StorageFailed),
        Presented::Refused(Refusal::ReusedProof) => Notes::one(EventKind::Reused),
        Presented::Refused(Refusal::Ambiguous) => {
            Notes::one(EventKind::Refused(Refusal::Ambiguous)).and(EventKind::AmbiguousCookies)
        }
        Presented::Refused(reason) => Notes::one(EventKind::Refused(*reason)),
        Presented::Live(live) => {
            let mut notes = Notes::NONE;
            if is_superseded(live, policy) {
                notes = notes.and(EventKind::SupersededProof);
            }
            if is_expired(live, moment) {
                notes = notes.and(EventKind::Expired);
            }
            notes
        }
    }
}

const fn act(storage: StorageStep, client: ClientStep, after: Notes) -> Plan {
    Plan {
        storage,
        client,
        before: Notes::NONE,
        after,
        moves: false,
    }
}

const fn nothing() -> Plan {
    act(StorageStep::None, ClientStep::None, Notes::NONE)
}

const fn abandoned() -> Plan {
    Plan {
        before: Notes::one(EventKind::Abandoned),
        ..nothing()
    }
}

/// A session where there is none, if the wish makes one.
fn begin(wish: Wish, policy: &Policy) -> Option<Plan> {
    let begun = match wish {
        Wish::Write | Wish::WriteRotate => EventKind::Created,
        Wish::SignIn => EventKind::SignedIn,
        Wish::Keep | Wish::Rotate | Wish::Elevate | Wish::End | Wish::Abandon => return None,
    };
    let storage = stored(policy, StorageStep::Create);
    Some(act(storage, ClientStep::Send(Sent::New), Notes::one(begun)))
}

/// `step` where there is a storage, else none.
const fn stored(policy: &Policy, step: StorageStep) -> StorageStep {
    match policy.tracking {
        Tracking::ByValue => StorageStep::None,
        Tracking::ById => step,
    }
}

fn refused(reason: Refusal, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    let cleared = clear_if(match policy.rules.clears {
        Clears::Rarely => wish == Wish::End || (reason.is_for_ever() && may_clear(moment)),
        Clears::Unusable => moment.alone && is_unusable(reason, wish, policy),
    });
    let begun = begin(wish, policy);
    let then_create = begun.is_some();
    let decided = begun.unwrap_or_else(|| act(StorageStep::None, cleared, Notes::NONE));
    if reason == Refusal::ReusedProof && policy.end_on_reuse {
        let remove = StorageStep::Remove(Removal::Reused { then_create });
        return Plan {
            storage: stored(policy, remove),
            ..decided
        };
    }
    decided
}

/// What the transformers let through and is no session. A record that lies there may be for another
/// version of the application, or half written by a program that asks nobody: the id stays good,
/// unless the application ends the session.
fn is_unusable(reason: Refusal, wish: Wish, policy: &Policy) -> bool {
    let may_come_right = policy.tracking == Tracking::ById && reason != Refusal::UnknownId;
    reason.is_of_content() && (wish == Wish::End || !may_come_right)
}

/// The absolute deadline passed between loading and now: only a sign-in outlives that.
fn expired(live: &Live, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    if wish == Wish::SignIn {
        return replaced(Replacement::SignIn, policy);
    }
    let dead = may_clear(moment) && !is_superseded(live, policy);
    act(
        stored(policy, StorageStep::Remove(Removal::Expired)),
        clear_if(wish == Wish::End || dead),
        Notes::NONE,
    )
}

fn by_value(live: &Live, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    let send = |sent, told| act(StorageStep::None, ClientStep::Send(sent), Notes::one(told));
    match wish {
        Wish::Keep | Wish::Abandon => {
            let due = due(live, policy, moment).is_some();
            match renewal(live, due, policy, moment) {
                Some(reason) => send(Sent::Renewed, EventKind::Renewed(reason)),
                None if sends_again(policy, moment) => send(Sent::Again, AGAIN),
                None => nothing(),
            }
        }
        Wish::Write => send(Sent::Changed, EventKind::Changed),
        Wish::Rotate | Wish::WriteRotate => send(Sent::Rotated, EventKind::Rotated),
        Wish::SignIn => replaced(Replacement::SignIn, policy),
        Wish::Elevate => replaced(Replacement::Elevate, policy),
        Wish::End => ended(policy),
    }
}

fn by_id(live: &Live, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    match wish {
        Wish::SignIn => replaced(Replacement::SignIn, policy),
        Wish::Elevate => replaced(Replacement::Elevate, policy),
        Wish::End => ended(policy),
        _ if live.lies == Lies::Elsewhere => moved_here(live, wish, policy, moment),
        _ if live.lies == Lies::ElsewhereUnderThisId => in_its_place(live, wish, policy, moment),
        Wish::Rotate | Wish::WriteRotate if !policy.has_proofs => {
            replaced(Replacement::Rotate, policy)
        }
        Wish::Keep | Wish::Abandon => kept(live, policy, moment),
        Wish::Write => written(live, policy, moment),
        Wish::Rotate => {
            rotated(live, false, policy, moment).unwrap_or_else(|| kept(live, policy, moment))
        }
        Wish::WriteRotate => {
            rotated(live, true, policy, moment).unwrap_or_else(|| written(live, policy, moment))
        }
    }
}

/// A by-id session whose record the provider's other form keeps: taken over with any change, or
/// alone where a renewal would be sent.
fn moved_here(live: &Live, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    let told = match wish {
        Wish::Write | Wish::WriteRotate => Some(EventKind::Changed),
        Wish::Rotate => Some(EventKind::Rotated),
        _ => None,
    };
    let renews = renewal(live, false, policy, moment).map(EventKind::Renewed);
    let Some(why) = told.or(renews) else {
        return nothing();
    };
    let changed = told.is_some();
    let step = StorageStep::Replace(Replacement::Move { changed });
    let after = Notes::one(EventKind::Moved).and(why);
    act(step, ClientStep::Send(Sent::New), after)
}

/// A by-id session whose record lies elsewhere under the very id that it has here: what is done if it lay
/// here is done there, and then it is moved.
///
/// Its token stays, so no navigation is needed: what only reads moves it, too, unless it is passive or
/// came by a superseded proof.
fn in_its_place(live: &Live, wish: Wish, policy: &Policy, moment: &Moment) -> Plan {
    let here = Live {
        lies: Lies::Here,
        // The move encrypts it under the key that issues now.
        reseal: false,
        ..*live
    };
    let as_here = by_id(&here, wish, policy, moment);
    let changed = matches!(as_here.storage, StorageStep::Update(_)) && wish != Wish::Keep;
    if !changed && (moment.passive || is_superseded(live, policy)) {
        return as_here;
    }
    Plan {
        moves: true,
        ..as_here
    }
}

fn replaced(why: Replacement, policy: &Policy) -> Plan {
    let told = match why {
        Replacement::SignIn => EventKind::SignedIn,
        Replacement::Elevate => EventKind::Elevated,
        Replacement::Rotate => EventKind::Rotated,
        Replacement::Move { .. } => EventKind::Moved,
    };
    let storage = stored(policy, StorageStep::Replace(why));
    act(storage, ClientStep::Send(Sent::New), Notes::one(told))
}

const fn ended(policy: &Policy) -> Plan {
    act(
        stored(policy, StorageStep::Remove(Removal::Ended)),
        ClientStep::Clear,
        Notes::one(EventKind::Ended),
    )
}

/// A by-id session that was only read: settled, touched, renewed, each where it is due.
///
/// A passive request settles all the same. Were it not so, a client that only polls with its new
/// proof would look as if it had never got it, and a late rotation by the old proof would replace
/// the one in use.
fn kept(live: &Live, policy: &Policy, moment: &Moment) -> Plan {
    if is_superseded(live, policy) {
        return nothing();
    }
    let idle = due(live, policy, moment);
    let update = |proof| {
        StorageStep::Update(Change {
            content: false,
            idle,
            proof,
        })
    };
    // What is written anew is encrypted under the key that issues now.
    let reseal = live.reseal && !moment.passive;
    let storage = match idle {
        _ if live.proof == ProofState::Unsettled => update(ProofChange::Settle),
        _ if reseal => update(ProofChange::Keep),
        Some(idle) => StorageStep::Touch(idle),
        None => StorageStep::None,
    };
    let mut after = settled_note(live);
    if reseal {
        after = after.and(EventKind::Resealed);
    }
    if idle.is_some() {
        after = after.and(EventKind::Touched);
    }
    let decided = with_renewal(act(storage, ClientStep::None, after), live, policy, moment);
    if decided.client == ClientStep::None && sends_again(policy, moment) {
        return Plan {
            client: ClientStep::Send(Sent::Again),
            after: decided.after.and(AGAIN),
            ..decided
        };
    }
    decided
}

const AGAIN: EventKind = EventKind::Renewed(RenewReason::Always);

/// Whether the provider sends its token with every response.
fn sends_again(policy: &Policy, moment: &Moment) -> bool {
    policy.rules.writes == Writes::Always && !moment.passive
}

/// A by-id session with new content, under the proof that it has.
fn written(live: &Live, policy: &Policy, moment: &Moment) -> Plan {
    let proof = match live.proof {
        ProofState::Unsettled => ProofChange::Settle,
        ProofState::Current | ProofState::Overlapping | ProofState::Superseded { .. } => {
            ProofChange::Keep
        }
    };
    let change = Change {
        content: true,
        idle: moved(live, policy, moment),
        proof,
    };
    let after = settled_note(live).and(EventKind::Changed);
    let client = match policy.rules.writes {
        Writes::WhenChanged => ClientStep::None,
        Writes::SentWhenChanged | Writes::WhenSet | Writes::Always => {
            ClientStep::Send(Sent::Changed)
        }
    };
    let decided = act(StorageStep::Update(change), client, after);
    with_renewal(decided, live, policy, moment)
}

/// A by-id session with a new proof; `None` where the presented one may not be rotated.
fn rotated(live: &Live, content: bool, policy: &Policy, moment: &Moment) -> Option<Plan> {
    let proof = match live.proof {
        ProofState::Current => ProofChange::Rotate,
        // A record knows one old proof. While that is good it must not be pushed out: a request
        // that is under way with it would count as a thief's.
        ProofState::Overlapping | ProofState::Unsettled => return None,
        ProofState::Superseded {
            rotated_at,
            presented: false,
        } if moment.now.saturating_since(rotated_at) >= policy.overlap => {
            ProofChange::ReplaceUnpresented
        }
        ProofState::Superseded { .. } => return None,
    };
    let change = Change {
        content,
        idle: moved(live, policy, moment),
        proof,
    };
    Some(act(
        StorageStep::Update(change),
        ClientStep::Send(Sent::Rotated),
        Notes::one(EventKind::Rotated),
    ))
}

/// The first use of a new proof settles its rotation, together with whatever else is done.
fn settled_note(live: &Live) -> Notes {
    match live.proof {
        ProofState::Unsettled => Notes::one(EventKind::RotationSettled),
        _ => Notes::NONE,
    }
}

/// `decided`, and the id sent again where its renewal is due.
fn with_renewal(decided: Plan, live: &Live, policy: &Policy, moment: &Moment) -> Plan {
    let due = policy.max_age_follows_idle && due(live, policy, moment).is_some();
    match renewal(live, due, policy, moment) {
        Some(reason) => Plan {
            client: ClientStep::Send(Sent::Renewed),
            after: decided.after.and(EventKind::Renewed(reason)),
            ..decided
        },
        None => decided,
    }
}

/// Why the token is to be sent again, if it is: only in answer to a navigation, because of two
/// parallel responses the browser keeps the one that comes last.
fn renewal(live: &Live, due: bool, policy: &Policy, moment: &Moment) -> Option<RenewReason> {
    let may_send = moment.navigation && moment.may_renew && !moment.passive;
    if !may_send || is_superseded(live, policy) {
        return None;
    }
    if live.outdated {
        return Some(RenewReason::Outdated);
    }
    due.then_some(RenewReason::Idle)
}

/// The new idle deadline, if it is far enough from the recorded one to be worth a step of its own.
///
/// The last step, to the absolute deadline, is worth it however short it is: else a session in use
/// would end before that.
fn due(live: &Live, policy: &Policy, moment: &Moment) -> Option<Timestamp> {
    if moment.passive {
        return None;
    }
    // A record without an idle deadline is not touched: the storage's `touch` gives it none.
    let recorded = live.idle?;
    moved(live, policy, moment).filter(|next| {
        next.saturating_since(recorded) >= policy.touch_after || live.absolute == Some(*next)
    })
}

/// The new idle deadline, if it is later than the recorded one: never a step back.
fn moved(live: &Live, policy: &Policy, moment: &Moment) -> Option<Timestamp> {
    let next = policy.idle_deadline(moment.now, live.absolute)?;
    let forward = live.idle.is_none_or(|recorded| next > recorded);
    forward.then_some(next)
}

/// A deadline is the first instant at which the session is over.
fn is_expired(live: &Live, moment: &Moment) -> bool {
    live.absolute.is_some_and(|absolute| absolute <= moment.now)
}

/// Only a record has proofs; the token of a by-value session proves itself.
fn is_superseded(live: &Live, policy: &Policy) -> bool {
    policy.tracking == Tracking::ById && matches!(live.proof, ProofState::Superseded { .. })
}

/// Without the application's word a cookie is cleared only in answer to a navigation, and never
/// where another one of its name verified.
const fn may_clear(moment: &Moment) -> bool {
    moment.navigation && moment.alone
}

const fn clear_if(clear: bool) -> ClientStep {
    if clear {
        ClientStep::Clear
    } else {
        ClientStep::None
    }
}
