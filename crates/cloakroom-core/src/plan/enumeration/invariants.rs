//! The invariants of the rules: what holds in every combination.

use super::space::{End, ends, for_each_plan};
use crate::event::EventKind;

use crate::plan::{
    ClientStep, Lies, Presented, Removal, Replacement, Sent, StorageStep, Tracking, Wish,
};
use crate::refusal::Refusal;
use crate::rules::Clears;

/// Rules: plan-is-pure.
#[test]
fn a_session_by_value_never_touches_a_storage() {
    for_each_plan(|case, plan| {
        if case.policy.tracking == Tracking::ByValue {
            assert_eq!(plan.storage, StorageStep::None, "{case:?}");
        }
    });
}

/// Rules: row-9, row-37.
#[test]
fn an_unavailable_or_abandoned_session_is_left_alone() {
    for_each_plan(|case, plan| {
        if case.presented == Presented::Unavailable || case.wish == Wish::Abandon {
            assert_eq!(plan.storage, StorageStep::None, "{case:?}");
            assert_eq!(plan.client, ClientStep::None, "{case:?}");
            assert_eq!(plan.after.iter().count(), 0, "{case:?}");
        }
    });
}

/// Rules: bad-input, reused-proof.
#[test]
fn nothing_refused_is_changed_but_a_reused_proof_ends_its_session() {
    for_each_plan(|case, plan| {
        let Presented::Refused(reason) = case.presented else {
            return;
        };
        let ends = reason == Refusal::ReusedProof && case.policy.end_on_reuse;
        let allowed = match plan.storage {
            StorageStep::None | StorageStep::Create => true,
            StorageStep::Remove(Removal::Reused { .. }) => ends,
            _ => false,
        };
        assert!(allowed, "{case:?}: {plan:?}");
    });
}

/// Rules: bad-input, row-21, row-25b.
#[test]
fn a_request_that_only_reads_is_never_failed() {
    for End { case, settled, .. } in ends() {
        if case.wish == Wish::Keep && !case.expired() {
            assert_eq!(settled.verdict, Ok(()), "{case:?}");
        }
    }
}

/// Rules: no-upsert.
#[test]
fn a_new_record_and_a_new_token_go_together() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let sent = settled.client == ClientStep::Send(Sent::New);
        if history.created {
            assert!(sent || settled.client == ClientStep::None, "{case:?}");
        }
        if sent && !case.by_value() {
            assert!(history.created || history.met, "{case:?}: {history:?}");
        }
    }
}

/// Rules: no-upsert.
#[test]
fn what_is_gone_is_neither_made_again_nor_sent() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        if history.gone {
            assert!(!history.created, "{case:?}: {history:?}");
            assert_eq!(settled.client, ClientStep::None, "{case:?}: {history:?}");
        }
    }
}

/// Rules: row-29, row-30, row-30b.
#[test]
fn a_new_token_is_never_sent_while_the_old_session_is_alive() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let sent = settled.client == ClientStep::Send(Sent::New);
        if case.by_value() || case.live().is_none() || !sent {
            continue;
        }
        let ended = match case.wish {
            // Whoever removed it: a sign-in is a new beginning.
            Wish::SignIn => history.removed || history.absent,
            // Rights are not raised on a session that someone else has ended.
            _ => history.removed || history.met,
        };
        assert!(ended, "{case:?}: {history:?}");
    }
}

/// Rules: row-18, row-19, row-29, row-49, row-50, row-51.
#[test]
fn a_session_is_replaced_only_for_its_reason_and_says_which() {
    for_each_plan(|case, plan| {
        let allowed = match plan.storage {
            StorageStep::Replace(Replacement::SignIn) => case.wish == Wish::SignIn,
            // An elevation keeps the absolute deadline, so there must be one to come.
            StorageStep::Replace(Replacement::Elevate) => {
                case.wish == Wish::Elevate && !case.expired()
            }
            StorageStep::Replace(Replacement::Rotate) => !case.policy.has_proofs && !case.expired(),
            StorageStep::Replace(Replacement::Move { changed }) => {
                let read = case.wish == Wish::Keep;
                case.lies() == Some(Lies::Elsewhere) && !case.expired() && changed != read
            }
            _ => true,
        };
        assert!(allowed, "{case:?}: {plan:?}");
    });
}

/// Rules: row-60, row-61.
#[test]
fn only_what_lies_elsewhere_under_its_id_is_moved_and_not_by_who_only_looks_on() {
    for_each_plan(|case, plan| {
        if plan.moves {
            assert_eq!(case.lies(), Some(Lies::ElsewhereUnderThisId), "{case:?}");
            let looks_on = case.moment.passive || case.superseded();
            assert!(!looks_on || case.wish != Wish::Keep, "{case:?}");
            let stays = !matches!(case.wish, Wish::SignIn | Wish::Elevate | Wish::End);
            assert!(stays && !case.expired(), "{case:?}");
        }
    });
}

/// Rules: row-20, row-20b.
#[test]
fn the_idle_deadline_only_moves_forward_and_never_beyond_the_absolute_one() {
    for_each_plan(|case, plan| {
        let (next, touched) = match plan.storage {
            StorageStep::Touch(next) => (next, true),
            StorageStep::Update(change) => match change.idle {
                Some(next) => (next, false),
                None => return,
            },
            _ => return,
        };
        let live = case.live().expect("only a live session is moved");
        assert!(live.idle.is_none_or(|idle| next > idle), "{case:?}");
        assert!(live.absolute.is_none_or(|end| next <= end), "{case:?}");
        assert!(!(touched && case.moment.passive), "{case:?}");
        assert!(!touched || live.idle.is_some(), "{case:?}");
    });
}

/// Rules: rotation.
#[test]
fn a_superseded_proof_is_never_sent_again() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let ClientStep::Send(sent) = settled.client else {
            continue;
        };
        assert!(!history.overtaken, "{case:?}: {history:?}");
        if case.superseded() {
            let allowed = match sent {
                Sent::New => matches!(case.wish, Wish::SignIn | Wish::Elevate),
                Sent::Rotated => history.replaced_proof,
                Sent::Changed | Sent::Renewed | Sent::Again => false,
            };
            assert!(allowed, "{case:?}: {history:?}");
        }
    }
}

/// Rules: row-33, row-34.
#[test]
fn a_failed_request_neither_sends_nor_clears() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        if settled.verdict.is_err() {
            assert_eq!(settled.client, ClientStep::None, "{case:?}: {history:?}");
            assert!(settled.notes.iter().count() <= 1, "{case:?}: {history:?}");
        }
    }
}

/// Rules: clearing.
#[test]
fn only_the_application_or_a_dead_token_clears() {
    for_each_plan(|case, plan| {
        if plan.client != ClientStep::Clear {
            return;
        }
        let dead = match case.presented {
            Presented::Refused(reason) => match case.policy.rules.clears {
                Clears::Rarely => reason.is_for_ever(),
                Clears::Unusable => {
                    assert!(reason.is_of_content() && case.moment.alone, "{case:?}");
                    let is_there =
                        case.policy.tracking == Tracking::ById && reason != Refusal::UnknownId;
                    assert!(case.wish == Wish::End || !is_there, "{case:?}");
                    return;
                }
            },
            Presented::Live(_) => case.expired() && !case.superseded(),
            Presented::Nothing | Presented::Unavailable => panic!("nothing to clear: {case:?}"),
        };
        let by_itself = dead && case.moment.navigation && case.moment.alone;
        assert!(case.wish == Wish::End || by_itself, "{case:?}");
    });
}

/// Rules: row-11, row-20, row-22, row-35, row-36.
#[test]
fn a_renewal_waits_for_a_navigation_that_may_carry_it() {
    for_each_plan(|case, plan| {
        let moment = &case.moment;
        if plan.client == ClientStep::Send(Sent::Renewed) {
            assert!(moment.navigation && moment.may_renew, "{case:?}");
            assert!(!moment.passive, "{case:?}");
        }
        let told = plan
            .after
            .iter()
            .any(|kind| matches!(kind, EventKind::Renewed(_)));
        let moves = plan.storage == StorageStep::Replace(Replacement::Move { changed: false });
        let sent = matches!(plan.client, ClientStep::Send(Sent::Renewed | Sent::Again));
        assert_eq!(sent || moves, told, "{case:?}");
    });
}

/// Rules: row-2b, row-14, row-29.
#[test]
fn a_sign_in_gives_a_new_token_or_fails() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let possible = case.presented != Presented::Unavailable;
        if case.wish == Wish::SignIn && possible && settled.verdict.is_ok() {
            let client = settled.client;
            assert_eq!(client, ClientStep::Send(Sent::New), "{case:?}: {history:?}");
        }
    }
}

/// Rules: row-4b, row-15, row-33.
#[test]
fn an_end_clears_the_token_or_fails() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let possible = match case.presented {
            Presented::Nothing | Presented::Unavailable => false,
            // What its transformers refuse never came, as some other systems see it.
            Presented::Refused(reason) => {
                case.policy.rules.clears == Clears::Rarely
                    || reason.is_of_content() && case.moment.alone
            }
            Presented::Live(_) => true,
        };
        if case.wish == Wish::End && possible && settled.verdict.is_ok() {
            assert_eq!(settled.client, ClientStep::Clear, "{case:?}: {history:?}");
        }
    }
}

/// Rules: row-26, row-27, row-28.
#[test]
fn a_change_is_written_or_found_or_refused_unless_the_session_is_gone() {
    for End {
        case,
        history,
        settled,
    } in ends()
    {
        let changed = matches!(case.wish, Wish::Write | Wish::WriteRotate);
        let stored = !case.by_value() && case.live().is_some() && !case.expired();
        if changed && stored && settled.verdict.is_ok() {
            let kept = history.written || history.same || history.created;
            let gone = history.gone || history.absent;
            assert!(kept || gone, "{case:?}: {history:?}");
        }
    }
}

/// A plan has room for five events, and settling adds one at most.
#[test]
fn no_event_is_lost_for_want_of_room() {
    for_each_plan(|case, plan| {
        assert!(plan.before.iter().count() <= 3, "{case:?}");
        assert!(plan.after.iter().count() <= 4, "{case:?}");
    });
}
