//! The core from outside, as a host uses it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects; clippy knows only functions marked as tests"
)]

mod connecting;
mod describing;
mod docs;
mod foreign_answers;
mod host;
mod introspecting;
mod no_answer;
mod properties;
mod refusals;
mod revoking;
mod shapes;
mod sign_in_refusals;
mod support;
mod testing;
mod token_answers;
mod validating;
