//! The contract's types as Rust values: one module per WIT interface, the same names.
//!
//! Texts that this plugin says to people are `&'static str`. So no text that came from outside can
//! stand in a message: the compiler holds that, and no test has to.

mod connection;
mod credential;
mod http;
mod oauth;
mod types;

pub use connection::{Check, Outcome};
pub use credential::{Choice, Condition, Descriptor, Field, FieldKind, Requirement, SetupStep};
pub use http::{
    Answer, Failure, FailureKind, Method, Pair, Request, RequestBody, Response, ResponseBody,
    SealedMember, Segment, Withheld,
};
pub use oauth::{
    Authorization, AuthorizationRefusal, CodeGrant, Grant, GrantKind, GrantPlan, Identity, Tokens,
};
pub use types::{
    Actor, Blemishes, Diagnosis, Error, Problem, Sealed, SecretRef, Setting, SettingValue,
    Severity, Throttle,
};
