//! A redirected URL that a person pastes: for redirect URIs that lead elsewhere, and for browsers on
//! another machine.
//!
//! In scope: reading what was pasted as people paste it, and asking again where it is not the address
//! of this sign-in. Not in scope: what the address means; that is for the authorization it belongs to.

mod address;
mod clean;
mod input;
mod keys;
mod query;

use std::io::{self, BufRead as _, IsTerminal as _};

use credential_runtime::Secret;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

pub(crate) use address::{NotAccepted, Redirect};
use input::{PAUSE, Paste, Terminal};

use crate::output::talk;
use crate::text::Page;

/// More than this is no URL of a redirect.
const MAX_BYTES: usize = 64 << 10;

/// Why nothing was pasted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasteError {
    #[error("no address was pasted")]
    Nothing,
    #[error("{0}")]
    NotAccepted(#[from] NotAccepted),
    #[error("what was pasted cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Asks for the address of this sign-in. At a terminal it is not shown, since it holds a code, and is
/// asked for until it is the right one; otherwise it stands in the next lines of stdin.
pub(crate) async fn ask(redirect: &Redirect) -> Result<Secret, PasteError> {
    if let Some(mut terminal) = terminal()? {
        talk(&Page::new().line(PROMPT));
        return at_terminal(&mut terminal, redirect).await;
    }
    from_lines(redirect).await
}

/// A paste that may come while something else is waited for.
pub(crate) struct Meanwhile(Option<Terminal>);

impl Meanwhile {
    /// From now on the terminal takes a paste of any length, where there is one.
    pub(crate) fn open() -> Self {
        Self(terminal().ok().flatten())
    }

    /// Whether a person can paste.
    pub(crate) fn is_possible(&self) -> bool {
        self.0.is_some()
    }

    /// The address of this sign-in. It never comes where there is no terminal, or where the input ends.
    pub(crate) async fn address(mut self, redirect: &Redirect) -> Secret {
        if let Some(terminal) = &mut self.0
            && let Ok(address) = at_terminal(terminal, redirect).await
        {
            return address;
        }
        std::future::pending().await
    }
}

fn terminal() -> io::Result<Option<Terminal>> {
    let is_terminal = io::stdin().is_terminal();
    is_terminal.then(Terminal::open).transpose()
}

async fn at_terminal(terminal: &mut Terminal, redirect: &Redirect) -> Result<Secret, PasteError> {
    loop {
        let refused = match terminal.paste().await? {
            Paste::End => return Err(PasteError::Nothing),
            Paste::Text(text) if text.trim().is_empty() => continue,
            Paste::TooLong => NotAccepted::TooLong,
            Paste::Text(text) => match redirect.read(&text) {
                Ok(address) => return Ok(address),
                Err(why) => why,
            },
        };
        talk(&not_accepted(&refused));
    }
}

const PROMPT: &str = "Paste the whole address from the browser's address bar (it is not shown):";

fn not_accepted(why: &NotAccepted) -> Page {
    let what = format!(
        "Not accepted: {why}. Nothing was sent to the service, and the sign-in is still open."
    );
    Page::new().line(what).line(PROMPT)
}

/// Lines of a program or a file: the first that hold the address, however it is wrapped. Where a code stands
/// at the end, a line that is cut off reads as an address too: so lines that come at once behind the address
/// are read with it. The thread that reads ends with the process.
async fn from_lines(redirect: &Redirect) -> Result<Secret, PasteError> {
    let (sender, mut lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        loop {
            let line = read_line(io::stdin().lock());
            let over = !matches!(&line, Ok(line) if !line.is_empty());
            if sender.blocking_send(line).is_err() || over {
                return;
            }
        }
    });
    let mut gathered = Zeroizing::new(String::new());
    let mut found = Err(PasteError::Nothing);
    while let Some(line) = next_line(&mut lines, found.is_ok()).await {
        let line = line?;
        gathered.push_str(&line);
        if gathered.len() > MAX_BYTES {
            return found.or(Err(NotAccepted::TooLong.into()));
        }
        if line.trim().is_empty() {
            continue;
        }
        found = match (redirect.read(&gathered), found) {
            (Ok(longer), _) => Ok(longer),
            // What stands behind may be the rest of the code.
            (Err(why @ (NotAccepted::Ambiguous | NotAccepted::CutOff)), _) => Err(why.into()),
            (Err(_), Ok(address)) => Ok(address),
            (Err(why), Err(_)) => Err(why.into()),
        };
    }
    found
}

/// The next line, while there is one; behind an address, one that comes at once.
async fn next_line(
    lines: &mut mpsc::Receiver<io::Result<Zeroizing<String>>>,
    at_once: bool,
) -> Option<io::Result<Zeroizing<String>>> {
    let line = match at_once {
        true => tokio::time::timeout(PAUSE, lines.recv()).await.ok()?,
        false => lines.recv().await,
    };
    line.filter(|line| !matches!(line, Ok(line) if line.is_empty()))
}

/// The next line with its end; empty at the end of the input.
fn read_line(reader: impl io::BufRead) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let most = MAX_BYTES as u64 + 1;
    io::Read::take(reader, most).read_until(b'\n', &mut bytes)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_read_no_further_than_the_bound() {
        let endless = io::BufReader::new(io::repeat(b'x'));
        assert_eq!(read_line(endless).unwrap().len(), MAX_BYTES + 1);
    }
}
