//! Sage Intacct's sign-in as a real HTTP server, with switches and faults.
//!
//! In scope: the authorization page, the token and revocation endpoints, a few API calls, the
//! refusals that each setting in Intacct produces, ways to fail at will, and a ledger of what
//! arrived. A library first, started per test on a free loopback port; a command may run the same
//! server for people, who find a page at its root.
//!
//! Out of scope: TLS, other hosts than this one, writing data, and any claim to be complete. Where
//! nothing is known of the real service, the mock picks one behaviour and [`refusal`] says so.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use mock_intacct::{Fault, FaultRule, MockIntacct};
//!
//! let mock = MockIntacct::builder().seed(7).start().await?;
//! mock.change(|company| company.web_services_subscription = false);
//! let held = mock.inject(FaultRule::new(Fault::SlowHead).on_path("/oauth2/token"));
//! // … call the mock at mock.base_url() from elsewhere …
//! held.reached(1).await;
//! held.release();
//! mock.ledger().token_requests().assert_count(1);
//! # Ok(())
//! # }
//! ```
//!
//! Every secret here is for show, so `Debug` prints it: a company, a person at the page, an issued
//! token. The ledger alone masks, because it also holds what a client under test has sent.
//!
//! The server listens on plain `http`. The plugin always says `https://api.intacct.com`; whoever
//! runs it maps that origin to [`MockIntacct::origin`].

mod answer;
mod api;
mod banner;
pub mod browser;
mod builder;
mod clock;
mod company;
mod control;
mod dispatch;
mod fault;
mod grants;
mod html;
mod jwt;
mod ledger;
mod mock;
mod oauth;
mod page;
mod randomness;
mod redirect_uri;
pub mod refusal;
mod request;
mod server;
mod switches;
mod world;

pub use builder::Builder;
pub use clock::Clock;
pub use company::{
    Application, AuthorizedClient, Company, CompanyFileError, Entity, ListsChecked, Rotation, Row,
    Session, SignInPage, StaleTokenAnswer, TokenRules, User, UserKind,
};
pub use fault::{
    FAULTS, Fault, FaultRule, InjectedFault, Maintenance, NamedFault, UnknownFault, Wait,
};
pub use grants::{IssuedToken, TokenKind, TokenState};
pub use ledger::{Entry, Ledger, Outcome};
pub use mock::{Issued, MockIntacct};
pub use redirect_uri::{RedirectUri, RedirectUriError};
pub use switches::{Switch, SwitchError};

/// Where the real service stands. Source: M, L (`{base}` without its path).
pub const INTACCT_ORIGIN: &str = "https://api.intacct.com";

/// The path under which every endpoint stands. Source: M, L.
pub const API_PATH: &str = "/ia/api/v1";
