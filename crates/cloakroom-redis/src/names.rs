//! The names of what lies in the server.
//!
//! * **256 partitions.** A record lies in the one that its key's first byte names, with all that a
//!   step on it needs: the floors, the index of ends, the highest version of what was removed. A
//!   partition has a hash tag of its own, so on a cluster it lies in one slot, and one script sees
//!   it all.
//! * **A subject has a hash tag of its own too**, the hash of its name: no key holds a name.
//! * **A member** names a record within its partition: `h:` and base64url for a hash, `t:` and the
//!   text for a text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloakroom_storage::{Change, StorageKey, Subject};
use sha2::{Digest, Sha256};

use crate::layout;

/// How many partitions there are. Part of the layout: it never changes.
pub(crate) const PARTITIONS: u16 = 256;

/// Puts a storage's prefix before every name.
#[derive(Clone)]
pub(crate) struct Names(String);

/// Where a record lies.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) partition: u8,
    pub(crate) member: Vec<u8>,
}

/// A subject, as records and names have it.
#[derive(Clone)]
pub(crate) struct Owner {
    /// Lengths, scope and name.
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: [u8; 32],
}

impl Names {
    pub(crate) const fn new(prefix: String) -> Self {
        Self(prefix)
    }

    pub(crate) fn record(&self, place: &Place) -> Vec<u8> {
        self.with_member(place.partition, "", &place.member)
    }

    /// What makes a late `create` of the record fail.
    pub(crate) fn mark(&self, place: &Place) -> Vec<u8> {
        self.with_member(place.partition, "mark:", &place.member)
    }

    pub(crate) fn floors(&self, partition: u8) -> Vec<u8> {
        self.with_member(partition, "floors", b"")
    }

    /// The sorted set of members by when they end.
    pub(crate) fn ends(&self, partition: u8) -> Vec<u8> {
        self.with_member(partition, "ends", b"")
    }

    /// The highest version of a removed record.
    pub(crate) fn high(&self, partition: u8) -> Vec<u8> {
        self.with_member(partition, "high", b"")
    }

    /// The floors that [`ends`](Self::ends) does not know of yet.
    pub(crate) fn work(&self, partition: u8) -> Vec<u8> {
        self.with_member(partition, "work", b"")
    }

    pub(crate) fn number(&self, owner: &Owner) -> Vec<u8> {
        self.of_owner(owner, "number")
    }

    pub(crate) fn index(&self, owner: &Owner) -> Vec<u8> {
        self.of_owner(owner, "index")
    }

    /// With what all names begin, and none of another prefix.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        [self.0.as_bytes(), b"{"].concat()
    }

    /// What it means for a copy of a record that something changed under a name; nothing where it
    /// is an index. A floor, and what is not ours, may mean anything.
    pub(crate) fn change_of(&self, name: &[u8]) -> Option<Change> {
        let tagged = name.strip_prefix(self.beginning().as_slice());
        let what = tagged.and_then(|tagged| {
            let tag = tagged.iter().position(|&byte| byte == b'}')?;
            tagged.get(tag + 1..)
        });
        match what.unwrap_or_default() {
            b"ends" | b"high" | b"work" | b"number" | b"index" => None,
            what if what.starts_with(b"mark:") => None,
            member => Some(Place::key_of(member).map_or(Change::Anything, Change::Record)),
        }
    }

    fn with_member(&self, partition: u8, what: &str, member: &[u8]) -> Vec<u8> {
        let mut name = Vec::with_capacity(self.0.len() + 4 + what.len() + member.len());
        name.extend_from_slice(self.0.as_bytes());
        name.extend_from_slice(&[b'{', hex(partition >> 4), hex(partition & 15), b'}']);
        name.extend_from_slice(what.as_bytes());
        name.extend_from_slice(member);
        name
    }

    fn of_owner(&self, owner: &Owner, what: &str) -> Vec<u8> {
        let digest = URL_SAFE_NO_PAD.encode(owner.digest);
        format!("{}{{{digest}}}{what}", self.0).into_bytes()
    }
}

impl Place {
    pub(crate) fn of(key: &StorageKey) -> Self {
        let bytes = key.as_bytes();
        if key.is_text() {
            // A text may be of anyone's choosing; its hash is evenly spread.
            let [partition, ..]: [u8; 32] = Sha256::digest(bytes).into();
            let member = [b"t:", bytes].concat();
            return Self { partition, member };
        }
        let mut member = String::with_capacity(2 + 43);
        member.push_str("h:");
        URL_SAFE_NO_PAD.encode_string(bytes, &mut member);
        Self {
            partition: bytes.first().copied().unwrap_or_default(),
            member: member.into_bytes(),
        }
    }

    /// The key that a member was made of, if it is one.
    pub(crate) fn key_of(member: &[u8]) -> Option<StorageKey> {
        let (kind, rest) = member.split_at_checked(2)?;
        match kind {
            b"h:" => {
                let hash = URL_SAFE_NO_PAD.decode(rest).ok()?;
                Some(StorageKey::hash(hash.try_into().ok()?))
            }
            b"t:" => StorageKey::text(str::from_utf8(rest).ok()?).ok(),
            _ => None,
        }
    }
}

impl Owner {
    pub(crate) fn new(scope: &str, name: &str) -> Self {
        let bytes = layout::owner(scope, Some(name));
        let mut hash = Sha256::new_with_prefix("cloakroom subject v1");
        hash.update(&bytes);
        let digest = hash.finalize().into();
        Self { bytes, digest }
    }

    pub(crate) fn of(subject: &Subject) -> Self {
        Self::new(subject.scope().as_str(), subject.name())
    }

    /// The field of a session's mark: nobody else's session has it.
    pub(crate) fn mark_field(&self, stamp: [u8; 8]) -> Vec<u8> {
        [&self.digest[..], &stamp].concat()
    }
}

const fn hex(digit: u8) -> u8 {
    match digit {
        0..=9 => b'0' + digit,
        _ => b'a' + digit - 10,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Names are part of the layout: whoever changes them loses all sessions.
    #[test]
    fn the_names_are_frozen() {
        let names = Names::new("shop:".to_owned());
        let text = |name: Vec<u8>| String::from_utf8(name).unwrap();
        let hash = Place::of(&StorageKey::hash([0xa7; 32]));
        let id = "p6enp6enp6enp6enp6enp6enp6enp6enp6enp6enp6c";
        assert_eq!(text(names.record(&hash)), format!("shop:{{a7}}h:{id}"));
        assert_eq!(text(names.mark(&hash)), format!("shop:{{a7}}mark:h:{id}"));
        let plain = Place::of(&StorageKey::text("id0").unwrap());
        assert_eq!(text(names.record(&plain)), "shop:{a5}t:id0");
        assert_eq!(text(names.floors(10)), "shop:{0a}floors");
        assert_eq!(text(names.ends(10)), "shop:{0a}ends");
        assert_eq!(text(names.high(10)), "shop:{0a}high");
        assert_eq!(text(names.work(10)), "shop:{0a}work");
        let ada = Owner::new("shop/login", "ada");
        let digest = "ouSPi7Regn7Ytt02_G30H-iW-eNfZbO49YPrKm0Jucc";
        assert_eq!(text(names.number(&ada)), format!("shop:{{{digest}}}number"));
        assert_eq!(text(names.index(&ada)), format!("shop:{{{digest}}}index"));
    }

    #[test]
    fn a_floor_may_change_anything_and_an_index_nothing() {
        let names = Names::new("shop:".to_owned());
        let (place, ada) = (
            Place::of(&StorageKey::hash([0xa7; 32])),
            Owner::new("shop/login", "ada"),
        );
        assert_eq!(names.change_of(&names.floors(10)), Some(Change::Anything));
        let indexes = [
            names.ends(10),
            names.high(10),
            names.work(10),
            names.mark(&place),
            names.number(&ada),
            names.index(&ada),
        ];
        for index in indexes {
            assert_eq!(names.change_of(&index), None, "{index:?}");
        }
        for stranger in [
            "",
            "shop:",
            "shop:{a7",
            "shop:{a7}",
            "shop:{a7}h:?",
            "cart:{a7}t:id0",
        ] {
            let change = names.change_of(stranger.as_bytes());
            assert_eq!(change, Some(Change::Anything), "{stranger}");
        }
    }

    #[test]
    fn owners_differ_by_where_scope_and_name_meet() {
        let digests = [("a", "bc"), ("ab", "c"), ("abc", "")]
            .map(|(scope, name)| Owner::new(scope, name).digest);
        assert_ne!(digests[0], digests[1]);
        assert_ne!(digests[1], digests[2]);
    }

    proptest! {
        #[test]
        fn a_member_gives_its_key_back(hash in any::<[u8; 32]>(), text in ".{0,60}") {
            for key in [StorageKey::hash(hash), StorageKey::text(&text).unwrap()] {
                let place = Place::of(&key);
                prop_assert_eq!(Place::key_of(&place.member), Some(key.clone()));
                let names = Names::new("shop:".to_owned());
                let name = names.record(&place);
                prop_assert!(name.starts_with(&names.beginning()));
                prop_assert_eq!(names.change_of(&name), Some(Change::Record(key)));
            }
        }

        #[test]
        fn no_bytes_make_a_member_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            drop(Place::key_of(&bytes));
            drop(Names::new(String::new()).change_of(&bytes));
        }
    }
}
