//! The page's server: who may ask, what a request does, and which screen answers it.
//!
//! In scope: routes, guards, sessions, drafts, the way back from a service. Not in scope: what a
//! screen looks like (`view`); what is done with a credential (`credential-connections`).

mod acting;
mod address;
mod answer;
mod app;
mod builder;
mod callback;
mod draft;
mod drafting;
mod ending;
mod explain;
mod failure;
mod filled;
mod form;
mod guard;
mod health;
mod invitation;
mod leaving;
mod list;
mod open;
mod plugin;
mod posted;
mod prefix;
mod random;
mod rate;
mod redirect;
mod router;
mod serving;
mod session;
mod session_cookie;
mod sheet;
mod sign_in;
mod slots;
mod storing;
mod telling;
mod terms;
mod visitor;

pub use address::{AddressError, PublicAddress};
pub use app::Page;
pub use builder::{PageBuilder, PageError};
pub use invitation::Invitation;
pub use serving::serve;
pub use terms::{Pace, PageTerms};
