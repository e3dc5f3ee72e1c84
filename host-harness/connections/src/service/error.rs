//! What can go wrong, by what the caller does about it.

use std::time::Duration;

use credential_runtime as runtime;
use credential_runtime::{CallFailure, Digest, Problem, RedirectError};

use super::binding::PluginDifference;
use super::confirm::{EndsAnother, OtherIdentity};
use crate::record::{DocumentError, HeldBy, Timestamp};
use crate::state::{Diagnosis, State};
use crate::store::StoreError;

/// Why something asked of a credential was not done. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store holds was written by a newer version of this program, or is damaged.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Install the plugin that the credential was made with.
    #[error("the plugin `{0}` is not installed here")]
    NoSuchPlugin(String),
    /// Correct these fields, then connect.
    #[error("{}", messages(.0))]
    Problems(Vec<Problem>),
    /// Connect it first.
    #[error("this credential is not connected")]
    NotConnected,
    /// It is connected through a person's browser: begin a sign-in.
    #[error("this credential is connected through a person's browser")]
    NeedsBrowser,
    /// It is connected without a browser.
    #[error("this credential is connected without a browser")]
    NoBrowser,
    /// Extend the host: it does not know this grant (RFC 6749 section 4.5).
    #[error("this credential is connected by a grant that this host does not know: `{0}`")]
    UnknownGrant(String),
    /// Try again at that moment. The credential is healthy.
    #[error("{} It can be tried again later.", .why.message)]
    Wait {
        /// Not before this.
        until: Timestamp,
        /// Why.
        why: Box<Diagnosis>,
    },
    /// A person has to connect it again.
    #[error("{} Connect this credential again.", .0.message)]
    Reconnect(Box<Diagnosis>),
    /// Something outside the credential has to be put right.
    #[error("{}", .0.message)]
    PutRight(Box<Diagnosis>),
    /// The plugin does not accept the settings: correct them, or go back to a version that does. The
    /// tokens are kept.
    #[error("the plugin does not accept the settings: {}", .0.message)]
    Settings(Box<Diagnosis>),
    /// The access token is good, and there is nothing to renew it with. Nothing was changed.
    #[error("there is nothing to renew this credential with; its access token is still good")]
    NothingRenews {
        /// Until when; absent where the service did not say.
        until: Option<Timestamp>,
    },
    /// Another worker has been at it for as long as a lease lasts; try again.
    #[error("another process is busy with this credential; try again")]
    Busy,
    /// This worker has been at it for as long as a lease lasts. It has died where its lease ends without a
    /// result; try again then.
    #[error("another process ({}) is busy with this credential; try again", .0.owner)]
    Held(Box<HeldBy>),
    /// Nothing was begun, because [`Connections::finish`](super::Connections::finish) was called: ask
    /// another process, or this one once it runs again.
    #[error("this process is about to end, so nothing was begun")]
    Stopping,
    /// Tell the person, then pass the confirmation back.
    #[error("connecting this ends what others live by; it has to be confirmed")]
    EndsAnother(Box<EndsAnother>),
    /// Tell the person, then pass the confirmation back.
    #[error("the service signed in somebody else than before; it has to be confirmed")]
    OtherIdentity(Box<OtherIdentity>),
    /// The confirmation is not for this, or its time is over: begin again.
    #[error("this confirmation does not fit what is to be confirmed, or came too late")]
    WrongConfirmation,
    /// No sign-in of this session is open, or its time is over: begin again.
    #[error("no sign-in is open for this session; begin again")]
    NoSignIn,
    /// The plugin that is installed is another than the credential was entered for, or may reach or read
    /// more. Nothing was called; see [`Connections::accept_plugin`](super::Connections::accept_plugin).
    #[error("{0}")]
    PluginChanged(Box<PluginDifference>),
    /// The settings were changed during the sign-in: begin again.
    #[error("the settings were changed during the sign-in; begin again")]
    SettingsChanged,
    /// The browser came back otherwise than it should. No token was asked for.
    #[error(transparent)]
    Redirect(#[from] RedirectError),
    /// The plugin says no, or could not say anything. The state says what follows from it.
    #[error(transparent)]
    Plugin(runtime::Error),
    /// The request took longer than [`Terms::request_deadline`](super::Terms::request_deadline). The
    /// service may have acted on it.
    #[error("no answer in time; the service may have acted on the request")]
    TooSlow,
}

impl From<runtime::Error> for Error {
    fn from(error: runtime::Error) -> Self {
        match error {
            runtime::Error::Refused(refusal) if !refusal.problems.is_empty() => {
                Self::Problems(refusal.problems)
            }
            refused @ runtime::Error::Refused(_) => Self::Plugin(refused),
            failed @ runtime::Error::Failed(_) => Self::Plugin(failed),
        }
    }
}

impl From<CallFailure> for Error {
    fn from(failure: CallFailure) -> Self {
        Self::Plugin(failure.into())
    }
}

fn messages(problems: &[Problem]) -> String {
    let messages: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    messages.join(" ")
}

impl Error {
    /// Why a credential in this state gives no token.
    pub(super) fn of_state(state: &State) -> Self {
        match state {
            State::Draft | State::Connecting { .. } => Self::NotConnected,
            State::Connected | State::Renewing { .. } => Self::Busy,
            State::Throttled { until, why, .. } => Self::wait(*until, why.clone()),
            State::OutcomeUnknown { again_at, why, .. } => Self::wait(*again_at, why.clone()),
            State::NeedsReconnecting { why, .. } => Self::Reconnect(Box::new(why.clone())),
            State::SettingsRefused { why, .. } => Self::Settings(Box::new(why.clone())),
            State::NeedsAdministrator { what, .. } => Self::PutRight(Box::new(what.clone())),
        }
    }

    pub(super) fn wait(until: Timestamp, why: Diagnosis) -> Self {
        Self::Wait {
            until,
            why: Box::new(why),
        }
    }

    /// What happened and who has to act, where that is known.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Wait { why, .. }
            | Self::Reconnect(why)
            | Self::PutRight(why)
            | Self::Settings(why) => Some(why),
            _ => None,
        }
    }
}

/// Why connections cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Two plugins call themselves the same: a credential of one would be handed to the other.
    #[error("two plugins are called `{id}`: {first} and {second}", first = .digests[0], second = .digests[1])]
    SamePlugin {
        /// What both call themselves.
        id: String,
        /// Which they are.
        digests: [Digest; 2],
    },
    /// A lease that ends before a request does would let two workers send the same refresh token.
    #[error(
        "a lease of {} s is too short for these deadlines; it has to last {} s at least",
        .lease.as_secs(), .needed.as_secs()
    )]
    LeaseTooShort {
        /// As it was set.
        lease: Duration,
        /// The request's deadline and [`LEASE_MARGIN`](super::LEASE_MARGIN).
        needed: Duration,
    },
    /// A lease that ends so far ahead would be taken for one of a clock that was wrong.
    #[error(
        "a lease of {} s is too long; it can last {} s at most", .lease.as_secs(), .longest.as_secs()
    )]
    LeaseTooLong {
        /// As it was set.
        lease: Duration,
        /// [`LONGEST_LEASE`](crate::record::LONGEST_LEASE).
        longest: Duration,
    },
    /// Nothing would be renewed in the background.
    #[error("at least one renewal at a time has to be allowed in the background")]
    NoBackground,
    /// The name is no name for a lease's owner.
    #[error("this worker's name cannot be used: {0}")]
    WorkerName(#[from] crate::record::NameError),
}
