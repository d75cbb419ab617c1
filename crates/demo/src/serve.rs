//! Listening, and ending cleanly.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// How long requests that are under way may take when the shop closes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves `app` until `closing` is done, and what is under way then for 5 seconds more at most.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve<F>(listener: TcpListener, app: Router, closing: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (closed, when_closed) = oneshot::channel();
    let closing = async move {
        closing.await;
        // Nobody listens if serving has ended by itself.
        closed.send(()).ok();
    };
    let serving = axum::serve(listener, app).with_graceful_shutdown(closing);
    let late = async {
        when_closed.await.ok();
        sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = late => Ok(()),
    }
}

/// Done when the process is asked to end, by SIGTERM (on Unix) or Ctrl-C.
///
/// # Errors
///
/// If signals cannot be listened to.
pub fn asked_to_end() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let terminated = terminated()?;
    Ok(async move {
        tokio::select! {
            () = terminated => {}
            // If it cannot be listened to, SIGTERM is left.
            Ok(()) = ctrl_c() => {}
        }
    })
}

#[cfg(unix)]
fn terminated() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        terminate.recv().await;
    })
}

#[cfg(not(unix))]
fn terminated() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(std::future::pending())
}
