//! What there is: the service, the store, two workers, and how much may still go wrong.

use crate::record::Timestamp;
use crate::state::{Circumstances, Jitter, State};

/// Number of a refresh token: the service gives out 0, 1, 2, …
pub(super) type Token = u8;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) live: Token,
    pub(super) killed: bool,
    /// How often each token has come.
    pub(super) seen: [u8; 6],
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Store {
    pub(super) state: State,
    pub(super) token: Token,
    pub(super) generation: u8,
    pub(super) fence: u8,
    /// The worker that holds the lease.
    pub(super) holder: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Idle,
    /// Holds what it read under the lease.
    Read {
        state: State,
        token: Token,
        generation: u8,
        fence: u8,
    },
    /// Its intent is stored.
    Intended {
        state: State,
        token: Token,
        generation: u8,
        fence: u8,
    },
    /// It has seen an answer.
    Answered {
        state: State,
        answer: Answer,
        generation: u8,
        fence: u8,
    },
    /// Its lease lapsed while it held new tokens.
    Salvaging {
        token: Token,
        generation: u8,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Tokens(Token),
    Dead,
    Unavailable,
    /// An answer came that nobody understands.
    Garbled,
    Lost,
}

/// What may still go wrong, and what has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Luck {
    pub(super) crashes: u8,
    pub(super) losses: u8,
    pub(super) outages: u8,
    pub(super) lapses: u8,
    /// A rotation whose new token died with its receiver, or on the way.
    pub(super) rotated_in_vain: bool,
    /// Requests of which nobody knows what they did, for the token that is stored.
    pub(super) unanswered: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) service: Service,
    pub(super) store: Store,
    pub(super) workers: [Step; 2],
    pub(super) luck: Luck,
    pub(super) now: Timestamp,
}

/// The walk ends after so many renewals.
pub(super) const RENEWALS: Token = 2;

pub(super) fn beginning() -> World {
    World {
        service: Service {
            live: 0,
            killed: false,
            seen: [0; 6],
        },
        store: Store {
            state: State::Connected,
            token: 0,
            generation: 0,
            fence: 0,
            holder: None,
        },
        workers: [Step::Idle, Step::Idle],
        luck: Luck {
            crashes: 2,
            losses: 1,
            outages: 1,
            lapses: 1,
            rotated_in_vain: false,
            unanswered: 0,
        },
        now: Timestamp::from_millis(0),
    }
}

impl World {
    pub(super) fn at(&self) -> Circumstances {
        Circumstances {
            now: self.now,
            expires_at: None,
            refresh_ends_at: None,
            jitter: Jitter::NONE,
        }
    }
}

impl Service {
    pub(super) fn answer(&mut self, token: Token) -> Answer {
        self.seen[usize::from(token)] += 1;
        if self.killed || token != self.live {
            self.killed = true;
            return Answer::Dead;
        }
        self.live += 1;
        Answer::Tokens(self.live)
    }
}
