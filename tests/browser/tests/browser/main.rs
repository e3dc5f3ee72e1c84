//! The credential page in Chromium, as a person uses it: the shipped component in the sandbox, a mock
//! Intacct, a store, and the page over them, all of it in this process.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests have no readers but each other, fail by panicking, and print what they counted"
)]

mod driver;
mod stage;
mod walk;

mod accessibility;
mod command;
mod connecting;
mod effort;
mod fields;
mod keyboard;
mod other_ports;
mod returning;
mod screenshots;
mod secrets;
mod switches;
mod under_a_path;
mod without_javascript;
