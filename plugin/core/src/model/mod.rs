//! The contract's types as Rust values: one module per WIT interface, the same names.
//!
//! Texts that this plugin says to people are `&'static str`. So no text that came from outside can
//! stand in a message: the compiler holds that, and no test has to.

mod connection;
mod credential;
mod http;
mod oauth;
mod types;

pub use connection::{ApiAuthentication, Check, HeldTokens, Outcome};
pub use credential::{
    Choice, Condition, DeclaredMember, Descriptor, Field, FieldKind, Origin, Purposes, Reading,
    Requirement, SetupStep,
};
pub use http::{
    Answer, BodyKind, Failure, FailureKind, Member, Method, Pair, Request, RequestBody, Response,
    Segment, Value,
};
pub use oauth::{
    Authorization, AuthorizationRefusal, CodeGrant, Grant, GrantKind, GrantPlan, Identity, Tokens,
};
pub use types::{
    Actor, Blemishes, Diagnosis, Error, ErrorKind, Problem, Sealed, SecretRef, Setting,
    SettingValue, Severity,
};
