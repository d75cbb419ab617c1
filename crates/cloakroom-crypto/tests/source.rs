//! Sources of keys: the text of a key, the text of a source, a file, a variable, a provider.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use cloakroom_crypto::{
    DatedKey, Key, KeyErrorKind, KeyId, KeyRing, KeySet, OsEntropy, ThreadEntropy, Timestamp,
    WatchedFile,
};

fn fresh() -> Key {
    Key::generate(&OsEntropy)
}

fn fault(text: &str) -> (KeyErrorKind, Option<usize>) {
    let error = text.parse::<KeySet>().unwrap_err();
    (error.kind(), error.item())
}

#[test]
fn a_mistyped_key_is_told_from_what_is_no_key() {
    let text = fresh().expose_text();
    let not_a_key = KeyErrorKind::NotAKey;
    let kind = |text: &str| text.parse::<Key>().unwrap_err().kind();
    let last = if text.ends_with('A') { "B" } else { "A" };
    assert_eq!(
        kind(&format!("{}{last}", &text[..51])),
        KeyErrorKind::Checksum
    );
    assert_eq!(kind(&text[..51]), not_a_key);
    assert_eq!(kind(&text.replace("ck1_", "ck2_")), not_a_key);
    assert_eq!(kind(&text.replace("ck1_", "CK1_")), not_a_key);
    assert_eq!(kind(&format!("{}=", &text[..51])), not_a_key);
    assert_eq!(kind(&format!("ck1_{}", "é".repeat(24))), not_a_key);
    assert_eq!(kind(""), not_a_key);
}

#[test]
fn a_key_with_fewer_than_16_different_bytes_is_weak() {
    // The bytes 0 to 14 over and over, and 0 to 15, both with the right checksum.
    let weak = "ck1_AAECAwQFBgcICQoLDA0OAAECAwQFBgcICQoLDA0OAAFCgbn_";
    let just = "ck1_AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg-Plby1";
    assert_eq!(weak.parse::<Key>().unwrap_err().kind(), KeyErrorKind::Weak);
    assert_eq!(just.parse::<Key>().unwrap().expose_text().as_str(), just);
}

/// Rules: secrets.
#[test]
fn every_error_names_a_remedy_and_never_the_text() {
    let key = fresh().expose_text();
    let wrong = [
        format!("{},hunter2", *key),
        format!("{};hunter2", *key),
        format!("{};accept_from=hunter2", *key),
        format!("{};hunter2=2030-01-01T00:00:00Z", *key),
        "revoked=hunter2".to_owned(),
        format!("ck1_hunter2{}", &key[11..]),
    ];
    for text in wrong {
        let error = text.parse::<KeySet>().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains(&key[20..40]),
            "{shown}"
        );
        assert!(error.to_string().contains("item "), "{shown}");
        assert!(error.to_string().contains('`'), "{shown}");
    }
}

#[test]
fn commas_newlines_blank_lines_and_comments_separate_items() {
    let (one, two) = (fresh(), fresh());
    let ids = [one.id(), two.id()];
    let (one, two) = (one.expose_text(), two.expose_text());
    for text in [
        format!("{},{}", *one, *two),
        format!("  {} , {}  ", *one, *two),
        format!(
            "# keys, old and new\n{}\r\n\n\t{} # new, since today\n",
            *one, *two
        ),
        format!("{},\n{}\n", *one, *two),
        format!("{} # old\n, {}", *one, *two),
    ] {
        assert_eq!(text.parse::<KeySet>().unwrap().key_ids(), ids, "{text:?}");
    }
}

#[test]
fn a_comma_without_an_item_on_both_sides_is_refused() {
    let key = fresh().expose_text();
    let empty = KeyErrorKind::EmptyItem;
    assert_eq!(fault(&format!("{},", *key)), (empty, Some(2)));
    assert_eq!(fault(&format!(",{}", *key)), (empty, Some(1)));
    assert_eq!(
        fault(&format!("{},# none\n,{}", *key, *key)),
        (empty, Some(2))
    );
    assert_eq!(fault(","), (empty, Some(1)));
}

#[test]
fn a_wrong_item_is_named_by_its_place_among_the_items() {
    let key = fresh().expose_text();
    let revoked = KeyId::from_bytes([1; 8]);
    let after = |item: &str| fault(&format!("# keys\n\n{}\nrevoked={revoked}\n{item}", *key));
    assert_eq!(after("oops"), (KeyErrorKind::NotAKey, Some(3)));
    assert_eq!(after("revoked="), (KeyErrorKind::BadRevocation, Some(3)));
    let dated = |field: &str| after(&format!("{};{field}", *key));
    assert_eq!(dated("accept_from"), (KeyErrorKind::UnknownField, Some(3)));
    assert_eq!(dated(""), (KeyErrorKind::UnknownField, Some(3)));
    assert_eq!(
        dated("accept_form=2030-01-01T00:00:00Z").0,
        KeyErrorKind::UnknownField
    );
    assert_eq!(
        dated("issue_from=tomorrow"),
        (KeyErrorKind::BadTime, Some(3))
    );
    let twice = "issue_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T00:00:00Z";
    assert_eq!(dated(twice), (KeyErrorKind::RepeatedField, Some(3)));
}

#[test]
fn a_text_of_more_than_a_mebibyte_is_refused_unread() {
    assert_eq!(
        fault(&"\n".repeat((1 << 20) + 1)),
        (KeyErrorKind::TooLong, None)
    );
}

fn any_time() -> impl Strategy<Value = Option<Timestamp>> {
    option::of((0_u64..253_000_000_000_000).prop_map(Timestamp::from_millis))
}

fn any_dated_key() -> impl Strategy<Value = DatedKey> {
    (any_time(), any_time(), any_time()).prop_map(|(accept, issue, until)| {
        let key = DatedKey::from(Key::generate(&ThreadEntropy));
        let key = accept.into_iter().fold(key, DatedKey::accept_from);
        let key = issue.into_iter().fold(key, DatedKey::issue_from);
        until.into_iter().fold(key, DatedKey::accept_until)
    })
}

proptest! {
    #[test]
    fn a_set_that_is_printed_is_read_again(
        keys in vec(any_dated_key(), 0..4),
        revoked in vec(any::<[u8; 8]>(), 0..4),
    ) {
        let set = keys.into_iter().fold(KeySet::new(), KeySet::with);
        let revoked = revoked.into_iter().map(KeyId::from_bytes);
        let set = revoked.fold(set, KeySet::with_revoked);
        prop_assert_eq!(set.expose_text().parse::<KeySet>().unwrap(), set);
    }

    /// Rules: bad-input.
    #[test]
    fn no_text_makes_the_parsers_panic(text in "(ck1_|revoked=|[-;,=#\\n]|[a-zA-Z0-9_]|.){0,80}") {
        prop_assert!(text.parse::<Key>().is_err());
        if let Ok(set) = text.parse::<KeySet>() {
            prop_assert!(set.key_ids().is_empty());
        }
    }

    /// Rules: bad-input.
    #[test]
    fn no_text_behind_a_key_makes_the_parser_panic(
        text in "(;(accept_from|issue_from|accept_until|x)=(2030-01-0[1-9]T00:00:00Z|.{0,9})){0,3}",
    ) {
        let item = Key::generate(&ThreadEntropy).expose_text().to_string() + &text;
        if let Ok(set) = item.parse::<KeySet>() {
            prop_assert_eq!(set.expose_text().parse::<KeySet>().unwrap(), set);
        }
    }

    /// Rules: bad-input.
    #[test]
    fn no_mistyped_character_goes_unnoticed(place in 0_usize..52, other in "[-_a-zA-Z0-9 ]") {
        let text = Key::generate(&ThreadEntropy).expose_text();
        let mut typed = text.to_string();
        typed.replace_range(place..=place, &other);
        prop_assert_eq!(typed.parse::<Key>().is_ok(), typed == *text);
    }
}

/// A file of its own for each test.
struct TempFile(PathBuf);

impl TempFile {
    fn new(text: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cloakroom-source-{}-{number}", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        file.write(text);
        file
    }

    fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(&self.0, text).unwrap();
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        // A test may have removed it.
        let _removed = fs::remove_file(&self.0);
    }
}

/// Rules: key-change.
#[test]
fn a_changed_file_changes_the_ring() {
    let (old, new) = (fresh(), fresh());
    let file = TempFile::new(&old.expose_text());
    let ring = KeyRing::builder().file(&file.0).unwrap();
    let mut watched = WatchedFile::new(&ring, &file.0);
    assert!(!watched.check().unwrap());
    file.write(new.expose_text().as_bytes());
    assert!(watched.check().unwrap());
    assert!(!watched.check().unwrap());
    assert_eq!(ring.issuing(Timestamp::EPOCH), Some(new.id()));
}

/// Rules: key-change.
#[test]
fn an_unreadable_or_half_written_file_leaves_the_ring_as_it_was() {
    let key = fresh();
    let file = TempFile::new(&key.expose_text());
    let ring = KeyRing::builder().file(&file.0).unwrap();
    let mut watched = WatchedFile::new(&ring, &file.0);
    let mut kind = || watched.check().unwrap_err().kind();

    file.write(&key.expose_text()[..30]);
    assert_eq!(kind(), KeyErrorKind::NotAKey);
    file.write("");
    assert_eq!(kind(), KeyErrorKind::NoKey);
    assert_eq!(kind(), KeyErrorKind::NoKey);
    file.write([0xff, 0xfe]);
    assert_eq!(kind(), KeyErrorKind::Unreadable);
    file.write("\n".repeat((1 << 20) + 1));
    assert_eq!(kind(), KeyErrorKind::TooLong);
    fs::remove_file(&file.0).unwrap();
    assert_eq!(kind(), KeyErrorKind::Unreadable);

    assert_eq!(
        (ring.generation(), ring.issuing(Timestamp::EPOCH)),
        (1, Some(key.id()))
    );
    file.write(key.expose_text().as_bytes());
    assert!(!watched.check().unwrap());
}

/// Rules: key-revocation.
#[test]
fn a_reloaded_file_does_not_undo_a_revocation() {
    let key = fresh();
    let file = TempFile::new(&key.expose_text());
    let ring = KeyRing::builder().file(&file.0).unwrap();
    ring.revoke(key.id());
    WatchedFile::new(&ring, &file.0).check().unwrap();
    assert_eq!(ring.issuing(Timestamp::EPOCH), None);
}

#[test]
fn errors_name_the_file_or_variable() {
    let file = TempFile::new("oops");
    let name = file.0.display().to_string();
    let error = KeyRing::builder().file(&file.0).unwrap_err();
    assert!(error.to_string().contains(&name));
    let ring = KeyRing::single(fresh());
    let error = WatchedFile::new(&ring, &file.0).check().unwrap_err();
    assert!(error.to_string().contains(&name) && error.item() == Some(1));
    let error = KeyRing::from_env("CLOAKROOM_NO_SUCH_VARIABLE").unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::Unset);
    assert!(error.to_string().contains("CLOAKROOM_NO_SUCH_VARIABLE"));
    // Every process that cargo starts has this one, and it is no list of keys.
    let error = KeyRing::from_env("CARGO_MANIFEST_DIR").unwrap_err();
    assert_eq!(error.kind(), KeyErrorKind::NotAKey);
    assert!(
        error
            .to_string()
            .starts_with("environment variable CARGO_MANIFEST_DIR: item 1: ")
    );
}

/// Rules: key-change.
#[test]
fn a_watcher_reports_errors_goes_on_and_ends_when_it_is_dropped() {
    let key = fresh();
    let file = TempFile::new("oops");
    let ring = KeyRing::single(fresh());
    let (sender, errors) = mpsc::channel();
    let watcher = WatchedFile::new(&ring, &file.0)
        .spawn(Duration::from_millis(1), move |error| {
            // The test has heard enough.
            let _sent = sender.send(error.kind());
        })
        .unwrap();
    assert_eq!(errors.recv(), Ok(KeyErrorKind::NotAKey));
    assert_eq!(errors.recv(), Ok(KeyErrorKind::NotAKey));

    file.write(key.expose_text().as_bytes());
    while ring.issuing(Timestamp::EPOCH) != Some(key.id()) {
        std::thread::yield_now();
    }
    drop(watcher);
    // The thread is gone, and its sender with it.
    errors.try_iter().for_each(drop);
    assert_eq!(errors.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn dropping_a_watcher_does_not_wait_for_the_interval() {
    let ring = KeyRing::single(fresh());
    let watcher = WatchedFile::new(&ring, "/no/such/file").spawn(Duration::MAX, |_| {});
    drop(watcher.unwrap());
}

#[cfg(unix)]
#[test]
fn a_file_that_everyone_may_read_is_noticed() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = TempFile::new("");
    let watched = WatchedFile::new(&KeyRing::single(fresh()), &file.0);
    for (mode, expected) in [(0o600, false), (0o640, false), (0o644, true)] {
        fs::set_permissions(&file.0, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(watched.is_readable_by_others().unwrap(), expected);
    }
}
