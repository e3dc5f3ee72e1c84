//! What a command and a page have in common when they talk to a person.
//!
//! In scope: spans of time, and making the texts of others harmless. What a state is called stands
//! with the states ([`State::label`](crate::state::State::label)). Not in scope: where a word stands
//! on a page or a terminal.

mod moments;
mod text;

pub use moments::{apart, from_now, span};
pub use text::{is_harmful, plain};
