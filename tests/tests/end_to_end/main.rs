//! The shipped component in the sandbox, before the mock: what a user relies on.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests have no readers but each other, and fail by panicking"
)]

mod both_ways;
mod component;
mod faults;
mod intacct;
mod proof;
mod raw_http;
mod readme;
mod sign_in;
mod switches;
