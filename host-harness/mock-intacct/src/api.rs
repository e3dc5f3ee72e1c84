//! API calls with an access token: who calls, what part of the company they see, and the rows.

mod caller;
mod filters;
mod model;
mod objects;
mod paging;
mod query;
mod records;
mod session;

pub(crate) use model::model;
pub(crate) use objects::objects;
pub(crate) use query::query;
pub(crate) use session::session_id;
