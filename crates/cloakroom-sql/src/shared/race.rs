//! Two sign-ins at once, of which one is allowed.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use std::num::NonZeroU32;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, Subject, SubjectLimit, Timestamp,
    WhenFull,
};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// One of them is let in, for each of eight subjects.
pub(crate) async fn keeps_one_session_of_two(storage: &(impl Storage + Clone)) {
    let limit = SubjectLimit::new(NonZeroU32::MIN, WhenFull::RejectNew);
    let scope = Scope::new("shop/login");
    for round in 0..8 {
        let subject = Subject::new(scope.clone(), format!("user {round}"));
        let mut record = Record::new(scope.clone(), ProofHash::new([1; 32]), NOW, vec![1]);
        record.subject = Some(subject.shared_name());
        let signing_in: Vec<_> = (0..2_u8)
            .map(|device| {
                let (storage, record) = (storage.clone(), record.clone());
                let mut key = [device; 32];
                key[0] = round;
                tokio::spawn(async move {
                    let key = StorageKey::hash(key);
                    storage.create(&key, &record, Some(limit), NOW).await
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for signed_in in signing_in {
            outcomes.push(signed_in.await.unwrap().unwrap());
        }
        let refused = |outcome: &&CreateOutcome| **outcome == CreateOutcome::TooManyForSubject;
        assert_eq!(outcomes.iter().filter(refused).count(), 1, "{outcomes:?}");
        assert_eq!(storage.list(&subject, NOW).await.unwrap().len(), 1);
    }
}
