//! What can happen to a credential.

use super::{Failure, GrantUse, Jitter};
use crate::record::Timestamp;

/// Something that happens to a credential. Whoever reports one holds its lease, except for
/// [`Event::Edited`] and [`Event::PluginChanged`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person changed the settings.
    Edited {
        /// Whether it holds tokens.
        holds_tokens: bool,
    },
    /// The plugin, what it may do, or what the platform fills in is another than when it was last asked.
    PluginChanged,
    /// A request for new tokens, by a person's wish, is about to leave.
    ConnectBegun,
    /// A request to renew is about to leave.
    RenewalBegun {
        /// What it is made with.
        grant: GrantUse,
        /// Whether the service has refused the access token that is stored.
        rejected: bool,
    },
    /// Tokens came; they are stored together with the state that follows.
    Obtained,
    /// No tokens came.
    Failed(Failure),
    /// The lease was taken, and the one who held it before had begun a request and recorded no
    /// result.
    Interrupted,
    /// The service refused the access token that is stored.
    Rejected,
    /// The tokens are deleted, by a person's wish.
    Disconnected,
}

/// When something happens, and what bears on how long to wait after it.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Now.
    pub now: Timestamp,
    /// When the stored access token ends, where there is one and that is known.
    pub expires_at: Option<Timestamp>,
    /// When the stored refresh token ends, by the service's word or by assumption: until then a
    /// renewal that was not answered about the grant is asked for again. Absent where there is none.
    pub refresh_ends_at: Option<Timestamp>,
    /// Drawn for this event.
    pub jitter: Jitter,
}
