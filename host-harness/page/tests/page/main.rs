//! The page's server, from outside: real HTTP on loopback, the shipped component in the sandbox, a mock
//! of the service, a real store. Time moves when a test moves it. No browser: what one does is done by
//! hand, so that every header can be wrong.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests have no readers but each other, and fail by panicking"
)]

mod addresses;
mod apart;
mod browser;
mod building;
mod changing;
#[path = "../../../connections/tests/life/clock.rs"]
mod clock;
mod coming_back;
mod confirming;
mod connecting;
mod ending;
mod filling;
mod guarding;
mod hardening;
mod health;
mod logging;
mod mounting;
mod opening;
mod pacing;
mod proxy;
mod serving;
mod session_binding;
mod shared_origin;
mod stage;
mod trying;

mod under_a_path;
mod upgrading;
