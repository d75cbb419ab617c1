//! Round trips, counted at a proxy.

use std::num::NonZeroU32;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageKey, Subject,
    SubjectLimit, TakeOutcome, TouchOutcome, UpdateOutcome, Version, WhenFull,
};
use servers::Proxy;

use crate::NOW;

/// Every call asks once, when its statement was prepared before; an update that replaced nothing
/// asks once more.
pub(crate) async fn assert_one_trip_each(storage: &impl Storage, proxy: &Proxy) {
    for is_prepared in [false, true] {
        let trips = trips(storage, proxy).await;
        if is_prepared {
            for (call, asked) in &trips {
                let expected = if *call == "conflict" { 2 } else { 1 };
                assert_eq!(*asked, expected, "{call} of {trips:?}");
            }
            assert_eq!(trips.len(), 12);
        }
    }
}

type Trips = Vec<(&'static str, usize)>;

/// Each call once, and how often it asked.
async fn trips(storage: &impl Storage, proxy: &Proxy) -> Trips {
    let subject = Subject::new(Scope::new("shop/login"), "ada");
    let mut record = Record::new(
        subject.scope().clone(),
        ProofHash::new([1; 32]),
        NOW,
        vec![1],
    );
    record.subject = Some(subject.shared_name());
    let first = StorageKey::hash([1; 32]);
    created(storage.create(&first, &record, None, NOW).await.unwrap());
    let mut trips = of_records(storage, proxy, &record).await;
    trips.extend(of_subjects(storage, proxy, &subject).await);
    trips
}

async fn of_records(storage: &impl Storage, proxy: &Proxy, record: &Record) -> Trips {
    let mut trips = Vec::new();
    let mut count = |call| trips.push((call, proxy.trips()));
    let (key, limit) = (
        StorageKey::hash([2; 32]),
        SubjectLimit::new(NonZeroU32::MIN, WhenFull::EndOldest),
    );
    let _before = proxy.trips();
    let version = created(
        storage
            .create(&key, record, Some(limit), NOW)
            .await
            .unwrap(),
    );
    count("create");
    assert!(storage.read(&key, NOW).await.unwrap().is_some());
    count("read");
    let updated = storage.update(&key, version, record, NOW).await.unwrap();
    count("update");
    assert!(matches!(updated, UpdateOutcome::Updated(_)));
    let conflict = storage.update(&key, version, record, NOW).await.unwrap();
    count("conflict");
    assert!(matches!(conflict, UpdateOutcome::Conflict(_)));
    let touched = storage.touch(&key, NOW, NOW).await.unwrap();
    count("touch");
    assert_eq!(touched, TouchOutcome::Touched);
    let removed = storage.remove(&key).await.unwrap();
    count("remove");
    assert_eq!(removed, RemoveOutcome::Removed);
    trips.push(of_take(storage, proxy, record).await);
    trips
}

async fn of_take(storage: &impl Storage, proxy: &Proxy, record: &Record) -> (&'static str, usize) {
    let key = StorageKey::hash([3; 32]);
    let version = created(storage.create(&key, record, None, NOW).await.unwrap());
    let _before = proxy.trips();
    let taken = storage.take(&key, version, NOW).await.unwrap();
    assert_eq!(taken, TakeOutcome::Taken);
    ("take", proxy.trips())
}

async fn of_subjects(storage: &impl Storage, proxy: &Proxy, subject: &Subject) -> Trips {
    let mut trips = Vec::new();
    let mut count = |call| trips.push((call, proxy.trips()));
    storage.begin_sign_in(subject, NOW).await.unwrap();
    count("begin_sign_in");
    storage.list(subject, NOW).await.unwrap();
    count("list");
    storage.remove_all(subject, None, NOW).await.unwrap();
    count("remove_all");
    storage.end_before(subject.scope(), NOW).await.unwrap();
    count("end_before");
    storage.sweep(NOW, 10).await.unwrap();
    count("sweep");
    trips
}

fn created(outcome: CreateOutcome) -> Version {
    match outcome {
        CreateOutcome::Created(version) => version,
        other => panic!("{other:?}"),
    }
}
