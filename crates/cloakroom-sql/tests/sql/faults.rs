//! What a storage on a server promises when the server dies, and when the way to it breaks or is slow.
//!
//! * **Whatever happens to a call, it has had its whole effect or none**, and its caller is told what it
//!   came to, or that nobody knows.
//! * **A connection on which something went wrong is not used again**: what comes late on it reaches no
//!   other call.
//!
//! The functions are the same for all servers; [`faults!`] makes their tests for one.

#![expect(clippy::print_stdout, reason = "how a test says what it saw")]

#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod cut;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod down;
pub(crate) mod full;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod kill;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod late;
pub(crate) mod samples;
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) mod ways;

#[cfg(any(feature = "mysql", feature = "postgres"))]
/// The tests for a server of `servers` and its storage.
macro_rules! faults {
    ($server:ident, $storage:ident) => {
        use crate::faults::ways::{LIMIT, Ways};
        use crate::faults::{cut, kill, late};

        /// Storages of so many connections on the same tables: directly, and through a proxy.
        async fn ways(connections: usize) -> Ways<$storage> {
            let (server, name) = ($server::shared(), super::fixture::fresh_name());
            let proxy = servers::Proxy::before(server.port()).await;
            let builder = |url: &str| {
                let builder = $storage::builder(url).table(name.clone());
                builder.max_connections(connections)
            };
            let url = server.url();
            let direct = builder(&url).connect().await.unwrap();
            let through = builder(&proxy.url(&url)).timeout(LIMIT);
            let through = through.connect().await.unwrap();
            Ways::new(direct, through, proxy)
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_killed_server_keeps_what_it_acknowledged() {
            let server = std::sync::Mutex::new($server::start());
            let url = server.lock().unwrap().url();
            let storage = $storage::connect(&url).await.unwrap();
            let kill = || server.lock().unwrap().kill();
            let restart = || server.lock().unwrap().restart();
            kill::loses_nothing(&storage, kill, restart).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_connection_that_is_cut_in_an_answer_leaves_no_half_call() {
            cut::in_answers(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_connection_that_is_cut_in_a_request_leaves_no_half_call() {
            cut::in_requests(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_request_that_is_cut_off_has_no_effect() {
            cut::before_the_end_of_a_request(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn answers_that_are_late_or_lost_lose_nothing() {
            late::under_load(&ways(4).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn an_answer_that_is_late_reaches_no_other_call() {
            late::answers_reach_nobody(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_sign_in_that_is_late_does_not_survive_the_end_of_all_sessions() {
            late::a_sign_in_is_ended(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_change_that_is_late_brings_no_ended_session_back() {
            late::a_change_brings_nothing_back(&ways(1).await).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn a_change_that_is_late_undoes_no_newer_one() {
            late::a_change_undoes_no_newer_one(&ways(1).await).await;
        }
    };
}
