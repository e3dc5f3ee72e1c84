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

pub use connection::{AuthHeader, Check, Outcome};
pub use diagnosis::{Actor, Diagnosis, Problem, Refusal, Severity, Throttle};
pub use form::{
    Choice, Condition, Descriptor, Field, FieldKind, Requirement, SettingValue, Settings, SetupStep,
};
pub(crate) use http::{
    Answer, Pair, Request, RequestBody, Response, ResponseBody, Sealed, SealedMember, Segment,
};
pub use http::{Failure, FailureKind, Method};
pub(crate) use oauth::Authorization;
pub use oauth::{AuthorizationRefusal, CodeGrant, Grant, GrantKind, GrantPlan, Identity, Tokens};
