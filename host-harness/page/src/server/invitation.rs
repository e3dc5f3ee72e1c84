//! The one-time link that opens the page.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use credential_connections::record::Timestamp;
use credential_runtime::Secret;
use tokio::sync::Notify;

use super::address::PublicAddress;
use super::random::{Hash, hash};

/// Links that are kept in mind, opened ones included: more than anyone has at hand.
const MOST: usize = 32;

/// A link that opens the page once.
#[derive(Clone)]
pub struct Invitation {
    url: Secret,
    until: Timestamp,
    opened: Arc<Notify>,
}

impl Invitation {
    pub(super) fn new(
        address: &PublicAddress,
        key: &Secret,
        until: Timestamp,
        opened: Arc<Notify>,
    ) -> Self {
        Self {
            url: Secret::new(address.url(&format!("/open?key={}", key.expose()))),
            until,
            opened,
        }
    }

    /// The link, for the person who is to use the page. Whoever opens it first is let in. It must not
    /// stand on a command line, which every user of a machine can read.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.expose()
    }

    /// Until when it opens the page.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Ends once the page was opened with the link; for one caller.
    pub async fn opened(&self) {
        self.opened.notified().await;
    }
}

impl fmt::Debug for Invitation {
    /// Without the link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Why a link does not open the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shut {
    /// It was never given out, or long ago.
    Unknown,
    /// It opened the page before.
    Used,
    /// Nobody opened it in time.
    Expired,
}

/// The links that were given out: of each a hash.
#[derive(Default)]
pub(super) struct Invitations(Mutex<VecDeque<Given>>);

struct Given {
    key: Hash,
    until: Timestamp,
    used: bool,
    opened: Arc<Notify>,
}

impl Invitations {
    /// Keeps a link in mind. Gives what is notified once it was opened.
    pub(super) fn give(&self, key: &Secret, until: Timestamp) -> Arc<Notify> {
        let mut given = self.lock();
        if given.len() >= MOST {
            given.pop_front();
        }
        let opened = Arc::new(Notify::new());
        given.push_back(Given {
            key: hash(key.expose()),
            until,
            used: false,
            opened: Arc::clone(&opened),
        });
        opened
    }

    /// Whether a link would open the page. It changes nothing.
    pub(super) fn check(&self, key: &str, now: Timestamp) -> Result<(), Shut> {
        find(&mut self.lock(), key, now).map(|_| ())
    }

    /// Opens with a link, once.
    pub(super) fn take(&self, key: &str, now: Timestamp) -> Result<(), Shut> {
        let mut given = self.lock();
        let link = find(&mut given, key, now)?;
        link.used = true;
        link.opened.notify_one();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Given>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A link that opens the page. Links are found by their hash, so how long that takes tells nothing of
/// a link; guessing one of 256 bits is hopeless at any rate.
fn find<'a>(
    given: &'a mut VecDeque<Given>,
    key: &str,
    now: Timestamp,
) -> Result<&'a mut Given, Shut> {
    let key = hash(key);
    let link = given.iter_mut().find(|it| it.key == key);
    match link.ok_or(Shut::Unknown)? {
        Given { used: true, .. } => Err(Shut::Used),
        link if link.until <= now => Err(Shut::Expired),
        link => Ok(link),
    }
}
