//! A connection of one's own, beside the pool: whose messages are heard.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio_postgres::tls::{MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, Socket};

/// Opens a connection.
pub(super) type Dial = Arc<dyn Fn() -> Dialling + Send + Sync>;

type Dialling = Pin<Box<dyn Future<Output = Result<Opened, Error>> + Send>>;

/// What is asked on a connection, and what the server says by itself. Requests get on only while
/// messages are polled.
pub(super) type Opened = (Client, Box<dyn Messages>);

/// What the server says by itself.
pub(super) trait Messages: Send {
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>;
}

impl<T: TlsStream + Unpin + Send> Messages for Connection<Socket, T> {
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> {
        Self::poll_message(self, cx)
    }
}

/// How connections to this server are opened.
pub(super) fn dial<T>(config: Config, connector: T) -> Dial
where
    T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
    T::Stream: Sync + Send,
    T::TlsConnect: Sync + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Arc::new(move || {
        let (config, connector) = (config.clone(), connector.clone());
        Box::pin(async move {
            let (client, connection) = config.connect(connector).await?;
            let messages: Box<dyn Messages> = Box::new(connection);
            Ok((client, messages))
        })
    })
}
