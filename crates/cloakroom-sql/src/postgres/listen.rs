//! Listening, once: from when the server tells until the connection breaks or the tables tell no more.
//!
//! * **A connection on which nothing arrives any more is found out** by asking on it whether the
//!   tables still tell.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use cloakroom_storage::Change;
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Error, SimpleQueryMessage};

use super::dial::{Dial, Messages};
use super::notices::{Heard, Notices};

/// A connection on which is listened.
pub(super) struct Ear<'a> {
    notices: &'a Notices,
    client: Client,
    messages: Box<dyn Messages>,
    /// How long an answer may take, and how often one is asked for.
    limit: Duration,
}

/// Nothing more is heard.
struct Deaf;

impl<'a> Ear<'a> {
    /// Begins to listen, if the tables tell.
    pub(super) async fn open(
        dial: &Dial,
        notices: &'a Notices,
        limit: Duration,
    ) -> Option<Ear<'a>> {
        let (client, messages) = timeout(limit, dial()).await.ok()?.ok()?;
        let mut ear = Self {
            notices,
            client,
            messages,
            limit,
        };
        // What is told before listening has begun is of no use: then it is said that anything may
        // have changed.
        let listen = notices.listen();
        let listening = ear.client.batch_execute(&listen);
        let listening = meanwhile(&mut *ear.messages, &|_| (), listening);
        let answer = timeout(limit, listening).await;
        matches!(answer, Ok(Ok(Ok(())))).then_some(())?;
        ear.tells(&|_| ()).await.then_some(ear)
    }

    /// Tells what changes, until it cannot be heard any more. Gives whether it lasted until the
    /// server was asked whether it is there.
    pub(super) async fn listen(mut self, tell: &(impl Fn(Change) + Sync)) -> bool {
        let every = self.limit.max(Duration::from_millis(100));
        let mut has_lasted = false;
        while meanwhile(&mut *self.messages, tell, sleep(every))
            .await
            .is_ok()
        {
            if !self.tells(tell).await {
                break;
            }
            has_lasted = true;
        }
        has_lasted
    }

    /// Whether the server answers, and that the tables tell.
    async fn tells(&mut self, tell: &(impl Fn(Change) + Sync)) -> bool {
        let is_set_up = self.notices.is_set_up();
        let asked = self.client.simple_query(&is_set_up);
        let asked = meanwhile(&mut *self.messages, tell, asked);
        let answer: Result<Result<Result<_, Error>, Deaf>, _> = timeout(self.limit, asked).await;
        let is_row = |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(_));
        matches!(answer, Ok(Ok(Ok(rows))) if rows.iter().any(is_row))
    }
}

/// Waits for something, and meanwhile tells what is heard. It is the connection that gets requests
/// on, so it is polled first and last.
async fn meanwhile<T>(
    messages: &mut dyn Messages,
    tell: &(impl Fn(Change) + Sync),
    awaited: impl Future<Output = T> + Send,
) -> Result<T, Deaf> {
    let mut awaited = pin!(awaited);
    poll_fn(|cx| {
        if let Poll::Ready(answer) = awaited.as_mut().poll(cx) {
            return Poll::Ready(Ok(answer));
        }
        while let Poll::Ready(message) = messages.poll_message(cx) {
            match message {
                Some(Ok(AsyncMessage::Notification(notice))) => match Heard::of(notice.payload()) {
                    Heard::Change(change) => tell(change),
                    Heard::End => return Poll::Ready(Err(Deaf)),
                },
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(Err(Deaf)),
            }
        }
        Poll::Pending
    })
    .await
}
