//! What every request has to pass before anything looks at it, and what every answer gets.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use credential_runtime::Origin;

use super::answer::{content_security_policy, harden, not_here};
use super::app::Page;
use super::failure::{Failure, draw, method_not_allowed};
use super::health;
use super::prefix::WithoutBase;
use super::slots::Slot;
use super::visitor::Visitor;

/// Where clients say that nobody has asked yet: `Sec-Purpose: prefetch;prerender` (Fetch standard),
/// and what browsers sent before it.
const PURPOSES: [HeaderName; 4] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

/// Until a connection of the session has ended, most likely.
const MOMENT: Duration = Duration::from_secs(1);

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// An address at which a page is reached.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) page: Page,
    /// As browsers write it in `Origin`.
    pub(super) origin: String,
    /// As browsers write it in `Host`.
    pub(super) authority: String,
    /// What its pages may load, and where they may send.
    policy: HeaderValue,
}

impl Door {
    /// Absent where the address has no origin to speak of.
    pub(super) fn new(page: Page, origin: &Origin) -> Option<Self> {
        let policy = content_security_policy(origin, page.0.address.base_path());
        let origin = origin.to_string();
        let authority = origin.split_once("://")?.1.to_owned();
        Some(Self {
            page,
            origin,
            authority,
            policy,
        })
    }
}

/// Lets a request in, and sees the answer off.
pub(super) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let visitor = door.page.visitor(request.headers(), request.uri());
    if health::is_probe(&request) {
        let mut response = health::answer(&door.page).await;
        harden(response.headers_mut(), None);
        return response;
    }
    if is_elsewhere(&request) && visitor.is_none() {
        let mut response = not_here();
        harden(response.headers_mut(), None);
        return response;
    }
    let response = match refuse(&door, &request, visitor.as_ref()) {
        Some(refusal) => refusal,
        None => {
            if let Some(visitor) = visitor.clone() {
                request.extensions_mut().insert(visitor);
            }
            next.run(request).await
        }
    };
    let mut response = draw(
        response,
        door.page.0.address.base_path(),
        visitor.as_ref().map(Visitor::base),
    );
    harden(response.headers_mut(), Some(&door.policy));
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    tracing::debug!(%method, route, status = response.status().as_u16(), "answered");
    response
}

/// Whether it is of another tool under the same origin. `/` is the page's base path where a proxy has stripped
/// it.
fn is_elsewhere(request: &Request) -> bool {
    let extensions = request.extensions();
    extensions.get::<WithoutBase>().is_some()
        && extensions.get::<MatchedPath>().is_none()
        && request.uri().path() != "/"
}

fn refuse(door: &Door, request: &Request, visitor: Option<&Visitor>) -> Option<Response> {
    if !is_ours(door, request) {
        return Some(misdirected(door));
    }
    if is_speculative(request.headers()) {
        return Some(Failure::speculative().into_response());
    }
    if let Err(failure) = admit(door, request, visitor) {
        return Some(failure.into_response());
    }
    match *request.method() {
        Method::GET => None,
        Method::POST if comes_from_here(door, request.headers()) => None,
        Method::POST => Some(Failure::other_site().into_response()),
        _ => Some(method_not_allowed()),
    }
}

/// Takes from the rate and the connections of whoever sends the request.
fn admit(door: &Door, request: &Request, visitor: Option<&Visitor>) -> Result<(), Failure> {
    let Some(visitor) = visitor else {
        let taken = match is_free(&door.page, request.uri().path()) {
            true => Ok(()),
            false => door.page.rates().strangers.take(),
        };
        return taken.map_err(Failure::too_many);
    };
    let slot = request.extensions().get::<Slot>();
    if slot.is_some_and(|it| !it.belongs_to(visitor.key)) {
        return Err(Failure::too_many(MOMENT));
    }
    let taken = door.page.session(visitor, |it| it.rates.requests.take())?;
    taken.map_err(Failure::too_many)
}

/// Whether it takes from no stranger's rate: files that are the same for everybody, and what proves
/// itself by a link or by a sign-in. Where it does not, the handlers take from the rate.
fn is_free(page: &Page, path: &str) -> bool {
    path.starts_with("/assets/") || path == "/open" || path == page.0.redirect.path()
}

/// Whether a browser, or something before it, fetches ahead: prefetch, prerender, preview.
fn is_speculative(headers: &HeaderMap) -> bool {
    PURPOSES.iter().any(|name| headers.contains_key(name))
}

/// Whether the request is addressed to this page by its own name. Another name that leads to this
/// address is how a site gets around the rule of same origin (DNS rebinding).
fn is_ours(door: &Door, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, more) = (hosts.next(), hosts.next());
    let is = |it: &str| it.eq_ignore_ascii_case(&door.authority);
    let host = host.and_then(|it| it.to_str().ok()).is_some_and(is);
    let target = request.uri().authority();
    host && more.is_none() && target.is_none_or(|it| is(it.as_str()))
}

fn misdirected(door: &Door) -> Response {
    let text = format!("This page is at {} and at no other address.\n", door.origin);
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// Whether a browser says that a page of this origin sent the request. Where it sends no `Origin`, it
/// has to say so by fetch metadata.
fn comes_from_here(door: &Door, headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => site == Some(b"same-origin"),
        (Some(origin), None) => {
            origin.as_bytes() == door.origin.as_bytes()
                && site.is_none_or(|it| it == b"same-origin")
        }
        (Some(_), Some(_)) => false,
    }
}
