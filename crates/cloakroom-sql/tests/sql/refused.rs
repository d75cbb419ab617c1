//! What is said of a database that could not be opened.

use std::error::Error;

use cloakroom_sql::{OpenError, Problem};
#[cfg(any(feature = "mysql", feature = "postgres"))]
use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, net::TcpListener};

/// What an error shows to who does not ask for the cause.
pub(crate) fn shown(error: &OpenError) -> String {
    format!("{error} {error:?} {:?}", Error::source(error))
}

/// It was not opened, for this reason; the cause is kept for who asks.
#[track_caller]
pub(crate) fn assert_problem<S>(opened: Result<S, OpenError>, expected: Problem) {
    match opened.map(drop) {
        Err(OpenError::Storage { problem, error }) if problem == expected => {
            assert!(error.expose_source().is_some(), "{problem:?}");
        }
        Err(OpenError::Storage { problem, error }) => {
            panic!("{problem:?} for {expected:?}: {:?}", error.expose_source());
        }
        other => panic!("{other:?} for {expected:?}"),
    }
}

/// Where somebody takes connections who is no database: says this and hangs up, or says nothing.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) async fn other_server(says: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                connection.write_all(says).await.ok();
                if says.is_empty() {
                    connection.read_to_end(&mut Vec::new()).await.ok();
                }
            });
        }
    });
    address
}
