//! Which parts of a type are fields, and what two changes of them come to.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::merge::{Clash, FieldRules, Merged};

fn merge<S: Serialize + DeserializeOwned>(
    base: &S,
    ours: &S,
    theirs: &S,
) -> Result<Merged<S>, Clash> {
    FieldRules::new().merge(base, ours, theirs)
}

/// Each side's change alone is kept; two different ones clash without a name.
fn is_one_field<S: Debug + DeserializeOwned + PartialEq + Serialize>(base: &S, a: &S, b: &S) {
    assert_eq!(merge(base, a, base).unwrap().value, *a);
    assert_eq!(merge(base, base, a).unwrap().value, *a);
    assert_eq!(merge(base, a, a).unwrap().value, *a);
    assert_eq!(merge(base, a, b).unwrap_err().fields, [""; 0]);
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Cart {
    items: Vec<String>,
    currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn cart(items: &[&str], currency: &str, note: Option<&str>) -> Cart {
    Cart {
        items: items.iter().map(|&item| item.to_owned()).collect(),
        currency: currency.to_owned(),
        note: note.map(str::to_owned),
    }
}

/// Rules: merging, row-27.
#[test]
fn changes_of_different_fields_are_both_kept() {
    let base = cart(&[], "EUR", None);
    let merged = merge(&base, &cart(&["hat"], "EUR", None), &cart(&[], "CHF", None));
    let merged = merged.unwrap();
    assert_eq!(merged.value, cart(&["hat"], "CHF", None));
    assert_eq!(merged.fields, [""; 0]);
}

/// Rules: merging, row-27.
#[test]
fn different_changes_of_one_field_clash_and_the_field_is_named() {
    let base = cart(&[], "EUR", Some("a"));
    let clash = merge(
        &base,
        &cart(&["hat"], "CHF", Some("b")),
        &cart(&["scarf"], "EUR", Some("c")),
    );
    assert_eq!(clash.unwrap_err().fields, ["items", "note"]);
}

/// Rules: merging.
#[test]
fn the_same_change_of_both_sides_is_no_clash_and_its_fields_are_named_in_order() {
    let (base, both) = (cart(&[], "EUR", None), cart(&["hat"], "CHF", None));
    let merged = merge(&base, &both, &both).unwrap();
    assert_eq!(
        format!("{merged:?}"),
        r#"Merged { fields: ["currency", "items"], .. }"#
    );
    assert_eq!(merged.value, both);
    assert_eq!(merged.fields, ["currency", "items"]);
}

/// Rules: merging.
#[test]
fn to_skip_a_field_or_to_bring_it_back_is_a_change() {
    let (with, without) = (cart(&[], "EUR", Some("a")), cart(&[], "EUR", None));
    assert_eq!(merge(&with, &without, &with).unwrap().value, without);
    assert_eq!(merge(&without, &without, &with).unwrap().value, with);
    let clash = merge(&with, &without, &cart(&[], "EUR", Some("b"))).unwrap_err();
    assert_eq!(clash.fields, ["note"]);
}

/// Rules: merging.
#[test]
fn entries_of_a_map_are_fields_whatever_their_keys_are() {
    let map = |entries: &[((u8, char), i8)]| entries.iter().copied().collect::<BTreeMap<_, _>>();
    let base = map(&[((1, 'a'), 1), ((2, 'b'), 2), ((3, 'c'), 3)]);
    let ours = map(&[((1, 'a'), 10), ((2, 'b'), 2), ((3, 'c'), 3), ((4, 'd'), 4)]);
    let theirs = map(&[((1, 'a'), 1), ((2, 'b'), 2), ((5, 'e'), 5)]);
    let merged = merge(&base, &ours, &theirs).unwrap();
    let expected = map(&[((1, 'a'), 10), ((2, 'b'), 2), ((4, 'd'), 4), ((5, 'e'), 5)]);
    assert_eq!(merged.value, expected);
}

/// Rules: merging, secrets.
#[test]
fn a_clash_never_names_the_key_of_a_map() {
    let map = |value: u8| BTreeMap::from([("alice@example.org".to_owned(), value)]);
    let removed = BTreeMap::new();
    for (ours, theirs) in [
        (map(2), map(3)),
        (removed.clone(), map(3)),
        (map(3), removed),
    ] {
        let clash = merge(&map(1), &ours, &theirs).unwrap_err();
        assert_eq!(clash.fields, [""; 0]);
        assert!(!format!("{clash} {clash:?}").contains("alice"));
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Step {
    Start,
    Named(String),
    Pair(u8, u8),
    Fields { a: u8, b: u8 },
}

/// Rules: merging.
#[test]
fn an_enum_is_one_field_in_every_kind_of_variant() {
    is_one_field(
        &Step::Start,
        &Step::Named("a".to_owned()),
        &Step::Pair(1, 2),
    );
    is_one_field(
        &Step::Named("a".to_owned()),
        &Step::Start,
        &Step::Pair(1, 2),
    );
    is_one_field(&Step::Pair(0, 0), &Step::Pair(1, 0), &Step::Pair(0, 1));
    let fields = |a, b| Step::Fields { a, b };
    is_one_field(&fields(0, 0), &fields(1, 0), &fields(0, 1));
}

/// Rules: merging.
#[test]
fn lists_tuples_and_scalars_at_the_top_are_one_field() {
    is_one_field(&vec![0, 0], &vec![1, 0], &vec![0, 1]);
    is_one_field(&(0, 0), &(1, 0), &(0, 1));
    is_one_field(&0u64, &1, &2);
    is_one_field(&1.5f32, &2.5, &3.5);
    is_one_field(&'a', &'b', &'c');
    is_one_field(&String::new(), &"a".to_owned(), &"b".to_owned());
    assert_eq!(merge(&(), &(), &()).unwrap().value, ());
    assert!(!merge(&true, &true, &false).unwrap().value);
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Outer(Cart);

/// Rules: merging.
#[test]
fn newtype_structs_boxes_and_some_are_looked_through() {
    let (base, ours, theirs, expected) = (
        cart(&[], "EUR", None),
        cart(&["hat"], "EUR", None),
        cart(&[], "CHF", None),
        cart(&["hat"], "CHF", None),
    );
    let outer = |cart: &Cart| Some(Box::new(Outer(cart.clone())));
    let merged = merge(&outer(&base), &outer(&ours), &outer(&theirs)).unwrap();
    assert_eq!(merged.value, outer(&expected));
    let clash = merge(
        &outer(&base),
        &outer(&ours),
        &outer(&cart(&["x"], "EUR", None)),
    );
    assert_eq!(clash.unwrap_err().fields, ["items"]);
    is_one_field(&outer(&base), &None, &outer(&ours));
    is_one_field(&None, &outer(&base), &outer(&ours));
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    rest: HashMap<String, u8>,
}

/// Rules: merging.
#[test]
fn a_flattened_struct_is_merged_as_a_map_and_not_named() {
    let flat = |id, rest: &[(&str, u8)]| {
        let rest = rest.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        Flat { id, rest }
    };
    let base = flat(1, &[("a", 1), ("b", 1)]);
    let merged = merge(
        &base,
        &flat(2, &[("a", 2), ("b", 1)]),
        &flat(1, &[("c", 3), ("a", 1)]),
    );
    assert_eq!(merged.unwrap().value, flat(2, &[("a", 2), ("c", 3)]));
    let clash = merge(&base, &flat(2, &[]), &flat(3, &[])).unwrap_err();
    assert_eq!(clash.fields, [""; 0]);
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Guest { visits: u8, theme: u8 },
    User { visits: u8, theme: u8 },
    Cart(Cart),
    Other(Only),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Only {
    currency: String,
}

/// Rules: merging.
#[test]
fn an_internally_tagged_enum_is_merged_like_the_struct_it_looks_like() {
    let guest = |visits, theme| Tagged::Guest { visits, theme };
    let user = |visits, theme| Tagged::User { visits, theme };
    let merged = merge(&guest(1, 1), &user(1, 1), &guest(1, 2)).unwrap();
    assert_eq!(merged.value, user(1, 2));
    let clash = merge(&guest(1, 1), &user(1, 3), &guest(1, 2)).unwrap_err();
    assert_eq!(clash.fields, ["theme"]);
}

/// Rules: merging.
#[test]
fn variants_that_hold_different_structs_are_one_field() {
    let tagged = |text: &str| Tagged::Cart(cart(&[], text, None));
    let other = Tagged::Other(Only {
        currency: "EUR".to_owned(),
    });
    is_one_field(&tagged("EUR"), &other, &tagged("CHF"));
}

/// A map that gives its entries as they come, keys twice as well.
#[derive(Clone, Debug, PartialEq)]
struct Pairs(Vec<(u8, u8)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Rules: merging.
#[test]
fn a_map_that_gives_a_key_twice_is_one_field() {
    let pairs = |pairs: &[(u8, u8)]| Pairs(pairs.to_vec());
    is_one_field(
        &pairs(&[(1, 1), (1, 2)]),
        &pairs(&[(1, 1), (1, 3)]),
        &pairs(&[(1, 4), (1, 2)]),
    );
}

/// Rules: merging.
#[test]
fn a_change_of_the_order_of_entries_is_kept_while_the_other_side_keeps_still() {
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Sorted {
        pairs: Pairs,
        other: u8,
    }
    let sorted = |pairs: &[(u8, u8)], other| Sorted {
        pairs: Pairs(pairs.to_vec()),
        other,
    };
    let (base, ours) = (sorted(&[(1, 1), (2, 2)], 0), sorted(&[(2, 2), (1, 1)], 0));
    let theirs = sorted(&[(1, 1), (2, 2)], 9);
    let expected = sorted(&[(2, 2), (1, 1)], 9);
    assert_eq!(merge(&base, &ours, &theirs).unwrap().value, expected);
    let theirs = sorted(&[(1, 1), (2, 2), (3, 3)], 0);
    assert_eq!(merge(&base, &ours, &theirs).unwrap().value, theirs);
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "Range")]
struct Ordered {
    from: u8,
    to: u8,
}

#[derive(Deserialize)]
struct Range {
    from: u8,
    to: u8,
}

impl TryFrom<Range> for Ordered {
    type Error = &'static str;

    fn try_from(Range { from, to }: Range) -> Result<Self, Self::Error> {
        if from > to {
            return Err("from the wrong end");
        }
        Ok(Self { from, to })
    }
}

/// Rules: merging.
#[test]
fn a_result_that_the_type_does_not_decode_is_a_clash() {
    let range = |from, to| Ordered { from, to };
    assert_eq!(
        merge(&range(1, 9), &range(2, 9), &range(1, 8))
            .unwrap()
            .value,
        range(2, 8)
    );
    let clash = merge(&range(1, 9), &range(7, 9), &range(1, 3)).unwrap_err();
    assert_eq!(clash.to_string(), "both sides changed the session");
}

/// Rules: merging.
#[test]
fn a_value_that_does_not_serialize_is_a_clash() {
    #[derive(Debug, Deserialize, Serialize)]
    struct Broken {
        #[serde(serialize_with = "refuse")]
        field: u8,
    }
    fn refuse<S: Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("a secret"))
    }
    let broken = Broken { field: 1 };
    let clash = merge(&broken, &broken, &broken).unwrap_err();
    assert!(!format!("{clash} {clash:?}").contains("secret"));
    assert_eq!(broken.field, 1);
}
