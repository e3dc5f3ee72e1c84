//! Listening: connections are bounded in number, in size and in time.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::app::Page;
use super::slots::{Slot, Slots};

/// For a TLS handshake, and for the head of a request; a connection that says nothing for so long is
/// closed.
const PATIENCE: Duration = Duration::from_secs(15);

/// For one connection in all, so that none is held for ever by an answer that nobody reads. Each
/// serves one request; the longest waits for another worker's lease, and then for the service.
const LONGEST: Duration = Duration::from_secs(300);

/// For browsers to read their answers when the page is to stop. What was begun at the service takes
/// its own time.
const FAREWELL: Duration = Duration::from_secs(5);

/// A request's line and headers, in bytes. A code is a JWT of hundreds of characters, sometimes more.
const MOST_HEAD_BYTES: usize = 64 << 10;

/// More headers than any browser sends.
const MOST_HEADERS: usize = 64;

/// Between attempts where no connection can be taken: out of file descriptors, perhaps.
const BREATHER: Duration = Duration::from_millis(50);

/// Serves a page at `listener`, and the way back from a service at `callback`, until `stop`. Browsers
/// are then given some seconds to read their answers. What was begun at the service, such as an
/// exchange or a renewal, is brought to its end however long it takes, answered or not: this returns
/// once the page's connections are idle ([`Connections::idle`]).
///
/// [`Connections::idle`]: credential_connections::service::Connections::idle
///
/// # Errors
///
/// None at present; the listeners are bound by the caller.
pub async fn serve(
    page: Page,
    listener: TcpListener,
    callback: Option<(TcpListener, TlsAcceptor)>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    let connections = page.0.connections.clone();
    let main = accept(listener, None, page.router(), stopped.clone());
    let main = tokio::spawn(main);
    let back = callback.map(|(listener, tls)| {
        tokio::spawn(accept(listener, Some(tls), page.callback_router(), stopped))
    });
    stop.await;
    drop(stopping);
    for listening in [Some(main), back].into_iter().flatten() {
        listening.await.map_err(io::Error::other)?;
    }
    connections.idle().await;
    Ok(())
}

/// Takes connections until the page is to stop.
async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stopped: watch::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Slots::default());
    loop {
        tokio::select! {
            // The sender is dropped: nothing is ever sent.
            _ = stopped.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => {
                    let slot = slots.take();
                    let served = Served { slot: slot.clone(), router: router.clone() };
                    let one = one(tcp, tls.clone(), served, graceful.watcher());
                    tokio::spawn(async move {
                        tokio::select! {
                            _ = tokio::time::timeout(LONGEST, one) => {}
                            () = slot.given_away() => {}
                        }
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "no connection could be taken");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }
    drop(listener);
    // Past this, a browser that does not read is left alone.
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

/// What a connection is served with.
struct Served {
    slot: Slot,
    router: Router,
}

/// Serves one connection to its end.
async fn one(tcp: TcpStream, tls: Option<TlsAcceptor>, served: Served, watcher: Watcher) {
    let Some(tls) = tls else {
        return speak(tcp, served, watcher).await;
    };
    // A browser that does not trust the certificate yet hangs up here, and comes again.
    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(tcp)).await {
        speak(stream, served, watcher).await;
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    served: Served,
    watcher: Watcher,
) {
    let Served { slot, router } = served;
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(slot.clone());
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MOST_HEAD_BYTES)
        .max_headers(MOST_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}
