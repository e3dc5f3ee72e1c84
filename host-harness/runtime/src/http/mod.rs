//! Sends a plugin's requests: decides, fills the secrets in, sends, and reads what comes back.

mod exchange;
mod failure;
mod fill;
mod proxy;
mod resolver;
mod tls;
mod transport;

pub(crate) use exchange::{Denied, Exchange, Scope};
pub use proxy::{Proxy, ProxyError};
pub use resolver::{Addresses, Lookup, NoPublicAddress, PublicOnly, SystemLookup};
pub(crate) use transport::{Outgoing, Ready, Transport};
