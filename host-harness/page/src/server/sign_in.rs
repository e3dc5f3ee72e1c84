//! The sign-ins of one browser: one that is open for each credential, in tabs beside each other, and what
//! became of those before.
//!
//! The library behind checks the state of a sign-in in constant time. Here it is looked up by its hash,
//! so that a person who comes back too late, twice or from another sign-in is told so, and nothing
//! that was made up ends a sign-in that is open.

use std::collections::VecDeque;

use credential_connections::record::{CredentialId, Timestamp};
use credential_runtime::Secret;
use url::Url;

use super::random::{Hash, hash};

/// Sign-ins of one browser that may be open at a time.
const MAX_OPEN: usize = 8;

/// States that are kept in mind after their sign-in is over.
const MOST_PAST: usize = 16;

/// A sign-in that was begun in this browser.
#[derive(Clone)]
pub(super) struct OpenSignIn {
    /// Stands for this browser and this sign-in alone towards the connections.
    pub(super) binding: Secret,
    /// The credential to connect.
    pub(super) of: CredentialId,
    pub(super) until: Timestamp,
    pub(super) state: Hash,
    /// Where the person signs in; it holds the state.
    pub(super) address: Secret,
}

/// What became of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The browser came back for it.
    Answered,
    /// A later one was begun for the same credential.
    Replaced,
    /// It was the oldest of too many.
    GivenUp,
    /// Nobody came back in time.
    Expired,
}

/// Where a browser belongs that came back.
pub(super) enum Return {
    /// To the sign-in that was open, which is over now.
    Open(OpenSignIn),
    /// To one that was over already.
    Past(CredentialId, Fate),
    /// To none of this browser's.
    Unknown,
}

/// The sign-ins of one browser.
#[derive(Default)]
pub(super) struct SignIns {
    /// The oldest first, one for each credential.
    open: VecDeque<OpenSignIn>,
    past: VecDeque<(Hash, CredentialId, Fate)>,
}

impl SignIns {
    /// Keeps the sign-in that was begun in mind; gives the one that is over by that: an earlier one for the
    /// same credential, or the oldest of too many.
    pub(super) fn begin(&mut self, begun: OpenSignIn) -> Option<OpenSignIn> {
        let same = self.open.iter().position(|it| it.of == begun.of);
        let (over, fate) = match same {
            Some(at) => (self.open.remove(at), Fate::Replaced),
            None if self.open.len() >= MAX_OPEN => (self.open.pop_front(), Fate::GivenUp),
            None => (None, Fate::GivenUp),
        };
        if let Some(it) = &over {
            self.bury(it.state, it.of, fate);
        }
        self.open.push_back(begun);
        over
    }

    /// The browser came back with this state.
    pub(super) fn come_back(&mut self, state: Hash, now: Timestamp) -> Return {
        let at = self.open.iter().position(|it| it.state == state);
        match at.and_then(|at| self.open.remove(at)) {
            Some(it) if it.until <= now => {
                self.bury(it.state, it.of, Fate::Expired);
                Return::Past(it.of, Fate::Expired)
            }
            Some(it) => {
                self.bury(it.state, it.of, Fate::Answered);
                Return::Open(it)
            }
            None => self.recall(state),
        }
    }

    /// Where the sign-in goes on that is open for this credential.
    pub(super) fn address(&self, of: CredentialId, now: Timestamp) -> Option<Secret> {
        let mut open = self.open.iter();
        let open = open.find(|it| it.of == of && it.until > now);
        open.map(|it| it.address.clone())
    }

    fn recall(&self, state: Hash) -> Return {
        let past = self.past.iter().find(|it| it.0 == state);
        past.map_or(Return::Unknown, |it| Return::Past(it.1, it.2))
    }

    fn bury(&mut self, state: Hash, of: CredentialId, fate: Fate) {
        if self.past.len() >= MOST_PAST {
            self.past.pop_front();
        }
        self.past.push_back((state, of, fate));
    }
}

/// The one state in an address; absent where there is none, or more than one.
pub(super) fn state_of(address: &str) -> Option<Hash> {
    let url = Url::parse(address).ok()?;
    let mut states = url.query_pairs().filter(|(name, _)| name == "state");
    let state = states.next()?.1;
    states.next().is_none().then(|| hash(&state))
}
