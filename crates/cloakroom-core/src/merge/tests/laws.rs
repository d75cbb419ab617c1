//! What holds for every merge.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::merge::FieldRules;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Mood {
    Good,
    Rated(u8),
    Long { why: u8 },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Session {
    count: u8,
    maybe: Option<u8>,
    list: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    map: BTreeMap<u8, u8>,
    mood: Mood,
}

/// Few different values, so that sides often agree.
fn session() -> impl Strategy<Value = Session> {
    let few = 0u8..3;
    let mood = prop_oneof![
        Just(Mood::Good),
        few.clone().prop_map(Mood::Rated),
        few.clone().prop_map(|why| Mood::Long { why }),
    ];
    let parts = (
        few.clone(),
        option::of(0u8..2),
        vec(0u8..2, 0..2),
        option::of(0u8..2),
        btree_map(0u8..2, 0u8..2, 0..2),
        mood,
    );
    parts.prop_map(|(count, maybe, list, skipped, map, mood)| Session {
        count,
        maybe,
        list,
        skipped,
        map,
        mood,
    })
}

/// A session that differs from `base` in the fields that `which` says.
fn changed(base: &Session, other: &Session, which: [bool; 6]) -> Session {
    let [count, maybe, list, skipped, map, mood] =
        which.map(|of_other| if of_other { other } else { base });
    Session {
        count: count.count,
        maybe: maybe.maybe,
        list: list.list.clone(),
        skipped: skipped.skipped,
        map: map.map.clone(),
        mood: mood.mood.clone(),
    }
}

fn rules() -> FieldRules {
    FieldRules::new()
        .add("count")
        .max("maybe")
        .append("list")
        .add("skipped")
        .with("mood", |_: Mood, _: Mood, theirs: Mood| Some(theirs))
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let scalar = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[a-b]{0,2}".prop_map(Into::into),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Into::into),
            btree_map("[a-b]", inner, 0..3)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

type Anything = BTreeMap<String, serde_json::Value>;

fn anything() -> impl Strategy<Value = Anything> {
    btree_map("[a-e]", json(), 0..5)
}

proptest! {
    /// Rules: merging.
    #[test]
    fn a_side_that_changed_nothing_leaves_the_other_as_it_is(base in session(), a in session()) {
        for rules in [FieldRules::new(), rules()] {
            prop_assert_eq!(&rules.merge(&base, &a, &base).unwrap().value, &a);
            prop_assert_eq!(&rules.merge(&base, &base, &a).unwrap().value, &a);
        }
        prop_assert_eq!(&FieldRules::new().merge(&base, &a, &a).unwrap().value, &a);
    }

    /// Rules: merging.
    #[test]
    fn without_rules_it_does_not_matter_who_was_first(
        base in session(), a in session(), b in session(),
    ) {
        let rules = FieldRules::new();
        prop_assert_eq!(rules.merge(&base, &a, &b), rules.merge(&base, &b, &a));
    }

    /// Rules: merging.
    #[test]
    fn changes_of_different_fields_never_clash_and_are_all_there(
        base in session(), other in session(), which: [bool; 6],
    ) {
        let ours = changed(&base, &other, which);
        let theirs = changed(&base, &other, which.map(|of_ours| !of_ours));
        let merged = FieldRules::new().merge(&base, &ours, &theirs).unwrap();
        prop_assert_eq!(merged.value, other);
        prop_assert!(merged.fields.is_empty());
    }

    /// Rules: merging.
    #[test]
    fn without_rules_each_field_is_one_of_the_three_and_clashes_are_exactly_named(
        base in session(), ours in session(), theirs in session(),
    ) {
        let clashing = |base: &str, ours: &str, theirs: &str| {
            base != ours && base != theirs && ours != theirs
        };
        let mut expected = Vec::new();
        macro_rules! compare {
            ($($field:ident),*) => {$(
                let [b, o, t] =
                    [&base, &ours, &theirs].map(|side| format!("{:?}", side.$field));
                if clashing(&b, &o, &t) {
                    expected.push(stringify!($field));
                }
            )*};
        }
        compare!(count, maybe, list, skipped, map, mood);
        match FieldRules::new().merge(&base, &ours, &theirs) {
            Ok(merged) => {
                prop_assert!(expected.is_empty());
                let value = merged.value;
                let sides = [&base, &ours, &theirs];
                prop_assert!(sides.iter().any(|side| side.count == value.count));
                prop_assert!(sides.iter().any(|side| side.maybe == value.maybe));
                prop_assert!(sides.iter().any(|side| side.list == value.list));
                prop_assert!(sides.iter().any(|side| side.skipped == value.skipped));
                prop_assert!(sides.iter().any(|side| side.map == value.map));
                prop_assert!(sides.iter().any(|side| side.mood == value.mood));
            }
            Err(clash) => {
                expected.sort_unstable();
                prop_assert_eq!(clash.fields, expected);
            }
        }
    }

    /// Rules: merging.
    #[test]
    fn no_content_and_no_rule_make_it_panic(
        base in anything(), ours in anything(), theirs in anything(),
    ) {
        let rules = FieldRules::new()
            .append("a")
            .add("b")
            .max("c")
            .with("d", |_: u8, ours: u8, theirs: u8| ours.checked_add(theirs));
        prop_assert_eq!(&rules.merge(&base, &ours, &base).unwrap().value, &ours);
        if let Ok(merged) = rules.merge(&base, &ours, &theirs) {
            let keys = || ours.keys().chain(theirs.keys());
            prop_assert!(merged.value.keys().all(|key| keys().any(|of_a_side| of_a_side == key)));
        }
    }
}
