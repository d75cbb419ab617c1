//! Numbers of the contract as the signed 64 bits that every database has.
//!
//! * **Instants keep their order.** From the greatest signed number on (in 292 million years) they
//!   count as [`Timestamp::MAX`], which is what a deadline without end comes to.
//! * **What the database gives is not believed**: a negative number is no number of ours.

use cloakroom_storage::{StorageError, SubjectNumber, Timestamp, Version};

use crate::shared::cause::corrupt;

pub(crate) fn of_time(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn to_time(number: i64) -> Result<Timestamp, StorageError> {
    if number == i64::MAX {
        return Ok(Timestamp::MAX);
    }
    let millis = u64::try_from(number).map_err(|_| corrupt("an instant is negative"))?;
    Ok(Timestamp::from_millis(millis))
}

/// A number past the greatest signed one counts as that one.
pub(crate) fn of_subject(number: SubjectNumber) -> i64 {
    i64::try_from(number.get()).unwrap_or(i64::MAX)
}

pub(crate) fn to_subject(number: i64) -> Result<SubjectNumber, StorageError> {
    let number = u64::try_from(number).map_err(|_| corrupt("a subject's number is negative"))?;
    Ok(SubjectNumber::new(number))
}

/// A version that was never given is one that no record has.
pub(crate) fn of_version(version: Version) -> i64 {
    i64::try_from(version.get()).unwrap_or(-1)
}

pub(crate) fn to_version(number: i64) -> Result<Version, StorageError> {
    let number = u64::try_from(number).map_err(|_| corrupt("a version is negative"))?;
    Ok(Version::new(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_come_back_and_keep_their_order() {
        let ends = [0, 1, 4_102_444_800_000, (1 << 63) - 2].map(Timestamp::from_millis);
        for pair in ends.windows(2) {
            assert_eq!(to_time(of_time(pair[0])).unwrap(), pair[0]);
            assert!(of_time(pair[0]) < of_time(pair[1]));
        }
        assert_eq!(to_time(of_time(Timestamp::MAX)).unwrap(), Timestamp::MAX);
        assert!(of_time(ends[3]) < of_time(Timestamp::MAX));
    }

    #[test]
    fn negative_numbers_are_corrupt() {
        to_time(-1).unwrap_err();
        to_subject(-1).unwrap_err();
        to_version(-1).unwrap_err();
    }

    #[test]
    fn a_version_beyond_the_signed_numbers_is_no_records() {
        assert_eq!(of_version(Version::new(u64::MAX)), -1);
        assert_eq!(of_version(Version::new(7)), 7);
    }
}
