//! Another one-time link, for whoever runs the page: a Unix domain socket that its owner alone can
//! use. Its folder is the owner's (0700), so is the socket (0600), and each peer's user is checked.

use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use credential_page::Page;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use zeroize::Zeroizing;

use crate::report::Report;
use crate::runtime_folder;

/// A link is a hundred bytes or so.
const MOST_BYTES: u64 = 4096;

/// For one who asks and does not read, and for a page that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a page that runs is asked for links. Dropped, it is gone.
pub(super) struct LinkSocket {
    listener: UnixListener,
    path: PathBuf,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("no credential page of this user runs at {0}")]
    NotRunning(SocketAddr),
    #[error("the page at {0} gives no link: {1}")]
    Failed(SocketAddr, io::Error),
}

impl LinkSocket {
    /// For the page that listens at `address`. What is there already is of a run that has ended: two
    /// cannot listen at one address.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let path = runtime_folder::prepare()?.join(name(address));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Gives a link to each who asks and is the user that runs the page.
    pub(super) async fn serve(&self, page: &Page) {
        loop {
            let given = match self.listener.accept().await {
                Ok((stream, _)) => tokio::time::timeout(PATIENCE, give(stream, page)).await,
                Err(error) => {
                    tracing::debug!(%error, "nobody could ask for a link");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            if !matches!(given, Ok(Ok(()))) {
                tracing::debug!("a link was asked for, and was not taken");
            }
        }
    }
}

impl Drop for LinkSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn give(mut stream: UnixStream, page: &Page) -> io::Result<()> {
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    stream.write_all(page.invite().url().as_bytes()).await?;
    stream.shutdown().await
}

/// Asks the page that listens at `address` for a link.
pub(super) async fn ask(address: SocketAddr) -> Result<Zeroizing<String>, LinkError> {
    let stream = connect(address).await;
    let stream = stream.ok_or(LinkError::NotRunning(address))?;
    let mut link = Zeroizing::new(String::new());
    let mut answer = stream.take(MOST_BYTES);
    let read = tokio::time::timeout(PATIENCE, answer.read_to_string(&mut link)).await;
    let failed = |error| LinkError::Failed(address, error);
    let read = read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    if read.map_err(failed)? == 0 {
        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(link)
}

/// The first socket of that page at which somebody listens.
async fn connect(address: SocketAddr) -> Option<UnixStream> {
    for folder in runtime_folder::paths() {
        if let Ok(stream) = UnixStream::connect(folder.join(name(address))).await {
            return Some(stream);
        }
    }
    None
}

fn name(address: SocketAddr) -> String {
    format!("page-{address}.sock")
}

impl From<LinkError> for Report {
    fn from(error: LinkError) -> Self {
        let message = error.to_string();
        match error {
            LinkError::NotRunning(_) => Self::machine(message).hint(
                "ask as the user that runs it, and name the address that it listens at with \
                 --listen; or start one: `harness serve`",
            ),
            LinkError::Failed(..) => Self::machine(message),
        }
    }
}
