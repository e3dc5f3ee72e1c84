//! The credential page: a person fills in the form in a browser, connects, and sees the tokens arrive.
//!
//! In scope: the page over the credentials of one tenant, for any plugin, and the way back from a
//! service's sign-in; a one-time link, sessions, and the guards that keep other sites and other people
//! out. It is a library: whoever mounts it brings the [`Connections`], says where browsers reach it,
//! and hands out the link. Not in scope: any knowledge of a service, which is the plugin's, or of a
//! mock of one, which comes as a [`Trial`]; storing and renewing, which is
//! `credential-connections`'; several tenants on one page; TLS for the page itself, which a platform
//! puts in front of it.
//!
//! ```no_run
//! use credential_connections::service::Connections;
//! use credential_page::Page;
//! use tokio::net::TcpListener;
//!
//! # async fn example(connections: Connections) -> Result<(), Box<dyn std::error::Error>> {
//! let page = Page::builder(connections)
//!     .origin("http://127.0.0.1:8090".parse()?)
//!     .redirect_uri("http://127.0.0.1:8090/callback")
//!     .build()?;
//! println!("open {}", page.invite().url());
//! let listener = TcpListener::bind("127.0.0.1:8090").await?;
//! credential_page::serve(page, listener, None, std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Connections`]: credential_connections::service::Connections

mod server;
mod view;

pub use server::{
    AddressError, Invitation, Pace, Page, PageBuilder, PageError, PageTerms, PublicAddress, serve,
};
pub use view::{CertificateNote, Trial};
