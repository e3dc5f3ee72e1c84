//! Being asked to end.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Ends when somebody asks the process to end: Ctrl-C, or SIGTERM as a service manager sends it.
pub(crate) fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
