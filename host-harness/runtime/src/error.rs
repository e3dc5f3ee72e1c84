//! What can go wrong, by what the caller does about it.

use std::fmt;

use serde::Serialize;

use crate::cache::CacheError;
use crate::contract::Refusal;
use crate::digest::Digest;
use crate::limits::Limit;
use crate::loading::{CompilerError, Excess, FileKind, Measure, Unsupported};

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
    #[error(
        "the component is {size} bytes, more than the {limit} that are allowed; its author makes it smaller \
         (optimized for size, without debug information)"
    )]
    TooLarge {
        /// Its size.
        size: usize,
        /// [`Limits::component_bytes`](crate::Limits::component_bytes).
        limit: usize,
    },
    /// The file is no WebAssembly component.
    #[error("the file is {kind}: {remedy}", kind = .0, remedy = .0.remedy())]
    NotAComponent(FileKind),
    /// A component that is damaged, or that uses what this host's engine does not know.
    #[error(
        "the component is not valid here: {0}; its author checks it with `wasm-tools validate` and builds it \
         again"
    )]
    Invalid(String),
    /// A component that uses what this host runs for nobody.
    #[error("the component cannot be run here: {0}")]
    Unsupported(Unsupported),
    /// A component made of more than is allowed, by everything that goes beyond its bound.
    #[error("the component is made of more than is allowed: {}; its author makes it smaller{}", listed(.0), advice(.0))]
    OverLimits(Vec<Excess>),
    /// Nothing is wrong with it as far as is known, and it was not compiled.
    #[error("the component was not compiled: {0}")]
    Compiler(#[from] CompilerError),
    /// It asks for more than the contract's one import.
    #[error(
        "the component imports {found}; a credential plugin may import {allowed} and the types it \
         uses, and nothing else{advice}",
        found = .0.join(", "),
        allowed = crate::HTTP_IMPORT,
        advice = import_advice(.0)
    )]
    ForbiddenImports(Vec<String>),
    /// It is made for another version of the contract: the interfaces that say so.
    #[error(
        "the component is made for another version of the contract ({}), and this host speaks {contract}; its \
         author builds it against that version, or it runs on a host of its own",
        .0.join(", "),
        contract = crate::CONTRACT
    )]
    OtherVersion(Vec<String>),
    /// Its interfaces are named without their full version.
    #[error(
        "the component has canonical interface names ({}), which this host does not read: it looks for full \
         versions, as in {wanted}; its author encodes it without canonical names",
        .0.join(", "),
        wanted = crate::HTTP_IMPORT
    )]
    CanonicalNames(Vec<String>),
    /// It does not export what the contract asks for, or not in this form.
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

fn listed(excesses: &[Excess]) -> String {
    let texts: Vec<String> = excesses.iter().map(Excess::to_string).collect();
    texts.join(", ")
}

/// What an author does about the bounds that are run into by a setting rather than by a program's size.
fn advice(excesses: &[Excess]) -> &'static str {
    let has = |measure| excesses.iter().any(|it| it.measure == measure);
    if has(Measure::CoreInstances) || has(Measure::Memories) || has(Measure::Tables) {
        " (one core module with one memory, made a component by `wasm-tools component new`)"
    } else if has(Measure::MemoryBytes) {
        " (linkers set 1 to 16 MiB aside for the stack: `-z stack-size=65536`)"
    } else {
        ""
    }
}

fn import_advice(names: &[String]) -> &'static str {
    if names.iter().any(|it| it.starts_with("wasi:")) {
        "; its author builds it for wasm32-unknown-unknown, not for wasm32-wasip1 or wasm32-wasip2: a plugin \
         has no clock, no files, no randomness and no output"
    } else {
        ""
    }
}

/// A text of others on one line of bounded length: it may quote a component, and a log is read by lines.
pub(crate) fn one_line(text: &str) -> String {
    const MOST_CHARACTERS: usize = 1000;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let harmless = line.chars().filter(|it| !it.is_control());
    harmless.take(MOST_CHARACTERS).collect()
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
