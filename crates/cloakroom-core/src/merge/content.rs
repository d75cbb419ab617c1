//! When two contents are the same.
//!
//! * Floats are compared by their bits: a field that holds `NaN` is not thereby changed, and `-0.0`
//!   in place of `0.0` is a change.
//! * Entries of maps are compared in any order where need be: two equal `HashMap`s seldom give
//!   their entries in one order.

use std::cmp::Ordering;

use ciborium::Value;

/// Whether the order of a map's entries counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Entries {
    InOrder,
    AnyOrder,
}

/// Whether two contents are the same; a field that is not there is only the same as another such.
pub(super) fn same(a: Option<&Value>, b: Option<&Value>, entries: Entries) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b, entries).is_eq(),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// The key of a field, with a total order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a>(pub(super) &'a Value);

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.0, other.0, Entries::AnyOrder)
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key<'_> {}

/// A total order of contents. Its only use is to tell the same from the different, and to find.
fn compare(a: &Value, b: &Value, entries: Entries) -> Ordering {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Tag(a, inner_a), Value::Tag(b, inner_b)) => {
            a.cmp(b).then_with(|| compare(inner_a, inner_b, entries))
        }
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.iter().zip(b);
            first_difference(pairs.map(|(a, b)| compare(a, b, entries)))
                .then_with(|| a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => compare_maps(a, b, entries),
        // Of different kinds, or of a kind that does not exist yet and is never found the same.
        _ => rank(a)
            .cmp(&rank(b))
            .then_with(|| a.partial_cmp(b).unwrap_or(Ordering::Less)),
    }
}

type Entry = (Value, Value);

fn compare_maps(a: &[Entry], b: &[Entry], entries: Entries) -> Ordering {
    let (mut a, mut b): (Vec<&Entry>, Vec<&Entry>) = (a.iter().collect(), b.iter().collect());
    let by_entry = |a: &Entry, b: &Entry| {
        compare(&a.0, &b.0, entries).then_with(|| compare(&a.1, &b.1, entries))
    };
    if entries == Entries::AnyOrder {
        a.sort_by(|a, b| by_entry(a, b));
        b.sort_by(|a, b| by_entry(a, b));
    }
    let pairs = a.iter().zip(&b);
    first_difference(pairs.map(|(a, b)| by_entry(a, b))).then_with(|| a.len().cmp(&b.len()))
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) => 2,
        Value::Float(_) => 3,
        Value::Text(_) => 4,
        Value::Bytes(_) => 5,
        Value::Array(_) => 6,
        Value::Map(_) => 7,
        Value::Tag(..) => 8,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0u8..3).prop_map(Value::from),
            any::<i128>().prop_map(Value::from),
            proptest::num::f64::ANY.prop_map(Value::Float),
            "[a-c]{0,2}".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..3).prop_map(Value::Bytes),
        ];
        scalar.prop_recursive(3, 12, 3, |inner| {
            let pair = (inner.clone(), inner.clone());
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                proptest::collection::vec(pair, 0..3).prop_map(Value::Map),
                (0u64..3, inner).prop_map(|(tag, inner)| Value::Tag(tag, Box::new(inner))),
            ]
        })
    }

    proptest! {
        /// Rules: merging.
        #[test]
        fn the_order_of_contents_is_total(a in content(), b in content(), c in content()) {
            for entries in [Entries::InOrder, Entries::AnyOrder] {
                prop_assert_eq!(compare(&a, &a, entries), Ordering::Equal);
                prop_assert_eq!(compare(&a, &b, entries), compare(&b, &a, entries).reverse());
                if compare(&a, &b, entries).is_le() && compare(&b, &c, entries).is_le() {
                    prop_assert!(compare(&a, &c, entries).is_le());
                }
            }
        }
    }

    fn map(entries: &[(u8, u8)]) -> Value {
        let entries = entries.iter();
        Value::Map(entries.map(|(k, v)| ((*k).into(), (*v).into())).collect())
    }

    /// Rules: merging.
    #[test]
    fn the_order_of_entries_counts_only_where_it_is_asked_for() {
        let (a, b) = (map(&[(1, 10), (2, 20)]), map(&[(2, 20), (1, 10)]));
        assert!(!same(Some(&a), Some(&b), Entries::InOrder));
        assert!(same(Some(&a), Some(&b), Entries::AnyOrder));
        assert!(!same(
            Some(&a),
            Some(&map(&[(1, 20), (2, 10)])),
            Entries::AnyOrder
        ));
        assert!(!same(Some(&a), Some(&map(&[(1, 10)])), Entries::AnyOrder));
    }

    /// Rules: merging.
    #[test]
    fn floats_are_the_same_by_their_bits() {
        let float = |number: f64| Value::Float(number);
        assert!(same(
            Some(&float(f64::NAN)),
            Some(&float(f64::NAN)),
            Entries::InOrder
        ));
        assert!(!same(
            Some(&float(0.0)),
            Some(&float(-0.0)),
            Entries::InOrder
        ));
    }

    /// Rules: merging.
    #[test]
    fn a_field_that_is_not_there_differs_from_one_that_holds_nothing() {
        assert!(same(None, None, Entries::InOrder));
        assert!(!same(None, Some(&Value::Null), Entries::InOrder));
    }
}
