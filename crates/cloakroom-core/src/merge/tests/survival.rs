//! Every kind of content comes through a merge as it went in.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde::de::{Deserializer, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::merge::FieldRules;

/// Bytes in serde's sense, which a `Vec<u8>` is not.
#[derive(Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Octets;
        impl Visitor<'_> for Octets {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_byte_buf(Octets)
    }
}

/// Text for people, a number for machines, and each reads only its own.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TwoFaced(u32);

impl Serialize for TwoFaced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            serializer.serialize_u32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for TwoFaced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map(Self).map_err(serde::de::Error::custom)
        } else {
            u32::deserialize(deserializer).map(Self)
        }
    }
}

/// A struct for machines; for people one text, in a struct of one field.
#[derive(Debug, Deserialize, PartialEq)]
struct TwoFacedPair {
    left: u8,
    right: u8,
}

impl Serialize for TwoFacedPair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let for_people = serializer.is_human_readable();
        let mut fields = serializer.serialize_struct("TwoFacedPair", 2)?;
        if for_people {
            fields.serialize_field("both", &format!("{}/{}", self.left, self.right))?;
        } else {
            fields.serialize_field("left", &self.left)?;
            fields.serialize_field("right", &self.right)?;
        }
        fields.end()
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Nested {
    Unit,
    New(Box<Option<Self>>),
    Tuple(char, (), i8),
    Struct { list: Vec<Self> },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Every {
    large: u64,
    negative: i128,
    huge: u128,
    bytes: Bytes,
    letter: char,
    single: f32,
    double: f64,
    maybe: Option<Option<bool>>,
    nested: Nested,
    by_number: BTreeMap<i64, String>,
    by_pair: BTreeMap<(u8, char), Option<u8>>,
    address: IpAddr,
    two_faced: TwoFaced,
    by_two_faced: Vec<(TwoFaced, Duration)>,
    array: [u16; 3],
    #[serde(rename = "renamed field")]
    renamed: String,
    changed: u8,
}

fn every() -> Every {
    let tuple = Nested::Tuple('ß', (), i8::MIN);
    Every {
        large: u64::MAX,
        negative: i128::MIN,
        huge: u128::MAX,
        bytes: Bytes(vec![0, 255, 128]),
        letter: '\u{10FFFF}',
        single: f32::MIN_POSITIVE,
        double: -0.0,
        maybe: Some(Some(false)),
        nested: Nested::Struct {
            list: vec![
                Nested::Unit,
                tuple,
                Nested::New(Box::new(Some(Nested::Unit))),
            ],
        },
        by_number: BTreeMap::from([(i64::MIN, String::new()), (7, "seven".to_owned())]),
        by_pair: BTreeMap::from([((1, 'x'), None), ((2, 'y'), Some(2))]),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        two_faced: TwoFaced(u32::MAX),
        by_two_faced: vec![(TwoFaced(1), Duration::from_nanos(1_000_000_001))],
        array: [1, 2, u16::MAX],
        renamed: "text\0".to_owned(),
        changed: 0,
    }
}

/// Rules: merging.
#[test]
fn every_kind_of_content_survives() {
    let base = every();
    let ours = Every {
        changed: 1,
        ..every()
    };
    let theirs = Every {
        huge: u128::from(u64::MAX) + 1,
        negative: i128::from(i64::MIN) - 1,
        two_faced: TwoFaced(3),
        ..every()
    };
    let expected = Every {
        changed: 1,
        ..theirs.clone()
    };
    let merged = FieldRules::new()
        .merge(&base, &ours, &theirs)
        .unwrap()
        .value;
    assert_eq!(merged, expected);
    assert_eq!(merged.double.to_bits(), (-0.0f64).to_bits());
}

/// Rules: merging.
#[test]
fn a_type_that_looks_at_who_reads_is_merged_at_the_top_and_as_a_key() {
    let rules = FieldRules::new();
    let merged = rules
        .merge(&TwoFaced(1), &TwoFaced(1), &TwoFaced(2))
        .unwrap();
    assert_eq!(merged.value, TwoFaced(2));
    let pair = |left, right| TwoFacedPair { left, right };
    let merged = rules.merge(&pair(1, 1), &pair(2, 1), &pair(1, 2)).unwrap();
    assert_eq!(merged.value, pair(2, 2));
    let map = |octet: u8, value| HashMap::from([(IpAddr::from([10, 0, 0, octet]), value)]);
    let merged = rules
        .merge(&map(1, 'a'), &map(1, 'a'), &map(2, 'b'))
        .unwrap();
    assert_eq!(merged.value, map(2, 'b'));
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Unsteady {
    map: HashMap<u32, HashMap<String, u32>>,
    number: f64,
    at: SystemTime,
    other: u8,
}

/// Hash maps of equal content and, almost surely, unequal order.
fn unsteady(other: u8) -> Unsteady {
    let inner = || (0..20).map(|n| (n.to_string(), n)).collect();
    Unsteady {
        map: (0..20).map(|n| (n, inner())).collect(),
        number: f64::NAN,
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(1),
        other,
    }
}

/// Rules: merging.
#[test]
fn hash_maps_and_nan_that_nobody_changed_do_not_clash() {
    let merged = FieldRules::new().merge(&unsteady(0), &unsteady(0), &unsteady(1));
    let merged = merged.unwrap().value;
    assert_eq!(merged.other, 1);
    assert!(merged.number.is_nan());
    assert_eq!(merged.map, unsteady(0).map);
    let mut ours = unsteady(0);
    ours.map.remove(&3);
    let merged = FieldRules::new()
        .merge(&unsteady(0), &ours, &unsteady(1))
        .unwrap();
    assert_eq!((merged.value.map.len(), merged.value.other), (19, 1));
    assert_eq!(merged.value.at, ours.at);
}

proptest! {
    /// Rules: merging.
    #[test]
    fn all_numbers_survive_bit_by_bit(
        numbers: (u64, i64, u128, i128),
        single in proptest::num::f32::ANY,
        double in proptest::num::f64::ANY,
    ) {
        #[derive(Deserialize, Serialize)]
        struct Numbers {
            whole: (u64, i64, u128, i128),
            single: f32,
            double: f64,
            other: u8,
        }
        let value = |other| Numbers { whole: numbers, single, double, other };
        let merged = FieldRules::new().merge(&value(0), &value(1), &value(0)).unwrap().value;
        prop_assert_eq!((merged.whole, merged.other), (numbers, 1));
        prop_assert_eq!(merged.double.to_bits(), double.to_bits());
        prop_assert_eq!(merged.single.is_nan(), single.is_nan());
        prop_assert!(single.is_nan() || merged.single.to_bits() == single.to_bits());
    }
}
