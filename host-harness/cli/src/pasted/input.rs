//! Reading at a terminal in non-canonical mode (`termios(3)`): in canonical mode the terminal's own line
//! buffer cuts a line (Linux: at 4,095 bytes, macOS: at 1,024), and a code may be longer.

use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::Zeroizing;

use super::keys::Typed;

/// A paste comes at once: after a line's end, what comes within this time belongs to it.
pub(super) const PAUSE: Duration = Duration::from_millis(150);
/// How long one look for input takes. It goes on that long after nobody waits for it any more.
const LOOK: Duration = Duration::from_millis(100);

/// What came.
pub(super) enum Paste {
    /// Lines that were pasted at once.
    Text(Zeroizing<String>),
    /// More than an address is long.
    TooLong,
    /// The end of the input.
    End,
}

/// The terminal at stdin, without echo and without its line buffer, until this is dropped.
pub(super) struct Terminal {
    before: Termios,
}

impl Terminal {
    pub(super) fn open() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(&stdin)?;
        let mut mode = before.clone();
        // Signals (Ctrl-C) and the translation of CR stay.
        mode.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
        mode.special_codes[SpecialCodeIndex::VMIN] = 1;
        mode.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&stdin, OptionalActions::Now, &mode)?;
        Ok(Self { before })
    }

    /// Waits for lines that are pasted at once. Where this is dropped, nothing is read any more.
    pub(super) async fn paste(&mut self) -> io::Result<Paste> {
        let mut typed = Typed::default();
        loop {
            let is_ready = ready(if typed.is_ended() { PAUSE } else { LOOK }).await?;
            if !is_ready && typed.is_ended() {
                return Ok(typed.text().map_or(Paste::TooLong, Paste::Text));
            }
            if is_ready {
                let mut buffer = Zeroizing::new([0; 4096]);
                let count = match rustix::io::read(io::stdin(), &mut buffer[..]) {
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    count => count?,
                };
                if count == 0 || typed.push(&buffer[..count]) {
                    return Ok(Paste::End);
                }
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal that is gone has no mode.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

/// Whether there is something to read within this time.
async fn ready(within: Duration) -> io::Result<bool> {
    let look = move || {
        let stdin = io::stdin();
        let timeout = Timespec {
            tv_sec: 0,
            tv_nsec: within.subsec_nanos().into(),
        };
        match poll(
            &mut [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN)],
            Some(&timeout),
        ) {
            Err(Errno::INTR) => Ok(false),
            count => Ok(count? > 0),
        }
    };
    tokio::task::spawn_blocking(look)
        .await
        .map_err(io::Error::other)?
}
