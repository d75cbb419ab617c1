//! The index of a subject: which sessions it may have, and its number.
//!
//! * **An entry comes before its record, and goes after it.** So no session is missing in the
//!   index; an entry without a record is no session.
//! * **An entry is of one record**, by the stamp that both have. Of creates at once under one key
//!   each has an entry of its own.
//! * **Whoever takes another's seat stands behind it** until its own record is there. Of those that
//!   stand in one line the last one that has a record is the session; so at each moment there is
//!   one for each seat, though its records lie elsewhere.

use std::collections::{HashMap, HashSet};

use cloakroom_storage::{Record, StorageError, SubjectLimit, SubjectNumber, Timestamp, WhenFull};
use redis::Value;

use crate::answer::{bytes, eight, list, list_of_bytes, optional, pairs, subject_number};
use crate::call::{Call, Effect};
use crate::layout::{Corrupt, Head};
use crate::names::{Owner, Place};
use crate::scripts;
use crate::store::{BATCH, Session, Store};

/// For so long after its stamp a record may still come, as the scripts have it. Microseconds.
const COMING: u64 = 60_000_000;

/// What an index has at one moment.
#[derive(Eq, PartialEq)]
pub(crate) struct Look {
    micros: u64,
    entries: Vec<Entry>,
    /// Sessions that a `remove_all` is ending, or was when it broke off.
    closed: Vec<Session>,
}

/// One entry.
#[derive(Eq, PartialEq)]
struct Entry {
    field: Vec<u8>,
    session: Session,
    created: Timestamp,
    /// What takes its seat.
    successor: Option<Vec<u8>>,
}

/// What the entries of an index and the records say together.
#[derive(Default)]
pub(crate) struct Seen {
    /// The live sessions, the oldest first.
    pub(crate) live: Vec<(Session, Head)>,
    /// Sessions that have ended, and whose record lies there still.
    pub(crate) dead: Vec<Session>,
    /// Entries without a record.
    pub(crate) absent: Vec<Session>,
    /// Among them those whose record will not come any more.
    pub(crate) stale: Vec<Session>,
    /// Sessions that gave way to another one that is there, and lie there still.
    pub(crate) left_over: Vec<Session>,
    /// Sessions that a `remove_all` is ending, or was when it broke off.
    pub(crate) closed: Vec<Session>,
    /// Whether a seat was in between two records when they were read.
    pub(crate) is_unsure: bool,
}

/// Whether the index let a session in.
pub(crate) enum Entered {
    In {
        number: SubjectNumber,
        session: Session,
        /// What goes for it.
        displaced: Vec<Session>,
    },
    SignedOut,
    TooMany,
    /// It may be full: which sessions are alive has to be found out.
    Full,
}

impl Store {
    /// The subject's number.
    pub(crate) async fn number(&self, owner: &Owner) -> Result<SubjectNumber, StorageError> {
        let call = Call::command("GET", &[self.names.number(owner)]);
        match optional(self.link.send(&call).await?)? {
            None => Ok(SubjectNumber::default()),
            Some(number) => Ok(subject_number(&number)?),
        }
    }

    /// Lets a session in if number and limit allow it, given what has been seen of the others.
    pub(crate) async fn enter(
        &self,
        owner: &Owner,
        place: &Place,
        record: &Record,
        limit: Option<SubjectLimit>,
        seen: Option<&Seen>,
    ) -> Result<Entered, StorageError> {
        let millis = |time: Timestamp| time.as_millis().to_be_bytes().to_vec();
        let number = record
            .subject_number
            .map(|n| n.get().to_be_bytes().to_vec());
        let when_full = match limit.map(SubjectLimit::when_full) {
            Some(WhenFull::RejectNew) => "refuse",
            Some(WhenFull::EndOldest) | None => "displace",
        };
        let (dead, absent) = seen.map_or((&[][..], &[][..]), |seen| (&seen.dead, &seen.absent));
        let keys = [self.names.number(owner), self.names.index(owner)];
        let mut call = Call::script(&scripts::ENTER, Effect::Once, &keys)
            .arg(&place.member)
            .arg(millis(record.created))
            .arg(number.unwrap_or_default())
            .arg(record.absolute_deadline.map(millis).unwrap_or_default())
            .arg(limit.map_or(0, |limit| limit.max().get()).to_string())
            .arg(when_full)
            .arg(if seen.is_some() { "1" } else { "0" })
            .arg(dead.len().to_string());
        for session in dead.iter().chain(absent) {
            call = call.arg(session.field());
        }
        let mut answer = list_of_bytes(self.link.send(&call).await?)?.into_iter();
        let what = answer.next().ok_or(Corrupt)?;
        Ok(match (&what[..], answer.next(), answer.next()) {
            (b"in", Some(number), Some(stamp)) => Entered::In {
                number: subject_number(&number)?,
                session: Session {
                    place: place.clone(),
                    stamp: eight(&stamp)?,
                },
                displaced: answer
                    .map(|field| session_of(&field))
                    .collect::<Result<_, _>>()?,
            },
            (b"signed out", ..) => Entered::SignedOut,
            (b"too many", ..) => Entered::TooMany,
            (b"full", ..) => Entered::Full,
            _ => return Err(Corrupt.into()),
        })
    }

    /// Takes entries out.
    pub(crate) async fn leave(
        &self,
        owner: &Owner,
        sessions: &[Session],
    ) -> Result<(), StorageError> {
        for sessions in sessions.chunks(BATCH) {
            let keys = [self.names.index(owner)];
            let mut call = Call::script(&scripts::LEAVE, Effect::Repeatable, &keys);
            for session in sessions {
                call = call.arg(session.field());
            }
            self.link.send(&call).await?;
        }
        Ok(())
    }

    /// Raises the number, and gives it with the sessions that are to end.
    pub(crate) async fn close(
        &self,
        owner: &Owner,
        except: Option<&Place>,
        now: Timestamp,
    ) -> Result<(SubjectNumber, Vec<Session>), StorageError> {
        let keys = [self.names.number(owner), self.names.index(owner)];
        let call = Call::script(&scripts::CLOSE, Effect::Once, &keys)
            .arg(now.as_millis().to_be_bytes())
            .arg(except.map_or(&[][..], |place| &place.member));
        let mut answer = list_of_bytes(self.link.send(&call).await?)?.into_iter();
        let number = subject_number(&answer.next().ok_or(Corrupt)?)?;
        let sessions = answer.map(|field| session_of(&field));
        Ok((number, sessions.collect::<Result<_, _>>()?))
    }

    /// What the index has.
    pub(crate) async fn look(&self, owner: &Owner) -> Result<Look, StorageError> {
        let keys = [self.names.number(owner), self.names.index(owner)];
        let call = Call::script(&scripts::LOOK, Effect::None, &keys);
        let answer = list(self.link.send(&call).await?)?;
        let [number, micros, entries] = answer.try_into().map_err(|_| Corrupt)?;
        Ok(Look::of(number, micros, entries)?)
    }

    /// What index and records say together at some moment of this call.
    pub(crate) async fn see(&self, owner: &Owner, now: Timestamp) -> Result<Seen, StorageError> {
        /// A moment without a change is found soon; the last look counts as it is.
        const LOOKS: usize = 5;
        let mut seen = Seen::default();
        let mut look = self.look(owner).await?;
        for _ in 0..LOOKS {
            let sessions: Vec<_> = look.entries.iter().map(|e| e.session.clone()).collect();
            let heads = self.heads(owner, &sessions, now).await?;
            seen = look.with(heads);
            if seen.absent.is_empty() {
                break;
            }
            // What is absent may have gone, and another one come, since the index was looked at.
            let again = self.look(owner).await?;
            if again.entries == look.entries && !seen.is_unsure {
                break;
            }
            look = again;
        }
        Ok(seen)
    }
}

impl Look {
    fn of(number: Value, micros: Value, entries: Value) -> Result<Self, Corrupt> {
        let number = subject_number(&bytes(number)?)?;
        let mut look = Self {
            micros: micros_of(&bytes(micros)?)?,
            entries: Vec::new(),
            closed: Vec::new(),
        };
        for (field, value) in pairs(entries)? {
            let (created, rest) = value.split_first_chunk().ok_or(Corrupt)?;
            let (entered_at, rest) = rest.split_first_chunk().ok_or(Corrupt)?;
            let (_displaces, successor) = rest.split_first().ok_or(Corrupt)?;
            let session = session_of(&field)?;
            // One that came in under a number before is being ended.
            if SubjectNumber::new(u64::from_be_bytes(*entered_at)) < number {
                look.closed.push(session);
                continue;
            }
            look.entries.push(Entry {
                session,
                field,
                created: Timestamp::from_millis(u64::from_be_bytes(*created)),
                successor: (!successor.is_empty()).then(|| successor.to_vec()),
            });
        }
        let entries = &mut look.entries;
        entries.sort_unstable_by(|a, b| (a.created, &a.field).cmp(&(b.created, &b.field)));
        Ok(look)
    }

    /// What the entries say together with what was found of their records, in the same order.
    fn with(&self, heads: Vec<Option<(Head, bool)>>) -> Seen {
        let mut seen = Seen {
            closed: self.closed.clone(),
            ..Seen::default()
        };
        let found = self.entries.iter().zip(&heads);
        let there: HashSet<&[u8]> = found
            .filter(|(_, head)| head.is_some())
            .map(|(entry, _)| &entry.field[..])
            .collect();
        let lines: HashMap<&[u8], &Entry> = self
            .entries
            .iter()
            .map(|entry| (&entry.field[..], entry))
            .collect();
        // The first that stands behind an entry and has a record.
        let taken_by = |entry: &Entry| {
            let mut next = entry.successor.as_deref();
            for _ in 0..lines.len() {
                let behind = lines.get(next?)?;
                if there.contains(&behind.field[..]) {
                    return Some(*behind);
                }
                next = behind.successor.as_deref();
            }
            None
        };
        for (entry, head) in self.entries.iter().zip(heads) {
            let session = entry.session.clone();
            match (head, taken_by(entry)) {
                (None, taken) => {
                    seen.is_unsure |= entry.successor.is_some() && taken.is_none();
                    if !is_coming(&session, self.micros) {
                        seen.stale.push(session.clone());
                    }
                    seen.absent.push(session);
                }
                (Some(_), Some(_)) => seen.left_over.push(session),
                (Some((head, true)), None) => seen.live.push((session, head)),
                (Some((_, false)), None) => seen.dead.push(session),
            }
        }
        seen
    }
}

/// The session of a field of an index, or of a mark's field after the owner.
fn session_of(field: &[u8]) -> Result<Session, Corrupt> {
    let (member, stamp) = field.split_last_chunk().ok_or(Corrupt)?;
    let key = Place::key_of(member).ok_or(Corrupt)?;
    Ok(Session {
        place: Place::of(&key),
        stamp: *stamp,
    })
}

fn micros_of(bytes: &[u8]) -> Result<u64, Corrupt> {
    Ok(u64::from_be_bytes(eight(bytes)?))
}

const fn is_coming(session: &Session, micros: u64) -> bool {
    micros.saturating_sub(u64::from_be_bytes(session.stamp)) <= COMING
}
