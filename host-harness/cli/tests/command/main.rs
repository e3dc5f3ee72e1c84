//! The built command from outside: what it prints, where, and how it ends.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "one binary whose modules share; a test stops where it does not go on as expected"
)]

mod browser;
mod client_credentials;
mod command_line;
mod confirming;
mod describing;
mod editing;
mod ends;
mod handed_files;
mod hostile_texts;
mod inspecting;
mod kept;
mod keys;
mod links;
mod listening;
mod mocking;
mod never_echoed;
mod never_told;
mod opening;
mod passwords;
mod pasting;
mod policies;
mod private_files;
mod proving;
mod proxies;
mod refused_fresh;
mod requesting;
mod secrets;
mod serve_ends;
mod serving;
mod serving_under_a_path;
mod stage;
mod stores;
mod storing;
mod switches;
mod tenants;
mod texts;
mod third_party;
mod upgrading;
mod validating;
