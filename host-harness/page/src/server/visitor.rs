//! Whose browser it is: the session that a request proves.
//!
//! A session needs two things: its cookie, and its key in the path of every page (`/s/<key>/…`). A
//! browser sends a cookie to every port of the host; the path it sends to this origin alone. So
//! neither another program on this machine, which can get the cookie, nor somebody who saw an
//! address has the session.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use credential_runtime::Secret;
use url::Url;

use super::app::Page;
use super::failure::Failure;
use super::random::{Hash, hash};
use super::session::SessionKeys;

/// What every path of a session begins with.
const PREFIX: &str = "/s/";

/// Someone who has opened the page.
#[derive(Clone)]
pub(super) struct Visitor {
    /// Which session it is.
    pub(super) key: Hash,
    /// Goes into every form, and comes back with it.
    pub(super) csrf: Secret,
    /// `/s/<key>`: what the paths of its pages begin with.
    base: Secret,
}

impl Visitor {
    pub(super) fn new(key: Hash, keys: SessionKeys) -> Self {
        Self {
            key,
            csrf: keys.csrf,
            base: Secret::new(format!("{PREFIX}{}", keys.path.expose())),
        }
    }

    /// What the paths of its pages begin with.
    pub(super) fn base(&self) -> &str {
        self.base.expose()
    }

    /// A path of the session as the page knows it: without the key.
    pub(super) fn inside<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(self.base())
    }
}

impl FromRequestParts<Page> for Visitor {
    type Rejection = Failure;

    /// The guard has looked already.
    async fn from_request_parts(head: &mut Parts, _: &Page) -> Result<Self, Failure> {
        let visitor = head.extensions.get::<Self>().cloned();
        visitor.ok_or_else(Failure::no_session)
    }
}

/// The id in the path of a credential.
pub(super) struct Id(pub(super) String);

impl FromRequestParts<Page> for Id {
    type Rejection = Failure;

    async fn from_request_parts(head: &mut Parts, page: &Page) -> Result<Self, Failure> {
        let parameters = RawPathParams::from_request_parts(head, page).await;
        let parameters = parameters.map_err(|_| Failure::not_found())?;
        let mut parameters = parameters.iter();
        let id = parameters.find(|(name, _)| *name == "id");
        id.map(|(_, value)| Self(value.to_owned()))
            .ok_or_else(Failure::not_found)
    }
}

/// The session key in a path, as it is written there.
pub(super) fn key_in(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX)?.split('/').next()
}

/// The name of this page's cookie. Cookies know no port, so pages on one machine need names of their
/// own. Over TLS, the prefix lets nothing but this host set it (RFC 6265bis section 4.1.3.2).
pub(super) fn name(origin: &Url) -> String {
    let port = origin.port_or_known_default().unwrap_or(0);
    let prefix = match origin.scheme() {
        "https" => "__Host-",
        _ => "",
    };
    format!("{prefix}credential-page-{port}")
}

/// Which session the cookie says that a request belongs to. Of two cookies of that name neither
/// counts: somebody else may have set one.
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
/// service comes from another site. The path is `/`, because the way back is outside the session's.
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
pub(super) fn taken(name: &str, secure: bool) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((name, "")).path("/").secure(secure).build();
    cookie.make_removal();
    HeaderValue::from_str(&cookie.to_string()).ok()
}
