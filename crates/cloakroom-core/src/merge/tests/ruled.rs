//! The application's rules for fields that both sides changed.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::merge::{Clash, FieldRules};

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Visit {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log: Vec<u8>,
    count: u8,
    balance: i128,
    score: f64,
    seen: Option<u64>,
    streak: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn rules() -> FieldRules {
    FieldRules::new()
        .append("log")
        .add("count")
        .add("balance")
        .add("score")
        .max("seen")
        .add("streak")
        .with(
            "note",
            |base: Option<String>, ours: Option<String>, theirs: Option<String>| {
                (ours.as_deref() != Some("never")).then(|| {
                    let [base, ours, theirs] = [base, ours, theirs].map(|s| s.unwrap_or_default());
                    Some(format!("{base}|{ours}|{theirs}"))
                })
            },
        )
}

/// What a side makes of the default.
type Change = fn(&mut Visit);

/// Base, ours and theirs, each made from the default by a function.
fn merge(sides: [Change; 3]) -> Result<Visit, Clash> {
    let [base, ours, theirs] = sides.map(|change| {
        let mut visit = Visit::default();
        change(&mut visit);
        visit
    });
    let merged = rules().merge(&base, &ours, &theirs)?;
    Ok(merged.value)
}

fn clashing(sides: [Change; 3]) -> Vec<&'static str> {
    merge(sides).unwrap_err().fields
}

/// Rules: merging.
#[test]
fn of_an_appended_list_both_additions_are_kept_theirs_first() {
    let merged = merge([
        |base| base.log = vec![1, 2],
        |ours| ours.log = vec![1, 2, 3],
        |theirs| theirs.log = vec![1, 2, 4, 5],
    ]);
    assert_eq!(merged.unwrap().log, [1, 2, 4, 5, 3]);
    let merged = merge([
        |_| (),
        |ours| ours.log = vec![3],
        |theirs| theirs.log = vec![4],
    ]);
    assert_eq!(merged.unwrap().log, [4, 3]);
}

/// Rules: merging.
#[test]
fn to_append_none_is_an_empty_list_and_hash_maps_in_the_list_do_not_clash() {
    #[derive(Deserialize, Serialize)]
    struct Log {
        lines: Option<Vec<HashMap<u8, u8>>>,
    }
    let log = |lines: &[u8]| {
        let line = |&start: &u8| (start..start + 20).map(|n| (n, n)).collect();
        Log {
            lines: Some(lines.iter().map(line).collect()),
        }
    };
    let rules = FieldRules::new().append("lines");
    let merged = rules.merge(&Log { lines: None }, &log(&[1]), &log(&[2]));
    assert_eq!(merged.unwrap().value.lines, log(&[2, 1]).lines);
    let merged = rules.merge(&log(&[1]), &log(&[1, 2]), &log(&[1, 3]));
    assert_eq!(merged.unwrap().value.lines, log(&[1, 3, 2]).lines);
}

/// Rules: merging.
#[test]
fn a_list_whose_beginning_was_changed_or_cut_clashes() {
    for ours in [
        (|ours| ours.log = vec![1]) as Change,
        |ours| ours.log = vec![],
        |ours| ours.log = vec![9, 2, 3],
    ] {
        let clash = clashing([
            |base| base.log = vec![1, 2],
            ours,
            |theirs| theirs.log = vec![1, 2, 4],
        ]);
        assert_eq!(clash, ["log"]);
    }
}

/// Rules: merging.
#[test]
fn of_a_number_both_differences_are_added() {
    let merged = merge([
        |base| (base.count, base.score) = (10, 1.0),
        |ours| (ours.count, ours.score) = (13, 0.5),
        |theirs| (theirs.count, theirs.score) = (8, 2.0),
    ]);
    let merged = merged.unwrap();
    assert_eq!((merged.count, merged.score), (11, 1.5));
}

/// Rules: merging.
#[test]
fn a_sum_that_does_not_fit_clashes() {
    assert_eq!(
        clashing([
            |base| base.count = 100,
            |ours| ours.count = 200,
            |theirs| theirs.count = 201,
        ]),
        ["count"]
    );
    assert_eq!(
        clashing([
            |_| (),
            |ours| ours.balance = i128::MAX,
            |theirs| theirs.balance = 1,
        ]),
        ["balance"]
    );
    assert_eq!(
        clashing([
            |base| base.balance = i128::MAX,
            |ours| ours.balance = 0,
            |theirs| theirs.balance = i128::MIN,
        ]),
        ["balance"]
    );
    assert_eq!(
        clashing([
            |_| (),
            |ours| ours.score = f64::MAX,
            |theirs| theirs.score = f64::INFINITY,
        ]),
        ["score"]
    );
}

/// Rules: merging.
#[test]
fn the_larger_number_is_kept_and_any_is_larger_than_none() {
    let merged = merge([
        |base| base.seen = Some(9),
        |ours| ours.seen = Some(3),
        |theirs| theirs.seen = Some(u64::MAX),
    ]);
    assert_eq!(merged.unwrap().seen, Some(u64::MAX));
    let (three, none): (Change, Change) = (|side| side.seen = Some(3), |side| side.seen = None);
    for [ours, theirs] in [[three, none], [none, three]] {
        let merged = merge([|base| base.seen = Some(9), ours, theirs]);
        assert_eq!(merged.unwrap().seen, Some(3));
    }
}

/// Rules: merging.
#[test]
fn the_applications_own_rule_is_given_all_three_and_may_refuse() {
    let merged = merge([
        |_| (),
        |ours| ours.note = Some("a".to_owned()),
        |theirs| theirs.note = Some("b".to_owned()),
    ]);
    assert_eq!(merged.unwrap().note.as_deref(), Some("|a|b"));
    let clash = clashing([
        |_| (),
        |ours| ours.note = Some("never".to_owned()),
        |theirs| theirs.note = Some("b".to_owned()),
    ]);
    assert_eq!(clash, ["note"]);
}

/// Rules: merging.
#[test]
fn a_rule_is_not_asked_when_one_side_changed_the_field() {
    let merged = merge([
        |base| base.log = vec![1, 2],
        |ours| (ours.log, ours.note) = (vec![], Some("never".to_owned())),
        |theirs| theirs.log = vec![1, 2],
    ]);
    let merged = merged.unwrap();
    assert_eq!(
        (merged.log, merged.note.as_deref()),
        (vec![], Some("never"))
    );
}

/// Rules: merging.
#[test]
fn a_rule_is_asked_when_both_changed_the_field_to_the_same() {
    let merged = merge([
        |base| (base.count, base.log) = (5, vec![1]),
        |ours| (ours.count, ours.log) = (6, vec![1, 2]),
        |theirs| (theirs.count, theirs.log) = (6, vec![1, 2]),
    ]);
    let merged = merged.unwrap();
    assert_eq!((merged.count, merged.log), (7, vec![1, 2, 2]));
}

/// Rules: merging.
#[test]
fn what_both_removed_is_not_brought_back_by_a_rule() {
    let merged = merge([
        |base| (base.streak, base.note) = (Some(1), Some("a".to_owned())),
        |ours| (ours.streak, ours.note) = (None, None),
        |theirs| (theirs.streak, theirs.note) = (None, None),
    ]);
    let merged = merged.unwrap();
    assert_eq!((merged.streak, merged.note), (None, None));
}

/// Rules: merging.
#[test]
fn a_rule_that_does_not_fit_the_fields_type_clashes() {
    #[derive(Debug, Deserialize, Serialize)]
    struct Named {
        name: String,
    }
    let named = |name: &str| Named {
        name: name.to_owned(),
    };
    for rules in [
        FieldRules::new().append("name"),
        FieldRules::new().add("name"),
        FieldRules::new().max("name"),
        FieldRules::new().with("name", |_: u8, ours: u8, _: u8| Some(ours)),
        FieldRules::new().append("names"),
    ] {
        let clash = rules
            .merge(&named("a"), &named("b"), &named("c"))
            .unwrap_err();
        assert_eq!(clash.fields, ["name"], "{rules:?}");
    }
}

/// Rules: merging.
#[test]
fn max_refuses_what_has_no_order() {
    #[derive(Debug, Deserialize, Serialize)]
    struct Float {
        seen: f64,
    }
    let float = |seen| Float { seen };
    let rules = FieldRules::new().max("seen");
    rules
        .merge(&float(0.0), &float(1.0), &float(f64::NAN))
        .unwrap_err();
    let merged = rules
        .merge(&float(0.0), &float(-1.0), &float(-2.0))
        .unwrap();
    assert!(merged.value.seen >= -1.0);
}

/// Rules: merging.
#[test]
fn what_a_rule_joined_is_named_and_the_last_rule_for_a_field_counts() {
    let rules = FieldRules::new().max("count").add("count");
    let count = |count| Visit {
        count,
        ..Visit::default()
    };
    let merged = rules.merge(&count(1), &count(2), &count(3)).unwrap();
    assert_eq!((merged.value.count, merged.fields), (4, vec!["count"]));
}

/// Rules: merging, secrets.
#[test]
fn debug_shows_which_rules_there_are() {
    let shown = format!("{:?}", rules());
    let expected = "FieldRules { balance: add, count: add, log: append, note: own, score: add, \
                    seen: max, streak: add }";
    assert_eq!(shown, expected);
}
