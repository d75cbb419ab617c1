//! The commands, as a user runs them.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use cloakroom_crypto::{Key, KeyRing, KeySet};

/// Runs `cloakroom` with these arguments and this standard input.
fn cloakroom(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes its end at once.
    let _written = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

fn fresh() -> String {
    out(&cloakroom(&["key"], "")).trim_end().to_owned()
}

fn id(key: &str) -> String {
    key.parse::<Key>().unwrap().id().to_string()
}

#[test]
fn a_fresh_key_is_one_line_and_its_id_goes_to_the_other_stream() {
    let output = cloakroom(&["key"], "");
    assert!(output.status.success());
    let key: Key = out(&output).strip_suffix('\n').unwrap().parse().unwrap();
    assert_eq!(err(&output), format!("key id {}\n", key.id()));
    assert_ne!(fresh(), fresh());
}

#[test]
fn a_key_with_dates_is_a_ready_item_of_a_source() {
    let arguments = [
        "key",
        "--accept-from=2030-01-01T00:00:00Z",
        "--issue-from",
        "2030-01-01T02:00:00+01:00",
        "--accept-until",
        "2031-01-01T00:00:00Z",
    ];
    let output = cloakroom(&arguments, "");
    let set: KeySet = out(&output).parse().unwrap();
    assert_eq!(set.key_ids().len(), 1);
    assert!(out(&output).ends_with(
        ";accept_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T01:00:00Z;\
         accept_until=2031-01-01T00:00:00Z\n"
    ));
    KeyRing::from_text(&format!("{},{}", fresh(), out(&output))).unwrap();
}

#[test]
fn dates_that_no_ring_takes_are_refused() {
    let arguments = [
        "key",
        "--issue-from=2031-01-01T00:00:00Z",
        "--accept-until=2030-01-01T00:00:00Z",
    ];
    let output = cloakroom(&arguments, "");
    assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
    assert!(err(&output).contains("`accept_until`"));
}

#[test]
fn the_id_of_a_key_is_printed_and_a_mistyped_key_is_not() {
    let key = fresh();
    let output = cloakroom(&["key-id"], &format!("  {key}\n"));
    assert_eq!(out(&output), format!("{}\n", id(&key)));

    let output = cloakroom(&["key-id"], &key[..50]);
    assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
    assert!(err(&output).contains("`cloakroom key`"));
    assert!(!err(&output).contains(&key[10..20]));
}

/// Rules: key-change, secrets.
#[test]
fn a_check_says_what_each_key_does_and_shows_none() {
    let (old, new, stolen) = (fresh(), fresh(), fresh());
    let text = format!(
        "{old};accept_until=2030-02-01T00:00:00Z\n{stolen}\nrevoked={}\n\
         {new};accept_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T01:00:00Z\n",
        id(&stolen)
    );
    let at = |time: &str| {
        let output = cloakroom(&["keys-check", "--at", time], &text);
        assert!(output.status.success(), "{}", err(&output));
        for key in [&old, &new, &stolen] {
            assert!(!out(&output).contains(&key[10..20]));
        }
        out(&output).to_owned()
    };
    let (old, stolen, new) = (id(&old), id(&stolen), id(&new));
    assert_eq!(
        at("2029-12-31T00:00:00Z"),
        format!("{old} issues\n{stolen} revoked\n{new} not accepted before 2030-01-01T00:00:00Z\n")
    );
    assert_eq!(
        at("2030-01-01T00:30:00Z"),
        format!(
            "{old} issues\n{stolen} revoked\n{new} accepted, issues from 2030-01-01T01:00:00Z\n"
        )
    );
    assert_eq!(
        at("2030-01-01T01:00:00Z"),
        format!("{old} accepted\n{stolen} revoked\n{new} issues\n")
    );
    assert_eq!(
        at("2030-02-01T00:00:00Z"),
        format!("{old} accepted no more: remove it\n{stolen} revoked\n{new} issues\n")
    );
}

#[test]
fn a_ring_that_will_issue_nothing_is_warned_of_and_one_that_does_is_wrong() {
    let text = format!("{};accept_until=2030-01-01T00:00:00Z", fresh());
    let output = cloakroom(&["keys-check", "--at=2029-01-01T00:00:00Z"], &text);
    assert!(output.status.success());
    assert!(out(&output).contains("warning: from 2030-01-01T00:00:00Z on no key issues"));

    let output = cloakroom(&["keys-check", "--at=2030-01-01T00:00:00Z"], &text);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("wrong: no key issues"));
}

/// Rules: key-change.
#[test]
fn a_check_names_the_wrong_item_and_the_remedy() {
    let hasty = "accept_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T00:05:00Z";
    let text = format!("{},{};{hasty}", fresh(), fresh());
    let output = cloakroom(&["keys-check"], &text);
    assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
    assert!(err(&output).starts_with("cloakroom: item 2: "));
    assert!(err(&output).contains("`issue_from`"));
    assert!(
        cloakroom(&["keys-check", "--spread", "300"], &text)
            .status
            .success()
    );
}

#[test]
fn a_check_reads_the_present_time_and_a_file() {
    let name = format!("cloakroom-cli-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let key = fresh();
    std::fs::write(&path, &key).unwrap();
    let check = || cloakroom(&["keys-check", path.to_str().unwrap()], "");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| std::fs::set_permissions(&path, PermissionsExt::from_mode(mode));
        mode(0o644).unwrap();
        assert!(out(&check()).contains("warning: every user"));
        mode(0o600).unwrap();
    }
    assert_eq!(out(&check()), format!("{} issues\n", id(&key)));
    std::fs::remove_file(&path).unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains(path.to_str().unwrap()));
}

/// Rules: secrets.
#[test]
fn a_key_given_as_an_argument_is_not_repeated() {
    let key = fresh();
    for arguments in [
        &["key-id", &key][..],
        &[&key],
        &["key", "--accept-from", &key],
        &["key", &format!("--{key}")],
        &["keys-check", "--spread", &key],
    ] {
        let output = cloakroom(arguments, "");
        assert_eq!((output.status.code(), out(&output)), (Some(2), ""));
        assert!(!err(&output).contains(&key[10..20]), "{}", err(&output));
        assert!(err(&output).ends_with("; see `cloakroom help`\n"));
    }
}

#[test]
fn what_is_not_understood_exits_with_2_and_help_with_0() {
    for arguments in [
        &[][..],
        &["keys"],
        &["key", "--accept-from"],
        &["help", "me"],
    ] {
        assert_eq!(cloakroom(arguments, "").status.code(), Some(2));
    }
    for arguments in [["help"], ["--help"], ["-h"]] {
        let output = cloakroom(&arguments, "");
        assert!(output.status.success());
        assert!(out(&output).contains("cloakroom keys-check"));
    }
}
