//! A redirected URL that a person pastes: for redirect URIs that lead elsewhere, and for browsers on
//! another machine.

use std::io::{self, BufRead as _, IsTerminal as _};

use credential_runtime::Secret;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// More than this is no URL of a redirect.
const MOST_BYTES: u64 = 64 << 10;

/// Why nothing was pasted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasteError {
    #[error("no address was pasted")]
    Nothing,
    #[error("what was pasted cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// Asks for it: at a terminal without echo, since it holds a code; else the next line of stdin.
pub(crate) fn ask() -> Result<Secret, PasteError> {
    if io::stdin().is_terminal() {
        let prompt = "The address from the browser's address bar (not shown): ";
        return line(Zeroizing::new(rpassword::prompt_password(prompt)?));
    }
    read_line(io::stdin().lock())
}

/// Whether a person can paste while something else is waited for.
pub(crate) fn is_possible_meanwhile() -> bool {
    io::stdin().is_terminal()
}

/// A line that is pasted while something else is waited for; only at a terminal. The thread that
/// reads ends with the process.
pub(crate) fn meanwhile() -> Option<oneshot::Receiver<Secret>> {
    if !is_possible_meanwhile() {
        return None;
    }
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        // At the end of the input the sender is dropped, and nothing comes.
        if let Ok(pasted) = read_line(io::stdin().lock()) {
            let _ = sender.send(pasted);
        }
    });
    Some(receiver)
}

fn read_line(reader: impl io::BufRead) -> Result<Secret, PasteError> {
    let mut text = Zeroizing::new(String::new());
    reader.take(MOST_BYTES).read_line(&mut text)?;
    line(text)
}

fn line(text: Zeroizing<String>) -> Result<Secret, PasteError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(PasteError::Nothing);
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_line("https://127.0.0.1/cb?code=c\n", Some("https://127.0.0.1/cb?code=c"))]
    #[case::without_an_end("https://a/?b", Some("https://a/?b"))]
    #[case::with_blanks("  https://a/?b \r\n", Some("https://a/?b"))]
    #[case::the_first_of_two("https://a/\nhttps://b/\n", Some("https://a/"))]
    #[case::nothing("", None)]
    #[case::blank(" \n", None)]
    fn the_first_line_is_the_address(#[case] typed: &str, #[case] expected: Option<&str>) {
        let read = read_line(typed.as_bytes()).ok();
        assert_eq!(read, expected.map(Secret::new));
    }

    #[test]
    fn a_line_without_end_is_read_no_further_than_the_bound() {
        let endless = io::repeat(b'x');
        let read = read_line(io::BufReader::new(endless)).unwrap();
        assert_eq!(u64::from(read.length()), MOST_BYTES);
    }
}
