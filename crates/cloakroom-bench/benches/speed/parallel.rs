//! Many requests of one or of many clients at a time, on two threads.

use std::sync::Arc;

use cloakroom_bench::Must as _;
use tokio::runtime::{Builder, Runtime};

use crate::scenarios::by_id::Application;

/// How many clients there are at a time.
pub(crate) const CLIENTS: usize = 32;

/// How many requests are served in all.
const REQUESTS: usize = 1600;

/// Two threads.
pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().must()
}

/// Serves all requests, shared out between the first so many clients, each of which asks again
/// when it has been answered.
pub(crate) fn serve(runtime: &Runtime, application: &Arc<Application>, clients: usize) {
    runtime.block_on(async {
        let ask = |client| {
            let application = Arc::clone(application);
            tokio::spawn(async move {
                // A router of its own, as each connection has.
                let application = Application::clone(&application);
                for _ in 0..REQUESTS / clients {
                    application.serve(client).await;
                }
            })
        };
        let asking: Vec<_> = (0..clients).map(ask).collect();
        for client in asking {
            client.await.must();
        }
    });
}
