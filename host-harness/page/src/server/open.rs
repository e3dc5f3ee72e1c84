//! Opening the page with its one-time link, and leaving it.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};

use super::answer::see_other;
use super::app::Page;
use super::failure::Failure;
use super::posted::Posted;
use super::visitor;

/// A link gives a session to whoever has it first.
pub(super) async fn open(
    State(page): State<Page>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    page.rates().openings.take().map_err(Failure::too_many)?;
    let key = parameter(query.as_deref(), "key").unwrap_or_default();
    let opened = page.0.invitations.take(&key, page.now());
    opened.map_err(Failure::shut)?;
    if let Some(before) = page.visitor(&headers) {
        page.0.sessions.end(&before.key);
    }
    let cookie = page.welcome().ok_or_else(Failure::no_session)?;
    Ok(([(SET_COOKIE, cookie)], see_other(&page.address("/"))).into_response())
}

/// Ends the session, and whatever was typed in it.
pub(super) async fn sign_out(State(page): State<Page>, posted: Posted) -> Response {
    page.0.sessions.end(&posted.visitor.key);
    let cookie = visitor::taken(&page.0.cookie);
    let cookie = cookie.map(|it| [(SET_COOKIE, it)]);
    (cookie, see_other(&page.address("/"))).into_response()
}

/// The first parameter of that name.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut parameters = form_urlencoded::parse(query?.as_bytes());
    let value = parameters.find(|it| it.0 == name)?.1;
    Some(value.into_owned())
}
