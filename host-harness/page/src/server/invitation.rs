//! The one-time link that opens the page.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use credential_connections::record::Timestamp;
use credential_runtime::Secret;
use url::Url;

use super::random::{Hash, hash};

/// Links that are kept in mind, opened ones included: more than anyone has at hand.
const MOST: usize = 32;

/// A link that opens the page once.
#[derive(Clone)]
pub struct Invitation {
    url: Secret,
    until: Timestamp,
}

impl Invitation {
    pub(super) fn new(origin: &Url, key: &Secret, until: Timestamp) -> Self {
        let mut url = origin.clone();
        url.set_path("/open");
        url.set_query(Some(&format!("key={}", key.expose())));
        Self {
            url: Secret::new(url),
            until,
        }
    }

    /// The link, for the person who is to use the page. Whoever has it first is let in.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.expose()
    }

    /// Until when it opens the page.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.until
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
}

impl Invitations {
    /// Keeps a link in mind.
    pub(super) fn give(&self, key: &Secret, until: Timestamp) {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if given.len() >= MOST {
            given.pop_front();
        }
        given.push_back(Given {
            key: hash(key.expose()),
            until,
            used: false,
        });
    }

    /// Opens with a link, once.
    pub(super) fn take(&self, key: &str, now: Timestamp) -> Result<(), Shut> {
        let key = hash(key);
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let it = given.iter_mut().find(|it| it.key == key);
        match it.ok_or(Shut::Unknown)? {
            Given { used: true, .. } => Err(Shut::Used),
            it if it.until <= now => Err(Shut::Expired),
            it => {
                it.used = true;
                Ok(())
            }
        }
    }
}
