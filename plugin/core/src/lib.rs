//! What is known about signing in to Sage Intacct REST.
//!
//! In scope: the form and what is wrong with it, the setup guide, how to connect and renew, the
//! requests for tokens, what Intacct's answers and refusals mean, and how a connection is tested
//! and ended. One function for each function of the contract in `wit/`, with the same name.
//!
//! Not in scope: sending, storing, waiting, randomness, the clock, and the values of secrets. A
//! call that needs HTTP is a pair, `x_request` and `parse_x_answer`, and a function that takes
//! something that sends. Without `std` there is nothing here to do more with.
//!
//! Nothing panics, whatever the settings and whatever the answer: what could is not allowed to
//! compile (below) or is held by property tests.
//!
//! ```
//! use intacct_core::{Blemishes, Grant, Sealed, SecretRef, Setting, SettingValue};
//!
//! let text = |field: &str, value: &str| Setting {
//!     field: field.to_owned(),
//!     value: SettingValue::Text(value.to_owned()),
//! };
//! let secret = Sealed {
//!     secret: SecretRef::new("client-secret"),
//!     length: 40,
//!     blemishes: Blemishes::default(),
//!     claims: Vec::new(),
//! };
//! let settings = [
//!     text("client_id", "0123456789abcdef0123.app.sage.com"),
//!     Setting { field: "client_secret".to_owned(), value: SettingValue::Secret(secret) },
//!     text("flow_type", "web_services_user"),
//!     text("username", "ws-reader@ACME"),
//! ];
//! assert!(intacct_core::validate(&settings).is_empty());
//! let request = intacct_core::token_request(&settings, &Grant::ClientCredentials)?;
//! assert_eq!(request.url, "https://api.intacct.com/ia/api/v1/oauth2/token");
//! # Ok::<(), intacct_core::Error>(())
//! ```

#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unreachable,
        reason = "each can panic"
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod authorization;
mod connection;
pub mod connection_test;
pub mod endpoints;
mod failure;
pub mod form;
mod http_date;
pub mod introspection;
mod model;
mod number;
mod plan;
mod reading;
pub mod refusal;
mod settings;
pub mod setup;
mod token_request;
mod token_response;
pub mod waiting;

pub use authorization::{authorization_refused, authorization_url};
pub use connection::{
    authenticate, connecting_warning, parse_revoke_answer, revocation_warning, revoke,
    revoke_request,
};
pub use connection_test::{parse_test_answer, test, test_request};
pub use model::*;
pub use plan::{MARGIN_SECONDS, plan};
pub use settings::validate;
pub use token_request::token_request;
pub use token_response::{obtain_tokens, parse_token_response};

/// What the plugin says of itself: the form, the setup guide, what it asks to reach and to read.
#[must_use]
pub fn describe() -> Descriptor {
    form::descriptor()
}
