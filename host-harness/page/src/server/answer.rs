//! Answers, and the headers that every one of them has.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use credential_runtime::Origin;
use url::Host;

/// What pages may load, and where they may send, where the page has its origin to itself.
const OWN_ORIGIN: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                          connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// What every answer says besides, unless it says otherwise itself.
const ALWAYS: [(HeaderName, &str); 7] = [
    // The pages hold what a person typed.
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer`, a browser would send `Origin: null` with this page's own forms.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // For browsers that do not know `frame-ancestors`.
    (HeaderName::from_static("x-frame-options"), "DENY"),
];

/// A page.
pub(super) fn html(html: String) -> Response {
    typed("text/html; charset=utf-8", html)
}

/// Another file.
pub(super) fn typed(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Goes on to another page of this site, or to the service: with GET, whatever was asked before (RFC
/// 9110 section 15.4.4).
pub(super) fn see_other(address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The Content-Security-Policy. Under a base path, `'self'` would take in what other tools serve under the same
/// origin, so it names the page's own paths.
pub(super) fn content_security_policy(origin: &Origin, base: &str) -> HeaderValue {
    let own_origin = HeaderValue::from_static(OWN_ORIGIN);
    // A policy cannot name an IPv6 address (CSP3 section 2.3.1, `host-part`).
    if base.is_empty() || matches!(origin.host(), Host::Ipv6(_)) {
        return own_origin;
    }
    let (pages, assets) = (
        format!("{origin}{base}/"),
        format!("{origin}{base}/assets/"),
    );
    let policy = format!(
        "default-src 'none'; style-src {assets}; script-src {assets}; img-src {assets}; connect-src {pages}; \
         frame-ancestors 'none'; base-uri 'none'; form-action {pages}"
    );
    HeaderValue::try_from(policy).unwrap_or(own_origin)
}

/// The answer where nothing of the page is: it says nothing of the page.
pub(super) fn not_here() -> Response {
    (StatusCode::NOT_FOUND, "Not found\n").into_response()
}

/// Adds what every answer says; the policy of a page of its own origin where there is no other.
pub(super) fn harden(headers: &mut HeaderMap, policy: Option<&HeaderValue>) {
    let policy = policy.cloned();
    let policy = policy.unwrap_or(HeaderValue::from_static(OWN_ORIGIN));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    for (name, value) in ALWAYS {
        let value = HeaderValue::from_static(value);
        headers.entry(name).or_insert(value);
    }
}
