//! Opening the page with its one-time link, and leaving it.
//!
//! Whatever fetches a link to look at it (a prefetch, a preview, a scanner of mail) sends GET. So GET
//! shows a page with one button, and the button's POST opens the link.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use super::answer::{html, see_other};
use super::app::Page;
use super::failure::Failure;
use super::invitation::Shut;
use super::posted::Posted;
use crate::view;

/// Asks whoever has the link to open the page with it. It changes nothing.
pub(super) async fn ask(
    State(page): State<Page>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let good = page.0.invitations.check(&key(query.as_deref()), page.now());
    good.map_err(|why| page.shut(why))?;
    Ok(html(view::opening(page.0.address.base_path())))
}

/// A link gives a session to whoever opens it first. The link stands in the address, so that nothing
/// is read of a body that a stranger sends.
pub(super) async fn open(
    State(page): State<Page>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let opened = page.0.invitations.take(&key(query.as_deref()), page.now());
    opened.map_err(|why| page.shut(why))?;
    // The cookie is replaced, so nobody could get back to the session before.
    if let Some(before) = page.0.cookie.key(&headers) {
        page.0.sessions.end(&before);
    }
    let (cookie, home) = page.welcome().ok_or_else(Failure::no_session)?;
    Ok(([(SET_COOKIE, cookie)], see_other(&home)).into_response())
}

/// Ends the session, and whatever was typed in it.
pub(super) async fn sign_out(State(page): State<Page>, posted: Posted) -> Response {
    page.0.sessions.end(&posted.visitor.key);
    let cookie = page.0.cookie.taken().map(|it| [(SET_COOKIE, it)]);
    (cookie, see_other(&page.outside("/"))).into_response()
}

impl Page {
    /// A wrong link takes from the strangers' rate, and a good one from none.
    fn shut(&self, why: Shut) -> Failure {
        let wait = self.rates().strangers.take().err();
        wait.map_or_else(|| Failure::shut(why), Failure::too_many)
    }
}

fn key(query: Option<&str>) -> String {
    parameter(query, "key").unwrap_or_default()
}

/// The first parameter of that name.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut parameters = form_urlencoded::parse(query?.as_bytes());
    let value = parameters.find(|it| it.0 == name)?.1;
    Some(value.into_owned())
}
