//! Runs credential plugins: WebAssembly components that know how to sign in to one service, and
//! never see a secret.
//!
//! In scope: loading a component once and calling it many times, from many tasks at once, each call
//! in a fresh instance within named bounds ([`Limits`]); the secrets of one operation, by name; what
//! may leave ([`Policy`]) and taking secrets out of what comes back; HTTP. Not in scope: any
//! knowledge of a service, which is the plugin's; storing and renewing credentials, which is built
//! on this; a command or a page.
//!
//! ```no_run
//! use std::sync::Arc;
//! use credential_runtime::{Grant, Policy, Runtime, Sender, Settings};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::builder().build()?;
//! let plugin = runtime.load(&std::fs::read("plugin.wasm")?).await?;
//!
//! // Nothing is allowed by default; the plugin's own wish is not enough.
//! let policy = Policy::nothing()
//!     .allow_origin("https://api.example.com".parse()?)
//!     .allow_text("client_id");
//! let settings = Settings::new()
//!     .with_text("client_id", "my-client")
//!     .with_secret("client_secret", std::env::var("CLIENT_SECRET")?);
//!
//! let operation = plugin.operation(&settings, &Arc::new(policy));
//! let tokens = operation.obtain_tokens(&Grant::ClientCredentials, Sender::Host).await?;
//! println!("connected until {:?} s from now", tokens.expires_in_seconds);
//! # Ok(())
//! # }
//! ```

mod authorization;
mod authorization_url;
mod bindings;
mod cache;
mod call;
mod component_info;
mod contract;
mod convert;
mod descriptor;
mod digest;
mod disclosure;
mod egress;
mod engine;
mod error;
mod http;
mod limits;
mod loading;
mod memory_dumps;
mod operation;
mod outlet;
mod plugin;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod purpose;
mod randomness;
mod reading;
mod redact;
mod runtime;
mod secret;
mod slots;
mod state;
mod vault;
mod witness;

pub use authorization::{Pending, RedirectError};
pub use cache::CacheError;
pub use component_info::{CONTRACT, ComponentInfo, Export, HTTP_IMPORT, TYPES_IMPORT};
pub use contract::{
    Actor, AskedOrigin, AuthHeader, AuthorizationRefusal, Check, Choice, CodeGrant, Condition,
    Descriptor, Diagnosis, ErrorKind, Failure, FailureKind, Field, FieldKind, Grant, GrantKind,
    GrantPlan, HeldTokens, Identity, Outcome, Problem, Purposes, Refusal, Requirement,
    SettingValue, Settings, SetupStep, Severity, Tokens,
};
pub use digest::{Digest, DigestError};
pub use egress::{MappingTarget, MappingTargetError, Origin, OriginError, Policy, is_public};
pub use engine::Allocation;
pub use error::{CallFailure, Cause, Error, LoadError, StartError};
pub use http::{Addresses, Lookup, NoPublicAddress, Proxy, ProxyError, PublicOnly, SystemLookup};
pub use limits::{CompileLimits, ComponentLimits, HttpLimits, Limit, Limits};
pub use loading::{
    CHILD_ARGUMENT, Compiler, CompilerError, Excess, FileKind, Measure, Unsupported,
    compile_as_child,
};
pub use memory_dumps::forbid_memory_dumps;
pub use operation::{
    ApiAnswer, ApiClient, ApiError, ApiRequest, Operation, PreparedRequest, Sender, UnreadTokens,
};
pub use plugin::Plugin;
pub use randomness::{Randomness, SystemRandomness};
pub use reading::{DeclaredMember, Reading};
pub use runtime::{Runtime, RuntimeBuilder};
pub use secret::{Blemishes, Secret};
pub use witness::{
    Account, Finding, Place, Proof, Searched, Testimony, Witness, occurrences, spellings,
};
