//! Signals that ask the process to end.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Exit;

/// Whether the command that runs ends by itself when it is asked to.
static ENDS_BY_ITSELF: AtomicBool = AtomicBool::new(false);

/// The signals that a process can catch and that ask it to end: Ctrl-C, SIGTERM as a service manager
/// sends it, SIGQUIT, and SIGHUP as a closed terminal sends it.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    quit: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    /// From now on none of them ends the process by itself, also where it is the first of a container
    /// (PID 1), which the system protects from signals that it does not catch.
    pub(crate) fn listen() -> io::Result<Self> {
        let hangup = hangup_is_heard().then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hangup: hangup.transpose()?,
        })
    }

    /// The next one, as the exit code of who ends by it.
    pub(crate) async fn next(&mut self) -> Exit {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
            _ = self.quit.recv() => Exit::Quit,
            _ = hangup => Exit::HungUp,
        }
    }
}

/// Whoever starts it with `nohup` wants it to go on: to listen would undo that. Where the system does
/// not tell, it is left as it is.
fn hangup_is_heard() -> bool {
    const HANGUP: u64 = 1;
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return false;
    };
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & HANGUP == 0)
}

/// Ends when somebody asks the process to end. From now on the command ends by itself then.
pub(crate) fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::listen()?;
    ENDS_BY_ITSELF.store(true, Ordering::Relaxed);
    Ok(async move {
        signals.next().await;
    })
}

/// Whether the command that runs listens for signals.
pub(crate) fn command_listens() -> bool {
    ENDS_BY_ITSELF.load(Ordering::Relaxed)
}
