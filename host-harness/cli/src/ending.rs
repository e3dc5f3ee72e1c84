//! Graceful shutdown: a command ends, by itself or by a signal, once what it began has ended and is
//! stored. A renewal that is cut off loses the refresh token that it spent.

use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use credential_connections::service::Connections;
use tokio::task::JoinError;

use crate::exit::Exit;
use crate::output::talk;
use crate::report::Report;
use crate::signals::{Signals, command_listens};
use crate::text::Page;

/// After which somebody who waits for the end is told why.
const TOLD_AFTER: Duration = Duration::from_millis(500);

/// For a command that is given up to drop what it holds. One that waits for a person at the terminal
/// does not hear of it.
const DROPPED_WITHIN: Duration = Duration::from_millis(200);

/// What this process has begun is theirs.
static CONNECTIONS: Mutex<Vec<Connections>> = Mutex::new(Vec::new());

/// The process does not end before what is begun with these has ended.
pub(crate) fn waits_for(connections: &Connections) {
    all().push(connections.clone());
}

fn all() -> std::sync::MutexGuard<'static, Vec<Connections>> {
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a command. The first signal ends it, the second one the process at once.
pub(crate) async fn run(
    command: impl Future<Output = Result<Exit, Report>> + Send + 'static,
) -> Result<Exit, Report> {
    let signals = Signals::listen()
        .map_err(|error| Report::machine(format!("signals cannot be listened for: {error}")))?;
    let mut ending = Ending {
        signals,
        asked: None,
    };
    let mut task = tokio::spawn(command);
    let outcome = loop {
        let waited_for = ending.asked.is_some();
        match ending.until(&mut task, waited_for).await {
            Ok(outcome) => break outcome,
            Err(exit) if ending.asked.replace(exit).is_some() => return at_once(exit),
            Err(_) if command_listens() => {}
            Err(exit) => {
                task.abort();
                let _ = tokio::time::timeout(DROPPED_WITHIN, &mut task).await;
                break Ok(Ok(exit));
            }
        }
    };
    let mut finishing = pin!(finish());
    while let Err(exit) = ending.until(&mut finishing, true).await {
        if ending.asked.replace(exit).is_some() {
            return at_once(exit);
        }
    }
    // The last to leave an SQLite file takes the log beside it away.
    all().clear();
    outcome.unwrap_or_else(panicked)
}

/// As it would have ended on the main thread.
fn panicked(error: JoinError) -> Result<Exit, Report> {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(error) => Err(Report::machine(format!(
            "the command was given up: {error}"
        ))),
    }
}

/// Waits until all that was begun is stored.
async fn finish() {
    let connections: Vec<Connections> = all().clone();
    for it in &connections {
        it.finish().await;
    }
}

/// The end of this process.
struct Ending {
    signals: Signals,
    /// The signal that asked for it.
    asked: Option<Exit>,
}

impl Ending {
    /// What comes of it; or the signal that comes before. Where somebody waits for it, and waits for
    /// long, they are told why.
    async fn until<T>(
        &mut self,
        mut work: impl Future<Output = T> + Unpin,
        waited_for: bool,
    ) -> Result<T, Exit> {
        let mut told = !waited_for;
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                exit = self.signals.next() => return Err(exit),
                () = tokio::time::sleep(TOLD_AFTER), if !told => {
                    told = true;
                    tell();
                }
            }
        }
    }
}

fn is_idle() -> bool {
    all().iter().all(Connections::is_idle)
}

fn tell() {
    if is_idle() {
        return;
    }
    talk(&Page::new().line(
        "What was begun at the service is brought to its end first, so that no token is lost; \
         a second signal (Ctrl-C twice) ends this at once.",
    ));
}

/// The second signal: whoever sends it knows better.
fn at_once(exit: Exit) -> Result<Exit, Report> {
    if !is_idle() {
        talk(&Page::new().line(
            "Ended at once, while a renewal or a sign-in was under way. If the service has spent the \
             refresh token or the code by now, the new tokens are lost, and the credential has to be \
             connected again: `harness credentials` says so after the next renewal.",
        ));
    }
    Ok(exit)
}
