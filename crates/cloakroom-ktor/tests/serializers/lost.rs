//! A value is written if and only if Ktor reads it back, and then as Ktor writes it.

use cloakroom_core::Codec;
use cloakroom_ktor::{BackwardCompatible, Reflection};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::kotlin::{Kotlin, session};
use crate::ktor::{compatible, reflection};

/// Compares what `codec` does with what Ktor's own writer and reader do.
fn as_ktor(
    codec: &impl Codec,
    value: &Kotlin,
    write: fn(&Kotlin) -> String,
    read: fn(&str, &Kotlin) -> Option<Kotlin>,
) -> Result<(), TestCaseError> {
    let theirs = write(value);
    let comes_back = read(&theirs, value).is_some_and(|back| same(&back, value));
    let mut ours = Vec::new();
    match codec.encode(value, &mut ours) {
        Ok(()) => {
            prop_assert_eq!(String::from_utf8(ours).unwrap(), theirs.clone());
            prop_assert!(comes_back, "written, and lost by Ktor: {}", theirs);
        }
        Err(error) => {
            prop_assert!(!comes_back, "refused, and not lost: {} {}", error, theirs);
            prop_assert!(error.fields().next().is_some() && error.reason().is_some());
        }
    }
    Ok(())
}

/// NaN is what it was, and so is minus zero.
fn same(one: &Kotlin, other: &Kotlin) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn reflection_writes_what_comes_back_and_nothing_else(value in session()) {
        as_ktor(&Reflection::new(), &value, reflection::serialize, reflection::deserialize)?;
    }

    #[test]
    fn backward_compatible_writes_what_comes_back_and_nothing_else(value in session()) {
        as_ktor(&BackwardCompatible, &value, compatible::serialize, compatible::deserialize)?;
    }
}

fn text(text: &str) -> Kotlin {
    Kotlin::Text(text.to_owned())
}

fn of(value: Kotlin) -> Kotlin {
    Kotlin::Class(vec![("x", value)])
}

fn is_written(codec: &impl Codec, value: &Kotlin) -> bool {
    codec.encode(value, &mut Vec::new()).is_ok()
}

/// What real Ktor 3.5.2 did with maps and classes of its backward compatible text.
#[test]
fn maps_and_classes_of_the_backward_compatible_text_are_lost_where_ktor_loses_them() {
    let map = |entries: &[(&str, &str)]| {
        let entries = entries.iter().map(|(key, value)| (text(key), text(value)));
        of(Kotlin::Map(entries.collect()))
    };
    for (entries, comes_back) in [
        (&[("a b", "c d")][..], false),
        (&[("a", "c d")], true),
        (&[("a", "+")], false),
        (&[("+", "1")], true),
        (&[("é%\t", "é%\t ")], true),
        (&[("a", "1"), ("A", "2")], false),
        (&[("a=", "1")], false),
        (&[("a", "b=c")], true),
        (&[("a", "b&c")], false),
        (&[("", "")], true),
        (&[], true),
    ] {
        let value = map(entries);
        assert_eq!(
            is_written(&BackwardCompatible, &value),
            comes_back,
            "{entries:?}"
        );
    }
    for (label, comes_back) in [
        ("a b#=/é", true),
        ("x ", true),
        ("a&", false),
        ("+", false),
        ("50%", false),
        ("x\t", false),
    ] {
        let value = of(of(text(label)));
        assert_eq!(
            is_written(&BackwardCompatible, &value),
            comes_back,
            "{label:?}"
        );
    }
}

/// What real Ktor 3.5.2 did with collections of its reflection text.
#[test]
fn collections_of_the_reflection_text_are_lost_where_ktor_loses_them() {
    let list = |texts: &[&str]| Kotlin::List(texts.iter().map(|part| text(part)).collect());
    let map = |key: &str, value: &str| of(Kotlin::Map(vec![(text(key), text(value))]));
    for (value, comes_back) in [
        (of(list(&["", "=", "#", "+ %", "é"])), true),
        (of(list(&["a&b"])), false),
        (of(list(&[])), true),
        (
            of(Kotlin::List(vec![list(&["a"]), list(&[]), list(&["b"])])),
            true,
        ),
        (of(Kotlin::List(vec![list(&["a", "b"])])), false),
        (of(Kotlin::List(vec![of(text("a"))])), false),
        (of(Kotlin::List(vec![Kotlin::Null, text("a")])), true),
        (map(" a", " +b=c "), true),
        (map("a=", "b"), false),
        (map("a", "b&"), false),
        (of(of(list(&["a", "b"]))), true),
    ] {
        assert_eq!(
            is_written(&Reflection::new(), &value),
            comes_back,
            "{value:?}"
        );
    }
}

/// The tests above would say little if nearly everything, or nearly nothing, were lost.
#[test]
fn enough_comes_back_and_enough_is_lost() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut written, mut refused) = ([0, 0], [0, 0]);
    for _ in 0..2000 {
        let value = session().new_tree(&mut runner).unwrap().current();
        let mut out = Vec::new();
        let outcomes = [
            Reflection::new().encode(&value, &mut out).is_ok(),
            BackwardCompatible.encode(&value, &mut out).is_ok(),
        ];
        for (index, is_written) in outcomes.into_iter().enumerate() {
            *(if is_written {
                &mut written
            } else {
                &mut refused
            })
            .get_mut(index)
            .unwrap() += 1;
        }
    }
    assert!(
        written.iter().chain(&refused).all(|count| *count > 200),
        "{written:?} {refused:?}"
    );
}
