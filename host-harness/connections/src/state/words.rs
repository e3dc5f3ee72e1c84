//! What a person reads.

use super::State;

impl State {
    /// The state's name, for programs and for a narrow column.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Connecting { .. } => "connecting",
            Self::Connected => "connected",
            Self::Renewing { .. } => "renewing",
            Self::Throttled { .. } => "throttled",
            Self::NeedsReconnecting { .. } => "needs-reconnecting",
            Self::SettingsRefused { .. } => "settings-refused",
            Self::NeedsAdministrator { .. } => "needs-administrator",
            Self::OutcomeUnknown { .. } => "outcome-unknown",
        }
    }

    /// For a person, in a narrow column.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft => "not connected",
            Self::Connecting { .. } => "being connected",
            Self::Connected => "connected",
            Self::Renewing { .. } => "being renewed",
            Self::Throttled { .. } => "waiting",
            Self::NeedsReconnecting { .. } => "connect again",
            Self::SettingsRefused { .. } => "settings not accepted",
            Self::NeedsAdministrator { .. } => "to be put right",
            Self::OutcomeUnknown { answered: true, .. } => "not understood",
            Self::OutcomeUnknown { .. } => "not answered",
        }
    }

    /// What it means, in one sentence; [`State::diagnosis`] says what led to it.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Draft => "Not connected.",
            Self::Connecting { .. } => "Being connected.",
            Self::Connected => "Connected; renewed by itself.",
            Self::Renewing { .. } => "Connected; being renewed.",
            Self::Throttled { asked: true, .. } => {
                "The connection is kept; the service asked for a pause before the next renewal."
            }
            Self::Throttled { asked: false, .. } => {
                "The connection is kept; the last renewal came to nothing (the service is in maintenance \
                 or out of reach, or the plugin failed), and it is tried again by itself."
            }
            Self::NeedsReconnecting { retry_at: None, .. } => "Has to be connected again.",
            Self::NeedsReconnecting {
                retry_at: Some(_), ..
            } => "Had to be connected again; something was changed, so it is tried once more.",
            Self::SettingsRefused { retry_at: None, .. } => {
                "The plugin does not accept the settings, so it is not renewed. Its tokens are kept."
            }
            Self::SettingsRefused {
                retry_at: Some(_), ..
            } => {
                "The plugin did not accept the settings; something was changed, so it is tried once more."
            }
            Self::NeedsAdministrator { .. } => {
                "Something outside this credential has to be put right; connecting again does not help."
            }
            Self::OutcomeUnknown { answered: true, .. } => {
                "The connection is kept; a renewal was answered with something that is not the \
                 service's word about it, and it is tried again by itself. Only if the service then \
                 refuses it, it has to be connected again."
            }
            Self::OutcomeUnknown {
                single_use: true, ..
            } => {
                "A renewal was sent, and its answer was lost. It is tried again by itself: if the \
                 service has spent the refresh token on the lost answer, it will refuse it, and \
                 then it has to be connected again."
            }
            Self::OutcomeUnknown {
                single_use: false, ..
            } => "A renewal was not answered. It is asked for again by itself.",
        }
    }
}
