//! The mock from the outside: over real connections, as a client meets it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what the tests share says what it expects as they do"
)]

mod api;
mod authorize;
mod client;
mod client_credentials;
mod code;
mod company_file;
mod connections;
mod control;
mod faults;
mod guide;
mod introspection;
mod ledger;
mod lifecycle;
mod maintenance;
mod page;
mod queries;
mod refresh;
mod revoke;
mod switches;
mod wire;
