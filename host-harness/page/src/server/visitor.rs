//! The cookie that says whose browser it is.

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use credential_runtime::Secret;
use url::Url;

use super::app::Page;
use super::failure::Failure;
use super::random::{Hash, hash};

/// Someone who has opened the page.
#[derive(Clone)]
pub(super) struct Visitor {
    /// Which session it is.
    pub(super) key: Hash,
    /// Goes into every form, and comes back with it.
    pub(super) csrf: Secret,
}

impl FromRequestParts<Page> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(head: &mut Parts, page: &Page) -> Result<Self, Failure> {
        page.visitor(&head.headers).ok_or_else(Failure::no_session)
    }
}

/// The name of this page's cookie. Cookies know no port, so pages on one machine need names of their
/// own.
pub(super) fn name(origin: &Url) -> String {
    let port = origin.port_or_known_default().unwrap_or(0);
    format!("credential-page-{port}")
}

/// Which session a request says that it belongs to. Of two cookies of that name neither counts:
/// somebody else may have set one.
pub(super) fn key(headers: &HeaderMap, name: &str) -> Option<Hash> {
    let texts = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok());
    let cookies = texts.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let mut ours = cookies.filter(|it| it.name() == name);
    let key = hash(ours.next()?.value());
    ours.next().is_none().then_some(key)
}

/// What gives a browser its session, until the browser is closed. `Lax`, because the way back from a
/// service comes from another site.
pub(super) fn given(name: &str, value: &Secret, secure: bool) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value.expose()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .path("/");
    let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// What takes it away.
pub(super) fn taken(name: &str) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((name, "")).path("/").build();
    cookie.make_removal();
    HeaderValue::from_str(&cookie.to_string()).ok()
}
