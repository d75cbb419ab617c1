//! Calls see each other as they must, whatever the server's default is.

use cloakroom_storage::{Scope, Storage, Subject};

use super::fixture::database;
use crate::postgres::PostgresStorage;
use crate::shared::race::{NOW, keeps_one_session_of_two};

#[tokio::test]
async fn a_server_with_another_default_isolation_is_told_ours() {
    let (url, client) = database().await;
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
    for level in ["serializable", "repeatable read"] {
        let other = format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'");
        client.batch_execute(&other).await.unwrap();
        let storage = PostgresStorage::connect(&url).await.unwrap();
        keeps_one_session_of_two(&storage).await;
        let all = Subject::new(Scope::new("shop/login"), "user 0");
        for round in 0..8 {
            let subject = Subject::new(all.scope().clone(), format!("user {round}"));
            storage.remove_all(&subject, None, NOW).await.unwrap();
        }
    }
}
