//! Every refusal of `build()`: the provider, the field, what is wrong and what to do.

mod attributes;
mod names;
mod options;
mod row;

use std::collections::BTreeSet;

use cloakroom::{CookieSession, KeyRing, SameSite};

use self::row::Refused;
use crate::shop::{Cart, Shop};

fn all() -> Vec<Refused> {
    let groups = [
        names::applications(),
        names::keys(),
        names::cookie_names(),
        names::header_names(),
        names::twice(),
        attributes::paths(),
        attributes::domains(),
        attributes::attributes_that_do_not_go_together(),
        attributes::lifetimes(),
        options::places(),
        options::for_stored_sessions(),
        options::protections(),
        options::deadlines(),
        options::deadlines_out_of_order(),
        options::subjects_times_and_sizes(),
    ];
    groups.into_iter().flatten().collect()
}

#[test]
fn every_contradiction_names_provider_field_problem_and_remedy() {
    for row in all() {
        let wanted = (row.provider, row.field, row.problem);
        let error = row.error.expect_err(&format!("{wanted:?} was taken"));
        assert_eq!(error.provider(), row.provider, "{error}");
        assert_eq!(error.field(), row.field, "{error}");
        assert!(error.problem().contains(row.problem), "{error}: {wanted:?}");
        assert!(
            error.remedy().contains(row.remedy),
            "{error}: {:?}",
            row.remedy
        );
        let text = error.to_string();
        for part in [error.field(), error.problem(), error.remedy()] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
    }
}

/// The fields that a refusal can name. Whoever adds one adds a row above.
const FIELDS: [&str; 26] = [
    "absolute_timeout",
    "application",
    "conflicts",
    "domain",
    "ending",
    "forgeable_by_clients",
    "idle_timeout",
    "keys",
    "lifetime",
    "name",
    "no_absolute_timeout",
    "on_storage_failure",
    "partitioned",
    "path",
    "prefix",
    "rotation_overlap",
    "same_site",
    "schema",
    "sealed",
    "sessions_per_subject",
    "signed",
    "size_limit",
    "storage_timeout",
    "survives_reused_tokens",
    "touch_after",
    "type",
];

#[test]
fn every_field_that_can_be_wrong_is_in_the_table() {
    let in_table: BTreeSet<_> = all().iter().map(|row| row.field).collect();
    assert_eq!(in_table, BTreeSet::from(FIELDS));
}

#[test]
fn what_is_refused_in_production_is_refused_in_development() {
    let shop = Shop::new();
    let without_secure = |c: CookieSession<Cart>| {
        c.sealed()
            .attributes(|a| a.secure(false).same_site(SameSite::None))
    };
    for development in [false, true] {
        let builder = shop.builder();
        let builder = if development {
            builder.development_over_http()
        } else {
            builder
        };
        let error = builder.cookie("cart", without_secure).build().unwrap_err();
        assert_eq!(error.field(), "same_site");
    }
}

/// A key that anyone could guess never becomes a ring, so no session is ever built on it.
#[test]
fn a_weak_key_is_refused_before_there_is_a_builder() {
    for text in [
        "",
        "secret",
        "ck1_",
        "ck1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let refused = KeyRing::from_text(text).unwrap_err();
        assert!(!refused.to_string().contains("AAAA"), "{refused}");
    }
}
