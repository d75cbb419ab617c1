//! Calls see each other as they must, whatever the server's default is.

use std::num::NonZeroU32;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, Subject, SubjectLimit, Timestamp,
    WhenFull,
};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use servers::MariaDb;

use crate::mariadb::MariaDbStorage;

const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// Of two sign-ins at once, of which one is allowed, one is let in.
pub(super) async fn keeps_one_session_of_two(storage: &MariaDbStorage) {
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

/// Neither the isolation, nor that values are cut to fit, nor that nothing is committed.
#[tokio::test]
async fn a_server_with_other_defaults_is_told_ours() {
    let server = MariaDb::start();
    let root = Opts::from_url(&server.admin_url()).unwrap();
    let mut root = Conn::new(root).await.unwrap();
    for default in [
        "tx_isolation = 'SERIALIZABLE'",
        "sql_mode = ''",
        "autocommit = 0",
    ] {
        root.query_drop(format!("SET GLOBAL {default}"))
            .await
            .unwrap();
    }
    let storage = MariaDbStorage::connect(&server.url()).await.unwrap();
    keeps_one_session_of_two(&storage).await;
    let again = MariaDbStorage::connect(&server.url()).await.unwrap();
    let subject = Subject::new(Scope::new("shop/login"), "user 0");
    assert_eq!(again.list(&subject, NOW).await.unwrap().len(), 1);
}
