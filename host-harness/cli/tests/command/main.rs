//! The built command from outside: what it prints, where, and how it ends.

#![allow(missing_docs, reason = "tests are read, not documented")]

mod browser;
mod client_credentials;
mod command_line;
mod describing;
mod inspecting;
mod mocking;
mod never_echoed;
mod policies;
mod secrets;
mod stage;
mod third_party;
mod validating;
