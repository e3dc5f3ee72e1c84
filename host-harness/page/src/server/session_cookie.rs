//! The session cookie (RFC 6265): its name, where browsers send it, and what is read of it.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use credential_runtime::Secret;

use super::address::PublicAddress;
use super::random::{Hash, hash};

/// How this page's cookie is called and to which paths it goes.
pub(super) struct SessionCookie {
    name: String,
    path: String,
    secure: bool,
}

impl SessionCookie {
    /// Cookies know no port, and pages under one host may have paths of their own, so each has a name of its
    /// own. Over TLS, the prefix lets nothing but this host set it; it demands the path `/` (RFC 6265bis
    /// section 4.1.3.2). Without TLS the cookie goes to the base path alone, where the redirect URI, whose
    /// path is `redirect`, is under it as well.
    pub(super) fn new(address: &PublicAddress, redirect: &str) -> Self {
        let (origin, base) = (address.origin(), address.base_path());
        let secure = origin.scheme() == "https";
        let prefix = if secure { "__Host-" } else { "" };
        // No segment has a `+`, and a cookie's name may not have a `/`.
        let suffix = base.replace('/', "+");
        let narrow = !secure && !base.is_empty() && address.strip(redirect).is_some();
        Self {
            name: format!("{prefix}credential-page-{}{suffix}", origin.port()),
            path: if narrow { base } else { "/" }.to_owned(),
            secure,
        }
    }

    /// Which session the cookie says that a request belongs to. Of two cookies of that name neither
    /// counts: somebody else may have set one.
    pub(super) fn key(&self, headers: &HeaderMap) -> Option<Hash> {
        let texts = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok());
        let cookies = texts.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let mut ours = cookies.filter(|it| it.name() == self.name);
        let key = hash(ours.next()?.value());
        ours.next().is_none().then_some(key)
    }

    /// What gives a browser its session, until the browser is closed. `Lax`, because the way back from a
    /// service comes from another site.
    pub(super) fn given(&self, value: &Secret) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.name.as_str(), value.expose()))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .path(self.path.as_str());
        let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// What takes it away.
    pub(super) fn taken(&self) -> Option<HeaderValue> {
        let cookie = Cookie::build((self.name.as_str(), ""))
            .path(self.path.as_str())
            .secure(self.secure);
        let mut cookie = cookie.build();
        cookie.make_removal();
        HeaderValue::from_str(&cookie.to_string()).ok()
    }
}
