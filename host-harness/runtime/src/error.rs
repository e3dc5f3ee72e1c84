//! What can go wrong, by what the caller does about it.

use std::fmt;

use serde::Serialize;

use crate::cache::CacheError;
use crate::contract::Refusal;
use crate::digest::Digest;
use crate::limits::Limit;

/// A call that did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The plugin says no, and what to do next.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The call did not come to an end by itself, or the plugin broke the contract. The next call
    /// works: nothing of this one is left.
    #[error("{0}")]
    Failed(CallFailure),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<CallFailure> for Error {
    fn from(failure: CallFailure) -> Self {
        Self::Failed(failure)
    }
}

impl Error {
    /// The plugin's refusal, where it is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Failed(_) => None,
        }
    }
}

/// A call that was cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the plugin's `{export}` {cause}")]
pub struct CallFailure {
    /// The exported function.
    pub export: &'static str,
    /// What cut it short.
    pub cause: Cause,
    /// Whether a request had left: the service may have acted on it, a single-use secret may be
    /// spent, and tokens that came back are lost. `false` is certain.
    pub request_sent: bool,
}

/// What cut a call short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It ran into a bound.
    Limit(Limit),
    /// WebAssembly trapped: a panic, a division by zero, an access out of bounds.
    Trap(String),
    /// The plugin returned something that the contract does not allow.
    Contract(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => write!(f, "was stopped: it ran into {limit}"),
            Self::Trap(what) => write!(f, "crashed: {what}"),
            Self::Contract(what) => write!(f, "broke the contract: {what}"),
        }
    }
}

/// Why a component cannot be used as a credential plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Larger than the limit, both in bytes.
    #[error("the component is {size} bytes, more than the {limit} that are allowed")]
    TooLarge {
        /// Its size.
        size: usize,
        /// [`Limits::component_bytes`](crate::Limits::component_bytes).
        limit: usize,
    },
    /// Not a WebAssembly component, or one that this engine does not run.
    #[error("this is no WebAssembly component that can be run here: {0}")]
    NotAComponent(String),
    /// It asks for more than the contract's one import.
    #[error(
        "the component imports {found}; a credential plugin may import {allowed} and the types it \
         uses, and nothing else",
        found = .0.join(", "),
        allowed = crate::HTTP_IMPORT
    )]
    ForbiddenImports(Vec<String>),
    /// It does not export what the contract asks for, or not in this shape.
    #[error("the component is no credential plugin of contract {contract}: {0}", contract = crate::CONTRACT)]
    NotAPlugin(String),
    /// It could not describe itself.
    #[error(transparent)]
    Describe(#[from] CallFailure),
    /// Its description contradicts itself.
    #[error("the plugin's description is not usable: {0}")]
    Descriptor(String),
    /// The operator knows another component under this name.
    #[error("the component is {found}, not {expected}")]
    Digest {
        /// What was expected.
        expected: Digest,
        /// What is there.
        found: Digest,
    },
}

/// Why the runtime cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The sandbox cannot be set up.
    #[error("the sandbox cannot be set up: {0}")]
    Sandbox(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
    /// The cache directory is not to be trusted.
    #[error(transparent)]
    Cache(#[from] CacheError),
}
