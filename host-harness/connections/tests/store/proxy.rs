//! A cable between a store and PostgreSQL that a test can cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the cable does.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cable {
    /// Carries both ways.
    Whole,
    /// Carries nothing, and tells nobody.
    Silent,
    /// Carries both ways up to a commit, whose answer it does not bring back: it breaks then.
    BreaksAfterCommit,
}

/// Listens on a free port and passes on to the server.
pub(crate) struct Proxy {
    port: u16,
    cable: Arc<AtomicU8>,
    server: Arc<AtomicU16>,
    /// Changes when all connections are cut.
    cut: watch::Sender<()>,
}

impl Proxy {
    pub(crate) async fn to(server_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cable = Arc::new(AtomicU8::new(Cable::Whole as u8));
        let server = Arc::new(AtomicU16::new(server_port));
        let (cut, uncut) = watch::channel(());
        let (shared, to) = (Arc::clone(&cable), Arc::clone(&server));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let carried = carry(client, to.load(Ordering::SeqCst), Arc::clone(&shared));
                let mut uncut = uncut.clone();
                uncut.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        () = carried => {}
                        _ = uncut.changed() => {}
                    }
                });
            }
        });
        Self {
            port,
            cable,
            server,
            cut,
        }
    }

    /// Leads new connections to another server; what is open stays open.
    pub(crate) fn lead_to(&self, server_port: u16) {
        self.server.store(server_port, Ordering::SeqCst);
    }

    /// Ends all connections that are open.
    pub(crate) fn cut(&self) {
        self.cut.send_replace(());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn set(&self, cable: Cable) {
        self.cable.store(cable as u8, Ordering::SeqCst);
    }
}

fn is(cable: &AtomicU8, kind: Cable) -> bool {
    cable.load(Ordering::SeqCst) == kind as u8
}

async fn carry(client: TcpStream, server_port: u16, cable: Arc<AtomicU8>) {
    let server = TcpStream::connect(("127.0.0.1", server_port))
        .await
        .unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let back = tokio::spawn(carry_back(from_server, to_client, Arc::clone(&cable)));
    carry_out(from_client, to_server, cable).await;
    back.abort();
}

/// Ends when the client does, or after a commit that breaks the cable.
async fn carry_out(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cable: Arc<AtomicU8>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if is(&cable, Cable::Silent) {
            continue;
        }
        to.write_all(&buffer[..count]).await.unwrap();
    }
}

async fn carry_back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cable: Arc<AtomicU8>) {
    let mut buffer = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        // What the server says to a COMMIT begins with a message of this text.
        let committed = buffer[..count].windows(7).any(|it| it == b"COMMIT\0");
        if committed && is(&cable, Cable::BreaksAfterCommit) {
            return;
        }
        if !is(&cable, Cable::Silent) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
