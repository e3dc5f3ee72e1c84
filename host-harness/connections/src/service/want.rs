//! What a renewal is wanted for, and what comes of it where it brings no new token.

use super::Error;
use super::token::AccessToken;
use crate::record::Generation;
use crate::state::Asker;

/// What a renewal is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// A token that may be handed out. Where it cannot be renewed now, one that still works does.
    Fresh,
    /// The same, because a person tests the connection.
    Tested,
    /// A token other than this one, which the service has refused, as this asker saw.
    InsteadOf(Generation, Asker),
    /// A token newer than this one, because a person says so.
    NewerThan(Generation),
    /// To be ahead of the callers.
    Ahead,
}

impl Want {
    /// Whether the result of a renewal that was begun for something else is as good as one's own.
    pub(super) fn is_answered_by(self, result: &Renewed) -> bool {
        match result {
            Ok(token) => self.is_newer(token.generation),
            // Nobody was asked: the background does not wait for a lease.
            Err(setback) if matches!(setback.error, Error::Busy | Error::Stopping) => false,
            // A refusal counts for everyone: to ask again at once would be to ask twice.
            Err(_) => matches!(self, Self::Fresh | Self::Ahead),
        }
    }

    pub(super) fn is_newer(self, generation: Generation) -> bool {
        match self {
            Self::Fresh | Self::Tested | Self::Ahead => true,
            Self::InsteadOf(old, _) | Self::NewerThan(old) => generation > old,
        }
    }

    pub(super) fn asker(self) -> Asker {
        match self {
            Self::Fresh | Self::Ahead => Asker::Program,
            Self::InsteadOf(_, asker) => asker,
            Self::Tested | Self::NewerThan(_) => Asker::Person,
        }
    }

    pub(super) fn rejects(self) -> bool {
        matches!(self, Self::InsteadOf(..))
    }
}

/// No new token.
#[derive(Clone, Debug)]
pub(super) struct Setback {
    /// Why.
    pub(super) error: Error,
    /// The stored one, where it still works.
    pub(super) usable: Option<AccessToken>,
}

/// What a renewal came to.
pub(super) type Renewed = Result<AccessToken, Box<Setback>>;

impl From<Error> for Box<Setback> {
    fn from(error: Error) -> Self {
        let usable = None;
        Box::new(Setback { error, usable })
    }
}

impl Setback {
    /// A token that still works is better than none, where any token will do.
    pub(super) fn make_do(self, want: Want) -> Result<AccessToken, Error> {
        let any = matches!(want, Want::Fresh | Want::Tested);
        let usable = self.usable.filter(|_| any);
        usable.ok_or(self.error)
    }
}
