//! Where a session is kept, how it is protected, when it ends, and whose it is.

use std::num::NonZeroU32;
use std::time::Duration;

use cloakroom::{
    Buffer, Conflicts, Context, CookieSession, Ending, FieldRules, Freshness, Json, MemoryStorage,
    Protection, Refusal, Schema, StorageFailure, Transformer, WhenFull,
};

use super::row::{Refused, built, cart};
use crate::shop::{Cart, Shop};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn stored(c: CookieSession<Cart>) -> CookieSession<Cart> {
    c.stored_in(&MemoryStorage::new())
}

pub(super) fn places() -> Vec<Refused> {
    let travels = "is kept in a storage and does not travel";
    let always = "can always be ended";
    let choose = "choose one";
    let out = "leave it out";
    vec![
        cart(|c| stored(c).sealed(), "sealed", travels, choose),
        cart(|c| stored(c).signed(), "signed", travels, choose),
        cart(|c| stored(c.sealed()), "sealed", travels, choose),
        cart(
            |c| stored(c).ending(Ending::Stateless),
            "ending",
            always,
            out,
        ),
        cart(
            |c| stored(c).forgeable_by_clients(),
            "forgeable_by_clients",
            travels,
            out,
        ),
    ]
}

/// What only makes sense for stored sessions.
pub(super) fn for_stored_sessions() -> Vec<Refused> {
    let by_client = "lives with the client";
    let keep = "keep the session with `stored_in`";
    let merge = || Conflicts::Merge(FieldRules::new());
    let absent = StorageFailure::TreatAsAbsent;
    let one = (NonZeroU32::MIN, WhenFull::RejectNew);
    vec![
        cart(
            |c| c.sealed().rotation_overlap(SECOND),
            "rotation_overlap",
            by_client,
            keep,
        ),
        cart(
            |c| c.sealed().survives_reused_tokens(),
            "survives_reused_tokens",
            by_client,
            keep,
        ),
        cart(
            |c| c.sealed().conflicts(merge()),
            "conflicts",
            by_client,
            keep,
        ),
        cart(
            |c| c.signed().conflicts(Conflicts::Reject),
            "conflicts",
            by_client,
            keep,
        ),
        cart(
            |c| c.sealed().on_storage_failure(absent),
            "on_storage_failure",
            by_client,
            keep,
        ),
        cart(
            |c| c.sealed().storage_timeout(SECOND),
            "storage_timeout",
            by_client,
            keep,
        ),
        cart(
            |c| c.sealed().sessions_per_subject(one.0, one.1),
            "sessions_per_subject",
            by_client,
            keep,
        ),
    ]
}

/// A step that hides and authenticates nothing.
#[derive(Debug)]
struct Reverse;

impl Transformer for Reverse {
    fn protection(&self) -> Protection {
        Protection::None
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        buffer.as_mut_slice().reverse();
    }

    fn read(&self, _: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        buffer.as_mut_slice().reverse();
        Ok(Freshness::Current)
    }
}

pub(super) fn protections() -> Vec<Refused> {
    let problem = "nothing protects the content";
    let remedy = "`sealed()` or `signed()`";
    let mut refused = vec![
        cart(|c| c, "sealed", problem, remedy),
        cart(
            |c| c.transform(Reverse),
            "sealed",
            problem,
            "`forgeable_by_clients()`",
        ),
    ];
    let builder = Shop::new().builder();
    let error = built(builder.header::<Cart>("X-Cart", |h| h));
    let provider = Some("X-Cart");
    refused.push(Refused {
        error,
        provider,
        field: "sealed",
        problem,
        remedy,
    });
    refused
}

pub(super) fn deadlines() -> Vec<Refused> {
    let over = "over at once";
    let more = "more than zero";
    let idle = |c: CookieSession<Cart>| c.sealed().idle_timeout(10 * SECOND);
    let absolute = "no_absolute_timeout";
    vec![
        cart(
            |c| c.sealed().no_absolute_timeout(),
            absolute,
            "for ever",
            "`absolute_timeout`",
        ),
        cart(
            |c| idle(c).no_absolute_timeout(),
            absolute,
            "for ever",
            "`stored_in`",
        ),
        cart(
            |c| c.sealed().absolute_timeout(Duration::ZERO),
            "absolute_timeout",
            over,
            more,
        ),
        cart(
            |c| stored(c).absolute_timeout(Duration::ZERO),
            "absolute_timeout",
            over,
            more,
        ),
        cart(
            |c| c.sealed().idle_timeout(Duration::ZERO),
            "idle_timeout",
            over,
            more,
        ),
    ]
}

/// Deadlines that are fine alone and make no sense together.
pub(super) fn deadlines_out_of_order() -> Vec<Refused> {
    let idle = |c: CookieSession<Cart>| c.sealed().idle_timeout(10 * SECOND);
    vec![
        cart(
            |c| idle(c).absolute_timeout(9 * SECOND),
            "idle_timeout",
            "longer than",
            "shorter",
        ),
        cart(
            |c| c.sealed().idle_timeout(8 * DAY),
            "idle_timeout",
            "longer than",
            "raise",
        ),
        cart(
            |c| c.sealed().touch_after(SECOND),
            "touch_after",
            "no idle deadline",
            "leave it out",
        ),
        cart(
            |c| idle(c).touch_after(10 * SECOND),
            "touch_after",
            "not shorter",
            "a tenth",
        ),
        cart(
            |c| idle(c).touch_after(Duration::MAX),
            "touch_after",
            "not shorter",
            "a tenth",
        ),
    ]
}

pub(super) fn subjects_times_and_sizes() -> Vec<Refused> {
    let owner = |cart: &Cart| cart.owner.clone();
    let ending = "nothing says whether the server can end it";
    let stateless = "`ending(Ending::Stateless)`";
    let limit =
        |c: CookieSession<Cart>| c.sessions_per_subject(NonZeroU32::MIN, WhenFull::EndOldest);
    let twice = || Schema::new(Json).version(2).reads(1, |old: Cart| old);
    let same = || Schema::new(Json).reads(1, |old: Cart| old);
    vec![
        cart(
            |c| c.sealed().subject_if_any(owner),
            "ending",
            ending,
            stateless,
        ),
        cart(
            |c| c.signed().subject(Cart::text),
            "ending",
            ending,
            stateless,
        ),
        cart(
            |c| limit(stored(c)),
            "sessions_per_subject",
            "no subject",
            "`subject`",
        ),
        cart(
            |c| stored(c).storage_timeout(Duration::ZERO),
            "storage_timeout",
            "fails at once",
            "more than zero",
        ),
        cart(
            |c| c.sealed().size_limit(0),
            "size_limit",
            "not one byte",
            "65,536",
        ),
        cart(
            |c| c.sealed().schema(twice().reads(1, |old: Cart| old)),
            "schema",
            "1",
            "register each older version once",
        ),
        cart(
            |c| c.sealed().schema(same()),
            "schema",
            "1",
            "none of the version that is written",
        ),
    ]
}
