//! The four endpoints of OAuth 2.0 (RFC 6749, 7636, 7009, 7662) as this service speaks it.

mod admission;
mod authorization_request;
mod authorize;
mod client;
mod grant_types;
mod introspect;
mod pages;
mod pkce;
mod revoke;
mod token;
mod username;

pub(crate) use authorize::{SignIn, authorize, decide};
pub(crate) use introspect::introspect;
pub(crate) use revoke::revoke;
pub(crate) use token::token;
