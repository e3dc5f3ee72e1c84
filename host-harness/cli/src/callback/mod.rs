//! Where the browser comes back to (RFC 6749 section 3.1.2, RFC 8252 section 7.3): an `https`
//! listener on the loopback address, for one authorization and no longer.
//!
//! In scope: binding, a certificate made for the occasion, sending the browser off with a cookie,
//! taking the answer of this sign-in from the browser that left and from nobody else, showing one
//! page. Not in scope: what the answer means; that is for the authorization it belongs to.

mod bound;
mod certificate;
mod connection;
mod listener;
mod page;
mod redirect;
mod sign_in;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) use bound::Bound;
pub(crate) use certificate::{CertificateError, Life, read};
pub use listener::{Arrival, Listener, Waiting};
pub use page::Ending;
pub use redirect::LoopbackRedirect;

/// Why there is no answer from a browser.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// Nothing can listen there on this machine.
    #[error("the redirect URI {0} is not one that this command can listen at")]
    Unsuitable(String),
    /// Another program listens there.
    #[error("{0} is in use by another program")]
    InUse(SocketAddr),
    /// The address cannot be listened at.
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Certificate(String),
    /// Whoever comes back could not be recognized.
    #[error("the plugin's sign-in address is without the state that it was given")]
    Stateless,
    /// Nobody came back.
    #[error("nobody came back from the browser within {} s", .0.as_secs())]
    TimedOut(Duration),
}
