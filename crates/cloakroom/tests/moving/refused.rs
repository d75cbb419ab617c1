//! What is refused when sessions are built, with the field, the problem and the remedy.

use std::time::Duration;

use cloakroom::{
    BuildError, CookieSession, Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy, Timestamp,
};

use crate::town::{OldCookie, OldIds, Ticket, Wax};

const END: Timestamp = Timestamp::from_secs(2_000_000_000);

#[derive(serde::Deserialize, serde::Serialize)]
struct Other;

fn refused(configure: impl FnOnce(CookieSession<Ticket>) -> CookieSession<Ticket>) -> BuildError {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    Sessions::builder("town", &keys)
        .cookie("ticket", configure)
        .build()
        .unwrap_err()
}

/// Rules: bare-content.
#[test]
fn what_bare_content_has_no_place_for_is_refused() {
    let hour = Duration::from_secs(3_600);
    let storage = MemoryStorage::new();
    let bare = |c: CookieSession<Ticket>| c.bare().transform(Wax);
    let stored = |c: CookieSession<Ticket>| c.bare().ids(OldIds).stored_in(&storage);
    let rows = [
        (
            "absolute_timeout",
            refused(|c| bare(c).absolute_timeout(hour)),
        ),
        ("idle_timeout", refused(|c| bare(c).idle_timeout(hour))),
        ("subject", refused(|c| bare(c).subject(|_| "anna".into()))),
        ("idle_timeout", refused(|c| stored(c).idle_timeout(hour))),
        ("subject", refused(|c| stored(c).subject(|_| "anna".into()))),
    ];
    for (field, error) in rows {
        assert_eq!(error.field(), field);
        assert!(error.problem().contains("no place"), "{error}");
        assert!(error.remedy().contains("cloakroom's own form"), "{error}");
    }
}

/// Rules: row-65.
#[test]
fn only_what_has_the_same_id_in_both_stores_stays_in_its_place() {
    let storage = MemoryStorage::new();
    let by_value = refused(|c| {
        c.signed()
            .also_reads(END, |other| other.sealed().in_place())
    });
    let of_other_ids = refused(|c| {
        c.stored_in(&storage).also_reads(END, |other| {
            other.ids(OldIds).stored_in(&storage).in_place()
        })
    });
    for error in [by_value, of_other_ids] {
        assert_eq!(error.field(), "in_place");
        assert!(error.remedy().contains("leave it out"), "{error}");
    }
}

/// Rules: second-reader.
#[test]
fn a_weaker_second_form_has_to_be_named_dangerous() {
    let error = refused(|c| {
        c.sealed()
            .also_reads(END, |other| other.bare().transform(Wax))
    });
    assert_eq!(error.field(), "also_reads");
    assert!(error.remedy().contains("dangerous_also_reads"), "{error}");
    let error = refused(|c| c.signed().also_reads(END, |other| other.bare()));
    assert_eq!(error.field(), "also_reads");
}

/// Rules: second-reader.
#[test]
fn a_session_does_not_move_between_the_client_and_a_storage() {
    let storage = MemoryStorage::new();
    let error = refused(|c| {
        c.sealed()
            .also_reads(END, |other| other.stored_in(&storage))
    });
    assert_eq!(error.field(), "also_reads");
    assert!(error.problem().contains("lives with the client"), "{error}");
}

#[test]
fn ids_without_proofs_have_no_overlap_and_own_ids_are_never_given_to_a_storage() {
    let storage = MemoryStorage::new();
    let overlap = Duration::from_secs(9);
    let error = refused(|c| {
        let c = c.stored_in(&storage).ids(OldIds);
        c.rotation_overlap(overlap)
    });
    assert_eq!(error.field(), "rotation_overlap");
    let error = refused(|c| c.stored_in(&storage).keys_are_ids());
    assert_eq!(error.field(), "keys_are_ids");
    assert_eq!(refused(|c| c.sealed().ids(OldIds)).field(), "ids");
}

/// Rules: sealed-at-rest.
#[test]
fn only_records_of_our_own_are_sealed_at_rest() {
    let storage = MemoryStorage::new();
    assert_eq!(
        refused(|c| c.sealed().sealed_at_rest()).field(),
        "sealed_at_rest"
    );
    let error = refused(|c| c.bare().ids(OldIds).stored_in(&storage).sealed_at_rest());
    assert_eq!(error.field(), "sealed_at_rest");
    assert!(
        error.problem().contains("another session system"),
        "{error}"
    );
}

#[test]
fn attributes_of_our_cookies_do_not_go_with_another_systems_transport() {
    let error = refused(|c| {
        let c = c.sealed().transport(OldCookie::named);
        c.attributes(|attributes| attributes.path("/shop"))
    });
    assert_eq!(error.field(), "attributes");
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let error = Sessions::builder("town", &keys)
        .header::<Ticket>("X-Ticket", |h| h.sealed().transport(OldCookie::named))
        .build()
        .unwrap_err();
    assert_eq!(error.field(), "transport");
}

/// Rules: unbound-keys.
#[test]
fn two_providers_under_one_unbound_key_are_refused_unless_both_say_so() {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let build = |ticket_shares: bool, other_shares: bool| {
        Sessions::builder("town", &keys)
            .cookie::<Ticket>("ticket", |c| {
                let c = c.signed().transform(Wax);
                if ticket_shares {
                    c.dangerous_shared_key()
                } else {
                    c
                }
            })
            .cookie::<Other>("other", |c| {
                let c = c.signed().transform(Wax);
                if other_shares {
                    c.dangerous_shared_key()
                } else {
                    c
                }
            })
            .build()
    };
    build(true, true).unwrap();
    for (ticket, other) in [(false, false), (true, false), (false, true)] {
        let error = build(ticket, other).unwrap_err();
        assert_eq!(
            (error.provider(), error.field()),
            (Some("other"), "transform")
        );
        assert!(error.problem().contains("`ticket`"), "{error}");
        assert!(error.remedy().contains("dangerous_shared_key"), "{error}");
    }
}
