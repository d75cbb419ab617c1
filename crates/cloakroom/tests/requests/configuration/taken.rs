//! What is only just not refused.

use std::time::Duration;

use cloakroom::{
    CookieLifetime, CookieOptions, CookiePrefix, CookieSession, Ending, MemoryStorage, SameSite,
    Sessions,
};

use crate::shop::{Cart, Shop};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLI: Duration = Duration::from_millis(1);

fn is_taken(name: &str, configure: impl FnOnce(CookieSession<Cart>) -> CookieSession<Cart>) {
    let built = Shop::new().builder().cookie(name, configure).build();
    assert!(built.is_ok(), "{:?}", built.err());
}

fn attributes_are_taken(set: impl FnOnce(CookieOptions) -> CookieOptions) {
    is_taken("cart", |c| c.sealed().attributes(set));
}

#[test]
fn names_up_to_their_longest_are_taken() {
    is_taken(&"a".repeat(64), |c| c.sealed());
    is_taken("!#$%&'*+-.^_`|~", |c| c.sealed());
    is_taken("devcart", |c| c.sealed());
    is_taken("__cart", |c| c.sealed());
    let application = Sessions::builder(&"a".repeat(64), &Shop::new().keys);
    application
        .cookie::<Cart>("cart", |c| c.sealed())
        .build()
        .unwrap();
    let header = Shop::new()
        .builder()
        .header::<Cart>("X-Sec-Session", |h| h.signed());
    header.build().unwrap();
}

#[test]
fn attributes_at_their_bounds_are_taken() {
    let longest = format!("/{}", "a".repeat(1_023));
    attributes_are_taken(|a| a.path(longest));
    attributes_are_taken(|a| a.domain("xn--gre-6ka8i.example"));
    attributes_are_taken(|a| a.domain("3.example"));
    attributes_are_taken(|a| a.secure(false));
    attributes_are_taken(|a| a.same_site(SameSite::None).partitioned(true));
    attributes_are_taken(|a| a.prefix(CookiePrefix::None).http_only(false));
    attributes_are_taken(|a| a.prefix(CookiePrefix::Secure).domain("shop.example"));
    for span in [Duration::from_secs(1), 400 * DAY] {
        attributes_are_taken(|a| a.lifetime(CookieLifetime::Fixed(span)));
    }
}

#[test]
fn deadlines_at_their_bounds_are_taken() {
    is_taken("cart", |c| c.sealed().absolute_timeout(MILLI));
    is_taken("cart", |c| c.sealed().idle_timeout(7 * DAY));
    is_taken("cart", |c| {
        c.sealed().idle_timeout(DAY).touch_after(DAY - MILLI)
    });
    is_taken("cart", |c| {
        c.sealed().idle_timeout(DAY).touch_after(Duration::ZERO)
    });
    is_taken("cart", |c| c.sealed().absolute_timeout(Duration::MAX));
    is_taken("cart", |c| {
        c.stored_in(&MemoryStorage::new()).no_absolute_timeout()
    });
}

#[test]
fn dangers_that_are_named_are_taken() {
    is_taken("cart", |c| c.forgeable_by_clients());
    is_taken("cart", |c| {
        c.signed()
            .subject_if_any(|cart| cart.owner.clone())
            .ending(Ending::Stateless)
    });
}

/// One name may be a header's and a type may be wrapped: what differs is taken.
#[test]
fn different_names_and_types_live_side_by_side() {
    let builder = Shop::new().builder();
    let builder = builder.cookie::<Cart>("cart", |c| c.sealed());
    let builder = builder.cookie::<(Cart,)>("Cart", |c| c.sealed());
    let builder = builder.header::<[Cart; 1]>("X-Cart", |h| h.sealed());
    builder.build().unwrap();
}
