//! How long things last on the page, and how much of it at a time.

use std::num::NonZeroU32;
use std::time::Duration;

/// How long things last, and how much is done at a time. Change what you must with struct update
/// syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTerms {
    /// A session ends when nothing was asked in it for so long: a browser that was left open.
    pub session_idle: Duration,
    /// A session ends after so long in any case: a day's work.
    pub session_most: Duration,
    /// A one-time link that nobody opened ends after so long: time to walk to the browser.
    pub invitation: Duration,
    /// Requests of one session, of every kind.
    pub requests: Pace,
    /// Requests of one session that make the page ask the service: connect, test, renew, revoke. A
    /// service may take no more than half a dozen calls at a time from one application.
    pub sendings: Pace,
    /// Requests that belong to no session and carry no link that opens the page, of all who send such
    /// together. Neither a session nor a link that was given out waits for them.
    pub strangers: Pace,
}

/// So many at once, and then one in every so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many may come at once.
    pub at_once: NonZeroU32,
    /// How long until there is room for one more; more than nothing.
    pub every: Duration,
}

impl Pace {
    /// So many at once, and then one in every so long. None at once is read as one.
    #[must_use]
    pub const fn new(at_once: u32, every: Duration) -> Self {
        let at_once = match NonZeroU32::new(at_once) {
            Some(at_once) => at_once,
            None => NonZeroU32::MIN,
        };
        Self { at_once, every }
    }
}

impl Default for PageTerms {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(3_600),
            session_most: Duration::from_secs(12 * 3_600),
            invitation: Duration::from_secs(600),
            requests: Pace::new(300, Duration::from_millis(50)),
            sendings: Pace::new(30, Duration::from_secs(2)),
            strangers: Pace::new(100, Duration::from_millis(100)),
        }
    }
}
