//! The rules of a ring: what it takes, which key issues, what a revocation does.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloakroom_crypto::{
    DatedKey, Key, KeyErrorKind, KeyId, KeyRefusal, KeyRing, KeySet, OsEntropy, ProviderKeys,
    Timestamp,
};

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn fresh() -> Key {
    Key::generate(&OsEntropy)
}

/// A key that is added by a routine change: accepted at 1,000 s, issuing at 1,600 s.
fn second() -> DatedKey {
    DatedKey::from(fresh())
        .accept_from(at(1_000))
        .issue_from(at(1_600))
}

fn refused(set: KeySet) -> KeyErrorKind {
    KeyRing::from_keys(set).unwrap_err().kind()
}

/// Rules: key-change.
#[test]
fn a_key_is_accepted_everywhere_before_it_issues_anywhere() {
    let (old, new) = (fresh(), second());
    let ids = (old.id(), new.key().id());
    let ring = KeyRing::from_keys(KeySet::new().with(old).with(new)).unwrap();
    let keys = ProviderKeys::new(&ring, "shop", "cart");
    let prepared = keys.prepared();

    let early = prepared.find(&ids.1, at(999)).unwrap_err();
    assert_eq!(early, KeyRefusal::OutOfTime);
    assert_eq!(prepared.find(&ids.1, at(1_000)).unwrap().id(), ids.1);
    assert_eq!(prepared.issuing(at(1_599)).unwrap().id(), ids.0);
    assert_eq!(prepared.issuing(at(1_600)).unwrap().id(), ids.1);
    assert_eq!(prepared.find(&ids.0, at(1_600)).unwrap().id(), ids.0);
}

/// Rules: key-change.
#[test]
fn the_latest_issue_from_decides_and_never_the_order() {
    let (old, new) = (fresh(), second());
    let id = new.key().id();
    for set in [
        KeySet::new().with(old.clone()).with(new.clone()),
        KeySet::new().with(new.clone()).with(old.clone()),
    ] {
        let ring = KeyRing::from_keys(set).unwrap();
        assert_eq!(ring.issuing(at(2_000)), Some(id));
    }
}

/// Rules: key-change.
#[test]
fn a_key_that_issues_before_the_spread_time_is_over_is_refused() {
    let hasty = second().issue_from(at(1_599));
    let set = KeySet::new().with(fresh()).with(hasty);
    let error = KeyRing::from_keys(set).unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::SpreadTooShort);
    assert_eq!(error.item(), Some(2));
}

/// Rules: key-change.
#[test]
fn a_key_with_accept_from_and_no_issue_from_is_refused_beside_another() {
    let hasty = DatedKey::from(fresh()).accept_from(at(1_000));
    let set = KeySet::new().with(second()).with(hasty);
    assert_eq!(refused(set), KeyErrorKind::SpreadTooShort);
}

/// Rules: key-change.
#[test]
fn the_only_key_of_a_ring_needs_no_spread_time() {
    let only = second().issue_from(at(1_000));
    let ring = KeyRing::from_keys(KeySet::new().with(only)).unwrap();
    assert!(ring.issuing(at(1_000)).is_some());
}

/// Rules: key-change.
#[test]
fn a_ring_made_of_one_key_keeps_the_default_spread_time_for_later() {
    let ring = KeyRing::single(fresh());
    let hasty = second().issue_from(at(1_599));
    let error = ring.replace(KeySet::new().with(fresh()).with(hasty));
    assert_eq!(error.unwrap_err().kind(), KeyErrorKind::SpreadTooShort);
}

/// Rules: key-change.
#[test]
fn two_keys_with_the_same_or_no_issue_from_are_refused() {
    let set = KeySet::new().with(fresh()).with(fresh());
    assert_eq!(refused(set), KeyErrorKind::SameIssueFrom);
    let set = KeySet::new().with(second()).with(second());
    assert_eq!(refused(set), KeyErrorKind::SameIssueFrom);
}

#[test]
fn the_same_key_twice_is_refused_with_both_places() {
    let key = fresh();
    let set = KeySet::new()
        .with_revoked(KeyId::from_bytes([1; 8]))
        .with(key.clone())
        .with(DatedKey::from(key).issue_from(at(5)));
    let error = KeyRing::from_keys(set).unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::Duplicate);
    assert!(error.to_string().starts_with("items 2 and 3: "));
}

#[test]
fn a_key_that_ends_before_it_issues_is_refused() {
    let set = |key: DatedKey| KeySet::new().with(key);
    let ends = KeyErrorKind::EndsBeforeItIssues;
    assert_eq!(refused(set(second().accept_until(at(1_600)))), ends);
    let only = DatedKey::from(fresh()).accept_from(at(5));
    assert_eq!(refused(set(only.accept_until(at(5)))), ends);
}

#[test]
fn a_set_without_a_key_is_refused() {
    let revoked = KeyId::from_bytes([1; 8]);
    assert_eq!(refused(KeySet::new()), KeyErrorKind::NoKey);
    assert_eq!(
        refused(KeySet::new().with_revoked(revoked)),
        KeyErrorKind::NoKey
    );
}

#[test]
fn a_key_is_accepted_until_its_end_and_not_at_it() {
    let key = fresh();
    let dated = DatedKey::from(key.clone()).accept_until(at(10));
    let ring = KeyRing::from_keys(KeySet::new().with(dated)).unwrap();
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    prepared
        .find(&key.id(), Timestamp::from_millis(9_999))
        .unwrap();
    let late = prepared.find(&key.id(), at(10)).unwrap_err();
    assert_eq!(late, KeyRefusal::OutOfTime);
    assert!(prepared.issuing(at(10)).is_none());
    assert_eq!(ring.issuing(at(10)), None);
}

/// Rules: key-change.
#[test]
fn a_refused_set_changes_nothing() {
    let key = fresh();
    let ring = KeyRing::single(key.clone());
    ring.replace(KeySet::new().with(fresh()).with(fresh()))
        .unwrap_err();
    assert_eq!(
        (ring.generation(), ring.issuing(at(0))),
        (1, Some(key.id()))
    );
}

#[test]
fn a_set_that_says_the_same_is_no_change() {
    let key = fresh();
    let ring = KeyRing::single(key.clone());
    ring.replace(KeySet::new().with(key.clone())).unwrap();
    assert_eq!(ring.generation(), 1);
    let dated = DatedKey::from(key).issue_from(at(1));
    ring.replace(KeySet::new().with(dated)).unwrap();
    assert_eq!(ring.generation(), 2);
}

/// Rules: key-revocation.
#[test]
fn a_revoked_key_is_refused_at_once_by_everything_made_from_the_ring() {
    let (old, new) = (fresh(), second());
    let new_id = new.key().id();
    let ring = KeyRing::from_keys(KeySet::new().with(old.clone()).with(new)).unwrap();
    let keys = ProviderKeys::new(&ring.clone(), "shop", "cart");
    assert_eq!(keys.prepared().issuing(at(2_000)).unwrap().id(), new_id);

    ring.revoke(new_id);
    let prepared = keys.prepared();
    assert!(prepared.is_revoked(&new_id));
    let refusal = prepared.find(&new_id, at(2_000)).unwrap_err();
    assert_eq!(refusal, KeyRefusal::Revoked);
    assert_eq!(prepared.issuing(at(2_000)).unwrap().id(), old.id());
    assert_eq!(ring.issuing(at(2_000)), Some(old.id()));
}

/// Rules: key-revocation.
#[test]
fn a_key_that_is_revoked_and_out_of_time_counts_as_revoked() {
    let key = fresh();
    let dated = DatedKey::from(key.clone()).accept_until(at(10));
    let set = KeySet::new().with(dated).with_revoked(key.id());
    let ring = KeyRing::from_keys(set).unwrap();
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    let refusal = prepared.find(&key.id(), at(20)).unwrap_err();
    assert_eq!(refusal, KeyRefusal::Revoked);
}

/// Rules: key-revocation.
#[test]
fn no_later_set_undoes_a_revocation_of_this_process() {
    let stolen = fresh();
    let ring = KeyRing::single(stolen.clone());
    let keys = ProviderKeys::new(&ring, "shop", "cart");
    ring.revoke(stolen.id());
    ring.replace(KeySet::new().with(fresh())).unwrap();
    ring.replace(KeySet::new().with(stolen.clone())).unwrap();
    assert!(keys.prepared().is_revoked(&stolen.id()));
    assert_eq!(ring.issuing(at(0)), None);
}

/// A source that was cut off, or put back by mistake, must not bring a stolen key back.
///
/// Rules: key-revocation.
#[test]
fn a_revocation_that_a_source_once_had_stays() {
    let (stolen, new) = (fresh(), fresh());
    let revoking = KeySet::new().with(new.clone()).with_revoked(stolen.id());
    let ring = KeyRing::from_keys(revoking).unwrap();
    ring.replace(KeySet::new().with(new)).unwrap();
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    assert!(prepared.is_revoked(&stolen.id()));
    ring.replace(KeySet::new().with(stolen.clone())).unwrap();
    assert_eq!(ring.issuing(at(0)), None);
}

/// Rules: key-revocation.
#[test]
fn a_revocation_in_the_source_holds_from_the_start() {
    let (stolen, new) = (fresh(), fresh());
    let text = format!(
        "{},{},revoked={}",
        *stolen.expose_text(),
        *new.expose_text(),
        stolen.id()
    );
    let ring = KeyRing::from_text(&text).unwrap();
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    assert!(prepared.is_revoked(&stolen.id()));
    assert_eq!(prepared.issuing(at(0)).unwrap().id(), new.id());
}

/// A stolen key is replaced in one step: the dates of a routine change are not asked for.
///
/// Rules: key-revocation.
#[test]
fn a_revoked_key_is_no_reason_to_refuse_its_replacement() {
    let (stolen, new) = (fresh(), fresh());
    let ring = KeyRing::single(stolen.clone());
    ring.revoke(stolen.id());
    let set = KeySet::new().with(stolen).with(new.clone());
    ring.replace(set).unwrap();
    assert_eq!(ring.issuing(at(0)), Some(new.id()));
}

/// Rules: key-revocation.
#[test]
fn a_source_that_revokes_its_only_key_is_taken_and_issues_nothing() {
    let key = fresh();
    let ring = KeyRing::single(key.clone());
    let set = KeySet::new().with(key.clone()).with_revoked(key.id());
    ring.replace(set).unwrap();
    assert_eq!(ring.issuing(at(0)), None);
    assert!(ring.stats()[0].revoked);
}

#[test]
fn revoking_twice_is_one_change() {
    let ring = KeyRing::single(fresh());
    ring.revoke(KeyId::from_bytes([1; 8]));
    ring.revoke(KeyId::from_bytes([1; 8]));
    assert_eq!(ring.generation(), 2);
}

#[test]
fn uses_are_counted_by_key_and_the_counts_survive_a_change() {
    let (key, other) = (fresh(), second());
    let ring = KeyRing::single(key.clone());
    let keys = ProviderKeys::new(&ring, "shop", "cart");
    let prepared = keys.prepared();
    let ours = prepared.issuing(at(0)).unwrap();

    let mut content = [0; 4];
    let tag = ours.seal(&[0; 24], b"", &mut content);
    ours.open(&[0; 24], b"", &mut content, &tag).unwrap();
    ours.open(&[0; 24], b"", &mut content, &[0; 16])
        .unwrap_err();
    let code = ours.sign(b"", b"payload");
    ours.verify(b"", b"payload", &code).unwrap();
    ours.verify(b"", b"payload", &[0; 32]).unwrap_err();
    let code = ours.id_mac(b"id");
    ours.verify_id_mac(b"id", &code).unwrap();
    ours.verify_id_mac(b"id", &[0; 8]).unwrap_err();

    ring.replace(KeySet::new().with(other.clone())).unwrap();
    ring.replace(KeySet::new().with(key.clone()).with(other))
        .unwrap();
    let stats = ring.stats();
    assert_eq!(
        (stats[0].id, stats[0].issued, stats[0].accepted),
        (key.id(), 3, 3)
    );
    assert_eq!((stats[1].issued, stats[1].accepted), (0, 0));
    assert_eq!(stats[1].issue_from, Some(at(1_600)));
}

/// Rules: key-revocation.
#[test]
fn a_use_that_begins_after_a_revocation_never_sees_the_key() {
    let key = fresh();
    let ring = KeyRing::single(key.clone());
    let keys = ProviderKeys::new(&ring, "shop", "cart");
    let revoked = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !keys.prepared().is_revoked(&key.id()) {
                    let before = revoked.load(Ordering::SeqCst);
                    let issuing = keys.prepared().issuing(at(0)).is_some();
                    assert!(!(before && issuing));
                }
            });
        }
        ring.revoke(key.id());
        revoked.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_declared_spread_time_takes_the_place_of_the_default() {
    let set = || KeySet::new().with(fresh()).with(second());
    let spread = |secs| KeyRing::builder().spread(Duration::from_secs(secs));
    spread(600).keys(set()).unwrap();
    let error = spread(601).keys(set()).unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::SpreadTooShort);
}

/// Rules: secrets.
#[test]
fn nothing_shows_a_key() {
    let key = fresh();
    let text = key.expose_text();
    let set = KeySet::new().with(key.clone());
    let ring = KeyRing::from_keys(set.clone()).unwrap();
    let keys = ProviderKeys::new(&ring, "shop", "cart");
    let prepared = keys.prepared();
    let shown = format!(
        "{key:?} {set:?} {ring:?} {keys:?} {prepared:?} {:?} {:?}",
        DatedKey::from(key.clone()),
        ring.stats(),
    );
    assert!(shown.contains(&key.id().to_string()));
    for piece in text.as_bytes()[4..].windows(8) {
        assert!(!shown.contains(std::str::from_utf8(piece).unwrap()));
    }
}
