//! What to ask for: a fault, and the requests that it befalls.

use std::time::Duration;

use super::Fault;
use crate::API_PATH;

/// A fault and the requests that it befalls. Where several rules fit, the earliest that is not used
/// up wins, so that a script is a list of rules.
#[derive(Clone, Debug)]
pub struct FaultRule {
    pub(super) fault: Fault,
    pub(super) path: Option<String>,
    pub(super) grant: Option<String>,
    /// How many requests are left; any number, where absent.
    pub(super) times: Option<u32>,
    pub(super) duration: Option<Duration>,
    pub(super) settings: Settings,
}

/// What some faults need besides.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) retry_after_seconds: u32,
    pub(crate) oversized_bytes: usize,
    pub(crate) location: String,
}

impl FaultRule {
    /// The next request of any kind.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        let settings = Settings {
            retry_after_seconds: 7,
            oversized_bytes: 8 * 1024 * 1024,
            location: "https://elsewhere.example/".to_owned(),
        };
        Self {
            fault,
            path: None,
            grant: None,
            times: Some(1),
            duration: None,
            settings,
        }
    }

    /// Only requests whose path begins with this: `/oauth2/token`, or the whole path.
    #[must_use]
    pub fn on_path(mut self, path: &str) -> Self {
        self.path = Some(path.strip_prefix(API_PATH).unwrap_or(path).to_owned());
        self
    }

    /// Only token requests with this `grant_type`.
    #[must_use]
    pub fn for_grant(mut self, grant_type: &str) -> Self {
        self.grant = Some(grant_type.to_owned());
        self
    }

    /// So many requests; one, where not said.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Every request from now on.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Releases `slow-head` and `slow-body` after this time of the system's clock. For people; a test
    /// releases them itself.
    #[must_use]
    pub fn for_at_most(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// How long 429 and 503 ask to wait; 7 seconds, where not said.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.settings.retry_after_seconds = seconds;
        self
    }

    /// How many blanks `oversized-body` adds; 8 MiB, where not said.
    #[must_use]
    pub fn oversized_by(mut self, bytes: usize) -> Self {
        self.settings.oversized_bytes = bytes;
        self
    }

    /// Where `redirect-elsewhere` leads.
    #[must_use]
    pub fn to_location(mut self, location: &str) -> Self {
        self.settings.location = location.to_owned();
        self
    }
}
