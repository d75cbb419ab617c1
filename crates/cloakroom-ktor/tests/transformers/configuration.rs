//! What sessions that are built with the transformers come to.

use cloakroom_core::{Key, KeyRing, Protection, Sessions, ThreadEntropy, Transformer, Warning};
use cloakroom_ktor::{Digest, Encrypt, EncryptionKey, MessageAuthentication, SigningKey};

use crate::support::{WAYS, all, ktor_keys};

/// Whether sessions travel by value under these steps.
fn is_built(first: impl Transformer, then: Option<MessageAuthentication>) -> bool {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    Sessions::builder("shop", &keys)
        .cookie::<String>("cart", |c| match then {
            Some(then) => c.transform(first).transform(then),
            None => c.transform(first),
        })
        .build()
        .is_ok()
}

#[test]
fn what_a_client_can_forge_is_refused_at_build() {
    let (encryption, signing) = ktor_keys();
    let signed = || MessageAuthentication::new(&signing);
    let ktor3 = || Encrypt::ktor3(&encryption, &signing);
    assert!(!is_built(Digest::default(), None));
    assert!(!is_built(ktor3(), None));
    assert!(!is_built(ktor3().backward_compatible_read(), None));

    assert!(is_built(signed(), None));
    assert!(is_built(Encrypt::ktor1_2(&encryption, &signing), None));
    assert!(is_built(ktor3().derived_iv(), None));
    // The MAC covers the iv.
    let other = SigningKey::new(b"another signing key").unwrap();
    assert!(is_built(ktor3(), Some(MessageAuthentication::new(&other))));
}

#[test]
fn every_format_states_what_it_protects() {
    let (encryption, signing) = ktor_keys();
    let stated = WAYS.map(|way| way(&encryption, &signing).protection());
    let [strong, none] = [Protection::Secrecy, Protection::None];
    assert_eq!(stated, [strong, strong, strong, none, none]);
    assert_eq!(
        MessageAuthentication::new(&signing).protection(),
        Protection::Authenticity
    );
    assert_eq!(Digest::default().protection(), Protection::None);
    // The old format has nothing to gain from either option, and refuses nothing for them.
    let old = Encrypt::ktor1_2(&encryption, &signing)
        .derived_iv()
        .backward_compatible_read();
    assert_eq!(old.protection(), Protection::Secrecy);
    assert_eq!(
        format!("{old:?}"),
        "Encrypt { format: Ktor1And2, derived_iv: false, .. }"
    );
}

#[test]
fn steps_that_share_a_signing_key_are_known_by_it() {
    let (encryption, signing) = ktor_keys();
    let key = MessageAuthentication::new(&signing).unbound_key();
    assert!(key.is_some());
    for way in WAYS {
        assert_eq!(way(&encryption, &signing).unbound_key(), key);
        let other = SigningKey::new(b"another signing key").unwrap();
        assert_ne!(way(&encryption, &other).unbound_key(), key);
    }
    assert_eq!(Digest::default().unbound_key(), None);
}

#[test]
fn an_odd_key_of_either_kind_is_warned_of() {
    let (encryption, signing) = ktor_keys();
    let odd_encryption = EncryptionKey::from_hex(&"1".repeat(33)).unwrap();
    let odd_signing = SigningKey::from_hex("03515606058610610561058").unwrap();
    for way in WAYS {
        assert_eq!(way(&encryption, &signing).warning(), None);
        assert_eq!(
            way(&odd_encryption, &signing).warning(),
            Some(Warning::OddHexKey)
        );
        assert_eq!(
            way(&encryption, &odd_signing).warning(),
            Some(Warning::OddHexKey)
        );
    }
    let signed = MessageAuthentication::new(&odd_signing);
    assert_eq!(signed.warning(), Some(Warning::OddHexKey));
}

/// Rules: secrets.
#[test]
fn debug_shows_neither_keys_nor_what_follows_from_them() {
    let key = b"KEY-KEY-KEY-KEY-";
    let (encryption, signing) = (
        EncryptionKey::new(key).unwrap(),
        SigningKey::new(key).unwrap(),
    );
    let mut shown: Vec<String> = all().iter().map(|step| format!("{step:?}")).collect();
    shown.extend(WAYS.map(|way| format!("{:?}", way(&encryption, &signing))));
    shown.push(format!("{encryption:?} {signing:?}"));
    shown.push(format!("{:?}", MessageAuthentication::new(&signing)));
    for shown in shown {
        // Neither text, nor digits, nor a list of bytes.
        for secret in ["KEY", "4b45592d", "75, 69", "signing key"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
