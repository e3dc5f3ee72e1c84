//! The runtime, run with a plugin that misbehaves in every way there is a bound for.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "tests have no readers but each other"
)]

mod egress;
mod isolation;
mod limits;
mod loading;
mod secrets;
mod server;
mod stage;
mod witness;
