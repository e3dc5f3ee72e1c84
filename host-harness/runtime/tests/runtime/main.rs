//! The runtime, run with a plugin that misbehaves in every way there is a bound for.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests have no readers but each other, and fail by panicking"
)]

mod attacks;
mod bombs;
mod descriptions;
mod egress;
mod features;
mod hostile_servers;
mod isolation;
mod limits;
mod loading;
mod log;
mod memory;
mod nested;
mod outcomes;
mod proxies;
mod reflection;
mod secrets;
mod server;
mod shapes;
mod stage;
mod wire;
mod witness;
