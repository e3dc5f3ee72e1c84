//! What the operator decides: which plugin may reach what, which claims it may read, what the
//! platform supplies, where an origin leads, and the bounds of a call.
//!
//! One file says it. Where there is none, the built-in plugin may do what its description asks for
//! and no other plugin may do anything. A file that is there and cannot be used stops the start:
//! what protects must not be missing without a word.

mod allowance;
mod example;
mod file;
mod limits;
mod location;
mod proxy;

use std::path::Path;

use credential_runtime::{Digest, Limits, MappingTarget, Origin};

use crate::document::{Document, FileError, Located};
use crate::secret_source::Given;

pub(crate) use allowance::{Allowance, AllowanceError, asked_texts};
pub(crate) use example::EXAMPLE;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use file::parse as parse_policy;
pub(crate) use limits::{changed as changed_limits, every as every_limit, key_of as limit_key};
pub(crate) use location::Location;
pub(crate) use proxy::{ProxyEntry, unused_variable};

/// The operator's decisions.
pub(crate) struct OperatorPolicy {
    location: Location,
    plugins: Plugins,
    pub(crate) mappings: Vec<(Origin, MappingTarget)>,
    pub(crate) limits: Limits,
    /// Certificate authorities (DER) besides the machine's own.
    pub(crate) trust: Vec<Vec<u8>>,
    /// What requests to the public internet go through.
    pub(crate) proxy: Option<ProxyEntry>,
}

/// What is decided about plugins.
enum Plugins {
    /// There is no file.
    Default,
    /// The file's entries, and the file, for mistakes that show only with the plugin at hand.
    Listed(Document, Vec<PluginEntry>),
}

/// What is decided about one plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PluginEntry {
    pub(crate) digest: Digest,
    /// Whether the file says `builtin = true`.
    pub(crate) builtin: bool,
    pub(crate) origins: Vec<Origin>,
    pub(crate) claims: Vec<String>,
    /// The fields that may be told as text. The built-in plugin's all may, by its digest.
    pub(crate) texts: Vec<String>,
    /// Headers that its requests may carry beyond the usual ones. The built-in plugin's all may.
    pub(crate) headers: Vec<String>,
    /// Headers other than `authorization` in which a secret may stand.
    pub(crate) secret_headers: Vec<String>,
    /// Pointers of an answer's members that may be read as texts for people.
    pub(crate) labels: Vec<String>,
    pub(crate) supply: Vec<(Located<String>, Located<Given>)>,
}

/// Why there is no policy to work under.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

impl OperatorPolicy {
    /// The policy in force: the file that was named, else the one in its usual place, else the
    /// default.
    pub(crate) fn in_force(named: Option<&Path>) -> Result<Self, PolicyError> {
        let location = Location::find(named);
        match location.path() {
            Some(path) => {
                let path = path.to_owned();
                file::open(&path, location)
            }
            None => Ok(Self::default_at(location)),
        }
    }

    fn default_at(location: Location) -> Self {
        Self {
            location,
            plugins: Plugins::Default,
            mappings: Vec::new(),
            limits: Limits::default(),
            trust: Vec::new(),
            proxy: None,
        }
    }

    /// Whether it changes what a runtime is set up with.
    pub(crate) fn asks_for_something_unusual(&self) -> bool {
        !self.trust.is_empty() || self.limits != Limits::default()
    }

    /// Where it stands.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    /// The file's entries; absent where there is no file.
    pub(crate) fn entries(&self) -> Option<&[PluginEntry]> {
        match &self.plugins {
            Plugins::Default => None,
            Plugins::Listed(_, entries) => Some(entries),
        }
    }
}

/// The digest of the plugin that is built in.
pub(crate) fn builtin_digest() -> Digest {
    Digest::of(intacct_component::COMPONENT)
}
