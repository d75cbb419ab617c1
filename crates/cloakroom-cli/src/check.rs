//! `keys-check`.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use cloakroom_crypto::{KeyRing, KeySet, KeyStats, WatchedFile};
use cloakroom_time::{Clock as _, SystemClock, Timestamp};
use zeroize::Zeroizing;

use crate::args::Check;
use crate::failure::Failure;
use crate::time;

/// A byte more than a source may have, so that a longer one is refused and not cut off.
const LONGEST: usize = (1 << 20) + 1;

/// Says which key issues, and what is wrong.
pub(crate) fn keys(what: &Check) -> Result<ExitCode, Failure> {
    let ring = ring(what)?;
    let now = what.at.unwrap_or_else(|| SystemClock.now());
    let mut report = String::new();
    for key in ring.stats() {
        // A String takes every text.
        let _written = writeln!(report, "{}", line(&key, &ring, now));
    }
    if let Some(file) = &what.file
        && WatchedFile::new(&ring, file).is_readable_by_others()?
    {
        report.push_str("warning: every user of this machine may read the file\n");
    }
    let issuing = ring.issuing(now);
    match issuing {
        None => report.push_str("wrong: no key issues: no session can be made or changed\n"),
        Some(_) => {
            if let Some(end) = end_of_issuing(&ring, now) {
                let _written = writeln!(
                    report,
                    "warning: from {} on no key issues",
                    time::print(end)
                );
            }
        }
    }
    io::stdout().write_all(report.as_bytes())?;
    Ok(if issuing.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The ring that an application would make.
fn ring(what: &Check) -> Result<KeyRing, Failure> {
    let mut builder = KeyRing::builder();
    if let Some(spread) = what.spread {
        builder = builder.spread(spread);
    }
    if let Some(file) = &what.file {
        return Ok(builder.file(file)?);
    }
    // Room for everything at once: a string that grows would leave keys behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    io::stdin().take(LONGEST as u64).read_to_string(&mut text)?;
    let set: KeySet = text.parse()?;
    Ok(builder.keys(set)?)
}

/// What a key does at `now`.
fn line(key: &KeyStats, ring: &KeyRing, now: Timestamp) -> String {
    let state = if key.revoked {
        "revoked".to_owned()
    } else if ring.issuing(now) == Some(key.id) {
        "issues".to_owned()
    } else if let Some(from) = key.accept_from.filter(|from| now < *from) {
        format!("not accepted before {}", time::print(from))
    } else if key.accept_until.is_some_and(|until| until <= now) {
        "accepted no more: remove it".to_owned()
    } else if let Some(from) = key.issue_from.filter(|from| now < *from) {
        format!("accepted, issues from {}", time::print(from))
    } else {
        "accepted".to_owned()
    };
    format!("{} {state}", key.id)
}

/// The first moment after `now` at which no key issues.
fn end_of_issuing(ring: &KeyRing, now: Timestamp) -> Option<Timestamp> {
    let ends = ring.stats().into_iter().filter_map(|key| key.accept_until);
    ends.filter(|end| now < *end && ring.issuing(*end).is_none())
        .min()
}
