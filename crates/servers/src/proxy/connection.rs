//! One connection: what goes to the server, and what comes back.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "how a test fails"
)]

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::fate::Fate;
use super::shared::{Counted, Shared};

/// More than any request or answer of a test has, so that one is mostly one part.
const PART: usize = 256 * 1024;

/// Passes what comes until the connection ends or is cut.
pub(super) async fn pass(client: TcpStream, server: TcpStream, shared: &Shared) {
    let open = Counted::one(&shared.open);
    client.set_nodelay(true).expect("it is a connection");
    server.set_nodelay(true).expect("it is a connection");
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_ending = AtomicBool::new(false);
    tokio::select! {
        () = requests(&mut from_client, to_server, shared, &is_ending) => return,
        () = answers(from_server, &mut to_client, shared, &is_ending) => return,
        () = refusal(shared) => {}
    }
    let _leaving = Counted::one(&shared.leaving);
    drop(open);
    to_client.shutdown().await.ok();
    until_closed(from_client).await;
}

/// Waits until the client has seen the end, and closes as well.
async fn until_closed(mut from: OwnedReadHalf) {
    let mut buffer = vec![0; PART];
    while let Ok(1..) = from.read(&mut buffer).await {}
}

/// Waits until no connection may last.
async fn refusal(shared: &Shared) {
    let mut fate = shared.fate.subscribe();
    fate.wait_for(|fate| *fate == Fate::IsRefused).await.ok();
}

/// Ends where the connection is cut.
async fn requests(
    from: &mut OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: &Shared,
    is_ending: &AtomicBool,
) {
    let mut buffer = vec![0; PART];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let part = &buffer[..read];
        shared.request();
        shared.wait_while(|fate| fate.holds(part)).await;
        let is_last = shared.fate.borrow().ends_after(part);
        // Before it is carried out, so that no answer comes first.
        is_ending.fetch_or(is_last, Ordering::SeqCst);
        let cut = shared.by_fate(|fate| fate.of_request(read));
        let arrives = &part[..cut.unwrap_or(read)];
        if to.write_all(arrives).await.is_err() || cut.is_some() {
            return;
        }
        if is_last {
            // The answer shows that the request has been carried out.
            pending::<()>().await;
        }
    }
    // The client is gone. What it asked is carried out, and then the server goes as well.
    to.shutdown().await.ok();
    pending::<()>().await;
}

/// Ends where the server does, or the connection is cut.
async fn answers(
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    shared: &Shared,
    is_ending: &AtomicBool,
) {
    let mut buffer = vec![0; PART];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        shared.answer();
        if is_ending.load(Ordering::SeqCst) {
            return;
        }
        let fate = shared.fate.borrow().clone();
        match fate {
            // No guess how long something takes: that it is late is the fault.
            Fate::IsDelayed(span) => tokio::time::sleep(span).await,
            Fate::HoldsAnswers => shared.wait_while(|fate| *fate == Fate::HoldsAnswers).await,
            Fate::LosesAnswers => continue,
            _ => {}
        }
        let cut = shared.by_fate(|fate| fate.of_answer(read));
        let comes = &buffer[..cut.unwrap_or(read)];
        // Where nobody is there any more, the rest is carried out all the same.
        let is_gone = to.write_all(comes).await.is_err();
        if cut.is_some() && !is_gone {
            return;
        }
    }
}
