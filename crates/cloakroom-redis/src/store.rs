//! The steps on records: each is one call to the server, and atomic there.

use std::time::Duration;

use cloakroom_storage::{
    Record, StorageError, StorageKey, Stored, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome,
    UpdateOutcome, Version,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use redis::Value;

use crate::answer::{bytes, list, list_of_bytes, number, optional, version};
use crate::call::{Call, Effect};
use crate::dial::Address;
use crate::layout::{self, Corrupt, Head};
use crate::link::Link;
use crate::names::{Names, Owner, Place};
use crate::scripts;

/// How many records one script looks at, so that it holds up no other call for long.
pub(crate) const BATCH: usize = 200;

/// How many calls are under way at once where there are many.
const AT_ONCE: usize = 64;

/// What all clones of a storage share.
pub(crate) struct Store {
    pub(crate) link: Link,
    pub(crate) names: Names,
    /// Where one listens, and how long an answer may take there.
    pub(crate) address: Address,
    pub(crate) timeout: Duration,
}

/// What the step that keeps a new record came to.
pub(crate) enum Kept {
    /// It is kept, and this is what lay there and had ended.
    Created(Version, Option<Head>),
    Exists,
    /// Too long after the index let it in.
    Late,
    /// All sessions of the subject were ended since the index let it in.
    SignedOut,
    /// The limit ended it already, in favour of a later one.
    Displaced(Version),
}

/// A session as the index of its subject knows it.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Session {
    pub(crate) place: Place,
    pub(crate) stamp: [u8; 8],
}

/// Why a session ends before its record has come.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    /// All sessions of its subject were ended.
    SignedOut,
    /// Another one took its seat.
    Displaced,
}

impl Mark {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed out",
            Self::Displaced => "displaced",
        }
    }
}

impl Session {
    /// Its field in the index.
    pub(crate) fn field(&self) -> Vec<u8> {
        [&self.place.member[..], &self.stamp].concat()
    }
}

impl Store {
    pub(crate) async fn read(
        &self,
        key: &StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        let place = Place::of(key);
        let keys = [
            self.names.record(&place),
            self.names.floors(place.partition),
        ];
        let found = self.link.send(&Call::command("MGET", &keys)).await?;
        let [record, floors] = list(found)?.try_into().map_err(|_| Corrupt)?;
        let Some(record) = optional(record)? else {
            return Ok(None);
        };
        let stored = layout::decode(&record)?;
        let floors = optional(floors)?.unwrap_or_default();
        let floor = layout::floor_of(&floors, stored.record.scope.as_str())?;
        let record = &stored.record;
        let is_live = record.is_live(now) && floor.is_none_or(|floor| record.created >= floor);
        Ok(is_live.then_some(stored))
    }

    pub(crate) async fn update(
        &self,
        key: &StorageKey,
        expected: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let place = Place::of(key);
        let partition = place.partition;
        let keys = [
            self.names.record(&place),
            self.names.floors(partition),
            self.names.ends(partition),
        ];
        let next = version_after(expected, now);
        let call = Call::script(&scripts::UPDATE, Effect::Once, &keys)
            .arg(now.as_millis().to_be_bytes())
            .arg(expected.get().to_be_bytes())
            .arg(next.get().to_be_bytes())
            .arg(layout::optional_time(record.idle_deadline))
            .arg(layout::after_stamp(record))
            .arg(&place.member);
        Ok(match self.link.send(&call).await? {
            Value::Nil => UpdateOutcome::Gone,
            Value::Int(1) => UpdateOutcome::Updated(next),
            there => {
                let [there] = list_of_bytes(there)?.try_into().map_err(|_| Corrupt)?;
                UpdateOutcome::Conflict(Box::new(layout::decode(&there)?))
            }
        })
    }

    pub(crate) async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        let place = Place::of(key);
        let keys = [
            self.names.record(&place),
            self.names.floors(place.partition),
        ];
        let call = Call::script(&scripts::TOUCH, Effect::Repeatable, &keys)
            .arg(now.as_millis().to_be_bytes())
            .arg(idle_deadline.as_millis().to_be_bytes());
        match self.link.send(&call).await? {
            Value::Nil => Ok(TouchOutcome::Gone),
            Value::Int(1) => Ok(TouchOutcome::Touched),
            _ => Err(Corrupt.into()),
        }
    }

    /// Keeps a new record; with a subject what its index let in under `stamp`.
    pub(crate) async fn keep(
        &self,
        place: &Place,
        record: &Record,
        number: Option<SubjectNumber>,
        entered: Option<(&Owner, [u8; 8])>,
        now: Timestamp,
    ) -> Result<Kept, StorageError> {
        let partition = place.partition;
        let keys = [
            self.names.record(place),
            self.names.floors(partition),
            self.names.ends(partition),
            self.names.high(partition),
            self.names.mark(place),
        ];
        let stamp = entered.map(|(_, stamp)| stamp);
        let field = entered.map(|(owner, stamp)| owner.mark_field(stamp));
        let call = Call::script(&scripts::CREATE, Effect::Once, &keys)
            .arg(layout::encode(record, number, stamp))
            .arg(now.as_millis().to_be_bytes())
            .arg(&place.member)
            .arg(field.unwrap_or_default());
        let mut answer = list_of_bytes(self.link.send(&call).await?)?.into_iter();
        let what = answer.next().ok_or(Corrupt)?;
        Ok(match (&what[..], answer.next(), answer.next()) {
            (b"created", Some(given), Some(replaced)) => {
                let replaced = (!replaced.is_empty()).then(|| Head::decode(&replaced));
                Kept::Created(version(&given)?, replaced.transpose()?)
            }
            (b"exists", ..) => Kept::Exists,
            (b"late", ..) => Kept::Late,
            (b"signed out", ..) => Kept::SignedOut,
            (b"displaced", Some(given), _) => Kept::Displaced(version(&given)?),
            _ => return Err(Corrupt.into()),
        })
    }

    /// Removes a live record of a version.
    pub(crate) async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        let place = Place::of(key);
        let partition = place.partition;
        let keys = [
            self.names.record(&place),
            self.names.floors(partition),
            self.names.ends(partition),
            self.names.high(partition),
        ];
        let call = Call::script(&scripts::TAKE, Effect::Once, &keys)
            .arg(now.as_millis().to_be_bytes())
            .arg(version.get().to_be_bytes())
            .arg(&place.member);
        match self.link.send(&call).await? {
            Value::Nil => Ok(TakeOutcome::Gone),
            there @ Value::Array(_) => {
                let [there] = list_of_bytes(there)?.try_into().map_err(|_| Corrupt)?;
                Ok(TakeOutcome::Conflict(Box::new(layout::decode(&there)?)))
            }
            head => {
                let head = Head::decode(&bytes(head)?)?;
                self.forget(&place, Some(head)).await;
                Ok(TakeOutcome::Taken)
            }
        }
    }

    /// Removes a record and gives its head, if there was one.
    pub(crate) async fn take_out(&self, place: &Place) -> Result<Option<Head>, StorageError> {
        let partition = place.partition;
        let keys = [
            self.names.record(place),
            self.names.ends(partition),
            self.names.high(partition),
        ];
        let call = Call::script(&scripts::REMOVE, Effect::Once, &keys).arg(&place.member);
        let head = optional(self.link.send(&call).await?)?;
        Ok(head.map(|head| Head::decode(&head)).transpose()?)
    }

    /// Ends sessions of one subject, and gives how many were alive. One whose record has not come
    /// yet will not come, and its `create` is told why.
    pub(crate) async fn end(
        &self,
        owner: &Owner,
        sessions: &[Session],
        mark: Mark,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let of_partition = |session: &&Session| session.place.partition;
        let ends = batches(sessions, of_partition).map(async |(partition, batch)| {
            let mut keys = vec![
                self.names.floors(partition),
                self.names.ends(partition),
                self.names.high(partition),
            ];
            for session in &batch {
                keys.push(self.names.record(&session.place));
                keys.push(self.names.mark(&session.place));
            }
            let mut call = Call::script(&scripts::END, Effect::Once, &keys)
                .arg(now.as_millis().to_be_bytes())
                .arg(&owner.bytes)
                .arg(mark.as_str());
            for session in batch {
                call = call
                    .arg(&session.place.member)
                    .arg(session.stamp)
                    .arg(owner.mark_field(session.stamp));
            }
            Ok::<_, StorageError>(number(&self.link.send(&call).await?)?)
        });
        Ok(all(ends).await?.into_iter().sum())
    }

    /// Gives a record of this subject a newer number, if it lies there.
    pub(crate) async fn renumber(
        &self,
        place: &Place,
        owner: &Owner,
        number: SubjectNumber,
    ) -> Result<(), StorageError> {
        let keys = [self.names.record(place)];
        let call = Call::script(&scripts::RENUMBER, Effect::Repeatable, &keys)
            .arg(&owner.bytes)
            .arg(number.get().to_be_bytes());
        self.link.send(&call).await.map(drop)
    }

    /// The heads of the records of sessions of one subject, in their order, with whether they are
    /// alive. None where another record lies there, or no record at all.
    pub(crate) async fn heads(
        &self,
        owner: &Owner,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<Vec<Option<(Head, bool)>>, StorageError> {
        let numbered: Vec<_> = sessions.iter().enumerate().collect();
        let of_partition = |(_, session): &&(usize, &Session)| session.place.partition;
        let looks = batches(&numbered, of_partition).map(async |(partition, batch)| {
            let mut keys = vec![self.names.floors(partition)];
            keys.extend(
                batch
                    .iter()
                    .map(|(_, session)| self.names.record(&session.place)),
            );
            let call = Call::script(&scripts::HEADS, Effect::None, &keys)
                .arg(layout::head_len(&owner.bytes).to_string());
            let mut answer = list(self.link.send(&call).await?)?.into_iter();
            let floors = bytes(answer.next().ok_or(Corrupt)?)?;
            let mut heads = Vec::with_capacity(batch.len());
            for (at, session) in batch {
                let head = bytes(answer.next().ok_or(Corrupt)?)?;
                heads.push((*at, head_of(owner, session, &floors, &head, now)?));
            }
            Ok::<_, StorageError>(heads)
        });
        let mut heads: Vec<_> = all(looks).await?.into_iter().flatten().collect();
        heads.sort_unstable_by_key(|(at, _)| *at);
        Ok(heads.into_iter().map(|(_, head)| head).collect())
    }
}

/// The version that comes after this one: by the time in µs, so that a replica that missed an update
/// does not give its version again. A clock that is far ahead counts no further than the year 2112,
/// since the scripts, in whose numbers 2^53 is the end, count on from there.
fn version_after(expected: Version, now: Timestamp) -> Version {
    const LATEST: u64 = 1 << 52;
    let by_time = now.as_millis().saturating_mul(1000).min(LATEST);
    Version::new(by_time.max(expected.get().saturating_add(1)))
}

/// Carries out many calls, so many at a time that they do not use up their time waiting for each
/// other.
pub(crate) fn all<T, F>(
    calls: impl IntoIterator<Item = F>,
) -> impl Future<Output = Result<Vec<T>, StorageError>>
where
    F: Future<Output = Result<T, StorageError>>,
{
    let calls: Vec<F> = calls.into_iter().collect();
    stream::iter(calls).buffer_unordered(AT_ONCE).try_collect()
}

/// Puts together what lies in one partition, in batches.
pub(crate) fn batches<T>(
    all: &[T],
    partition_of: impl Fn(&&T) -> u8,
) -> impl Iterator<Item = (u8, Vec<&T>)> {
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_by_key(|&item| partition_of(&item));
    let mut batches: Vec<(u8, Vec<&T>)> = Vec::new();
    for item in sorted {
        let partition = partition_of(&item);
        match batches.last_mut() {
            Some((last, batch)) if *last == partition && batch.len() < BATCH => batch.push(item),
            _ => batches.push((partition, vec![item])),
        }
    }
    batches.into_iter()
}

/// The head of this session, if these bytes are of its record, and whether it is alive.
fn head_of(
    owner: &Owner,
    session: &Session,
    floors: &[u8],
    bytes: &[u8],
    now: Timestamp,
) -> Result<Option<(Head, bool)>, Corrupt> {
    // Bytes of another owner's record may be cut off in its longer names.
    if !bytes.ends_with(&owner.bytes) {
        return Ok(None);
    }
    let head = Head::decode(bytes)?;
    if head.stamp != session.stamp {
        return Ok(None);
    }
    let floor = layout::floor_of(floors, &head.scope)?;
    let is_live = head.is_live(floor, now);
    Ok(Some((head, is_live)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(expected: u64, millis: u64) -> u64 {
        version_after(Version::new(expected), Timestamp::from_millis(millis)).get()
    }

    #[test]
    fn a_version_is_the_time_unless_that_has_been_given() {
        assert_eq!(after(7, 1_000), 1_000_000);
        assert_eq!(after(1_000_000, 1_000), 1_000_001);
        assert_eq!(after(2_000_000, 1_000), 2_000_001);
    }

    /// The scripts count on from it in numbers of which 2^53 is the last that has a next.
    #[test]
    fn no_clock_makes_a_version_that_has_no_next() {
        let latest = after(7, u64::MAX);
        assert_eq!(latest, 1 << 52);
        assert_eq!(after(latest, u64::MAX), latest + 1);
    }
}
