//! The runtime, run with a plugin that misbehaves in every way there is a bound for.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests have no readers but each other, and fail by panicking"
)]

mod egress;
mod isolation;
mod limits;
mod loading;
mod secrets;
mod server;
mod stage;
mod witness;
