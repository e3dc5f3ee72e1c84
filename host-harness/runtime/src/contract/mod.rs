//! The contract's nouns as Rust types: what `wit/` says, without the machinery that carries it.
//!
//! What each field promises is said in `wit/`; here only what differs on the host's side, which is
//! one thing: where the contract has a secret's name, these types have the [`Secret`] itself.
//!
//! [`Secret`]: crate::Secret

mod connection;
mod diagnosis;
mod form;
mod http;
mod oauth;

pub use connection::{AuthHeader, Check, HeldTokens, Outcome};
pub use diagnosis::{Actor, Diagnosis, ErrorKind, Problem, Refusal, Severity};
pub use form::{
    AskedOrigin, Choice, Condition, Descriptor, Field, FieldKind, Purposes, Requirement,
    SettingValue, Settings, SetupStep,
};
pub(crate) use http::{Authorization, Basic, Method, Pair, Request, RequestBody, Sealed, Segment};
pub use http::{Failure, FailureKind};
pub use oauth::{AuthorizationRefusal, CodeGrant, Grant, GrantKind, GrantPlan, Identity, Tokens};
