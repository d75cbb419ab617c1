//! Removing what ended long ago.
//!
//! * **By an index of ends in each partition**, so that a sweep looks at what is due only. The
//!   index may have a record earlier than its end, since a touch leaves it as it is; what a sweep
//!   finds so it puts right.
//! * **A floor reaches the index late**: when its time is due, one sweep goes through all records
//!   of each partition once.
//! * **The server's own expiry comes a day later**, for where nobody sweeps.

use std::time::Duration;

use cloakroom_storage::{StorageError, Timestamp};
use redis::Value;

use crate::answer::{Pair, bytes, list, list_of_bytes, pairs};
use crate::call::{Call, Effect};
use crate::layout::{Corrupt, Head};
use crate::names::{PARTITIONS, Place};
use crate::scripts;
use crate::store::{BATCH, Store, all};

/// How long a record that ended is left lying, as the contract has it.
const SWEEP_AFTER: Duration = Duration::from_secs(60 * 60);

/// What is due in a partition.
struct Due {
    partition: u8,
    /// Scopes and their floors that the index of ends does not know of.
    floors: Vec<Pair>,
    members: Vec<Vec<u8>>,
}

impl Store {
    pub(crate) async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        let before = now.saturating_sub(SWEEP_AFTER);
        let mut swept = 0;
        while swept < limit {
            let left = limit - swept;
            let due = self.due(before, left.min(BATCH)).await?;
            if due
                .iter()
                .all(|due| due.floors.is_empty() && due.members.is_empty())
            {
                break;
            }
            all(due.iter().map(|due| self.refloor(due))).await?;
            swept += self.sweep_due(due, before, left).await?;
        }
        Ok(swept)
    }

    /// What is due, by partition.
    async fn due(&self, before: Timestamp, count: usize) -> Result<Vec<Due>, StorageError> {
        let partitions = (0..PARTITIONS).filter_map(|number| u8::try_from(number).ok());
        let dues = partitions.map(async |partition| {
            let keys = [self.names.ends(partition), self.names.work(partition)];
            let call = Call::script(&scripts::DUE, Effect::None, &keys)
                .arg(before.as_millis().to_string())
                .arg(count.to_string());
            let answer = self.link.send(&call).await?;
            let [floors, members] = list(answer)?.try_into().map_err(|_| Corrupt)?;
            let mut floors = pairs(floors)?;
            floors.retain(|(_, floor)| floor[..] < before.as_millis().to_be_bytes()[..]);
            Ok::<_, StorageError>(Due {
                partition,
                floors,
                members: list_of_bytes(members)?,
            })
        });
        all(dues).await
    }

    /// Removes at most `limit` of what is due, and gives how many.
    async fn sweep_due(
        &self,
        mut due: Vec<Due>,
        before: Timestamp,
        mut limit: usize,
    ) -> Result<usize, StorageError> {
        for due in &mut due {
            due.members.truncate(limit);
            limit -= due.members.len();
        }
        due.retain(|due| !due.members.is_empty());
        let sweeps = due.iter().map(|due| self.sweep_partition(due, before));
        Ok(all(sweeps).await?.into_iter().sum())
    }

    async fn sweep_partition(&self, due: &Due, before: Timestamp) -> Result<usize, StorageError> {
        let partition = due.partition;
        let places: Vec<_> = due.members.iter().map(|member| due.place(member)).collect();
        let mut keys = vec![
            self.names.floors(partition),
            self.names.ends(partition),
            self.names.high(partition),
        ];
        keys.extend(places.iter().map(|place| self.names.record(place)));
        let mut call =
            Call::script(&scripts::SWEEP, Effect::Once, &keys).arg(before.as_millis().to_string());
        for place in &places {
            call = call.arg(&place.member);
        }
        let swept = pairs(self.link.send(&call).await?)?;
        let left = swept.iter().map(async |(member, head)| {
            if let Ok(head) = Head::decode(head) {
                self.forget(&due.place(member), Some(head)).await;
            }
            Ok(())
        });
        all(left).await?;
        Ok(swept.len())
    }

    /// Tells the index of ends of the floors that are due, if there are any.
    async fn refloor(&self, due: &Due) -> Result<(), StorageError> {
        if due.floors.is_empty() {
            return Ok(());
        }
        let ends = [self.names.ends(due.partition)];
        let mut cursor = b"0".to_vec();
        loop {
            let scan = Call::command("ZSCAN", &ends)
                .arg(&cursor)
                .arg("COUNT")
                .arg(BATCH.to_string());
            let answer = self.link.send(&scan).await?;
            let [next, members] = list(answer)?.try_into().map_err(|_| Corrupt)?;
            self.refloor_members(due, members).await?;
            cursor = bytes(next)?;
            if cursor == b"0" {
                break;
            }
        }
        let work = [self.names.work(due.partition)];
        let mut call = Call::script(&scripts::REFLOORED, Effect::Repeatable, &work);
        for (scope, floor) in &due.floors {
            call = call.arg(scope).arg(floor);
        }
        self.link.send(&call).await.map(drop)
    }

    async fn refloor_members(&self, due: &Due, scanned: Value) -> Result<(), StorageError> {
        let scanned = pairs(scanned)?;
        let places: Vec<_> = scanned
            .iter()
            .map(|(member, _)| due.place(member))
            .collect();
        if places.is_empty() {
            return Ok(());
        }
        let mut keys = vec![
            self.names.floors(due.partition),
            self.names.ends(due.partition),
        ];
        keys.extend(places.iter().map(|place| self.names.record(place)));
        let mut call = Call::script(&scripts::REFLOOR, Effect::Repeatable, &keys);
        for place in &places {
            call = call.arg(&place.member);
        }
        self.link.send(&call).await.map(drop)
    }
}

impl Due {
    fn place(&self, member: &[u8]) -> Place {
        Place {
            partition: self.partition,
            member: member.to_vec(),
        }
    }
}
