//! What end-to-end tests, the demonstration and the benchmark share.
//!
//! In scope: a mock Intacct with the built component in the sandbox before it ([`World`]), and, from the
//! runtime, the search of a plugin's memory for secrets ([`Proof`]). Not in scope: any assertion.

mod world;

pub use credential_runtime::{Finding, Proof, Searched, spellings};
pub use world::{REDIRECT_URI, World, WorldBuilder, dana, regular_user, web_services_user};
