//! The HTTP server. It owns each connection, because faults break them.

mod body;
mod exchange;

use std::net::TcpListener as BoundListener;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::world::World;

/// What the server's tasks share.
pub(crate) struct Shared {
    world: Mutex<World>,
    stop: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            stop: watch::Sender::new(false),
        })
    }

    /// The world, for as long as one step takes. Never held across an `await`.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no more connections, and ends those that there are.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until [`Shared::stop`] was called.
    pub(crate) async fn stopping(&self) {
        // The sender lives as long as this value, so that waiting cannot end early.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

/// Makes a bound listener ready for [`serve`]. Needs a runtime.
pub(crate) fn ready(listener: BoundListener) -> std::io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Serves until stopped; then lets requests that are being answered finish.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shared.stopping() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(serve_connection(stream, Arc::clone(&shared)))),
                Err(_) => tokio::task::yield_now().await,
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve_connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without this a renewal over loopback waits for a delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| exchange::exchange(Arc::clone(&shared), request));
    // Dates are the mock's own, by its clock.
    let mut server = http1::Builder::new();
    let mut connection = pin!(
        server
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service)
    );
    // An error here is a connection that broke, which is what faults are for.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = shared.stopping() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
