//! Calls see each other as they must, whatever the server's default is.

use cloakroom_storage::{Scope, Storage, Subject, UpdateOutcome};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use servers::MariaDb;

use crate::mariadb::MariaDbStorage;
use crate::shared::race::{NOW, keeps_one_session_of_two};

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
    let sessions = again.list(&subject, NOW).await.unwrap();
    let stored = again.read(&sessions[0].key, NOW).await.unwrap().unwrap();
    let mut next = stored.record.clone();
    next.content = vec![2].into();
    let updated = storage
        .update(&sessions[0].key, stored.version, &next, NOW)
        .await;
    let UpdateOutcome::Updated(version) = updated.unwrap() else {
        panic!("nobody else writes");
    };
    let seen = again.read(&sessions[0].key, NOW).await.unwrap().unwrap();
    assert_eq!((seen.version, seen.record), (version, next));
}
