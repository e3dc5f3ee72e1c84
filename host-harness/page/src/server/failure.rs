//! Requests that end without a screen of the page, each with its own words.

use std::time::Duration;

use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Extension, IntoResponse, Response};

use super::answer::html;
use super::invitation::Shut;
use crate::view::{self, Ending};

/// Why a request has no other answer.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    ending: Box<Ending>,
    /// When it may be asked again.
    wait: Option<Duration>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, title: &str, message: &str, hint: Option<&str>) -> Self {
        let ending = Ending {
            status: status.as_u16(),
            title: title.to_owned(),
            message: message.to_owned(),
            hint: hint.map(str::to_owned),
            back: None,
        };
        Self {
            ending: Box::new(ending),
            wait: None,
        }
    }

    /// With a way to go on: a label, and an address or a path of the session.
    pub(super) fn back(mut self, label: &str, address: String) -> Self {
        self.ending.back = Some((label.to_owned(), address));
        self
    }

    /// The same where the request itself does not say which session it belongs to: `base` is what the
    /// addresses of the session begin with.
    pub(super) fn within(mut self, base: &str) -> Self {
        resolve(&mut self.ending, base);
        self
    }

    /// Something that no browser asks for which this page has sent there.
    pub(super) fn status(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Refused");
        Self::new(
            status,
            reason,
            "This request is not one of this page's.",
            None,
        )
    }

    pub(super) fn not_found() -> Self {
        let message = "There is no such page, or the credential was removed.";
        Self::new(StatusCode::NOT_FOUND, "Not found", message, None)
            .back("All credentials", "/".to_owned())
    }

    /// Whoever asks has not opened the page, or did so long ago.
    pub(super) fn no_session() -> Self {
        let message = "This browser has not opened the page, or the session is over.";
        let hint = "Open it with a new one-time link. Whoever runs the page gives it to you; what was \
                    stored is still there.";
        Self::new(StatusCode::UNAUTHORIZED, "No session", message, Some(hint))
    }

    /// The form does not carry this session's token.
    pub(super) fn forged() -> Self {
        let message = "The form that was sent does not belong to this session. Nothing was done.";
        let hint = "Open the page again and fill the form in there.";
        Self::new(
            StatusCode::FORBIDDEN,
            "Not from this session",
            message,
            Some(hint),
        )
        .back("All credentials", "/".to_owned())
    }

    /// The request was sent by another site.
    pub(super) fn other_site() -> Self {
        let message = "This request was sent by another site. Nothing was done.";
        Self::new(StatusCode::FORBIDDEN, "Not from this page", message, None)
    }

    /// A browser fetches ahead what nobody has asked for yet. What a page shows once is not to be lost
    /// to that, and nothing may be done by it.
    pub(super) fn speculative() -> Self {
        let message = "This page is not fetched before somebody asks for it.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not now", message, None)
    }

    /// Too much at a time.
    pub(super) fn too_many(wait: Duration) -> Self {
        let message = "Too many requests at a time. Nothing was done.";
        let hint = "Wait a moment, then go back and try again.";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self {
            wait: Some(wait),
            ..Self::new(status, "Too fast", message, Some(hint))
        }
    }

    /// The one-time link does not open the page.
    pub(super) fn shut(why: Shut) -> Self {
        let (title, message) = match why {
            Shut::Unknown => ("Unknown link", "This link does not open the page."),
            Shut::Used => (
                "Link used",
                "This link has opened the page already; it does so once.",
            ),
            Shut::Expired => ("Link expired", "Nobody opened this link in time."),
        };
        let hint = "Whoever runs the page gives you a new one.";
        Self::new(StatusCode::FORBIDDEN, title, message, Some(hint))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.ending.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.wait.map(|it| [(RETRY_AFTER, whole_seconds(it))]);
        (status, wait, Extension(self.ending)).into_response()
    }
}

/// Draws an answer that is a failure: only now is it known whose browser it is for. `root` is what the
/// page's paths begin with, `base` what those of its session do.
pub(super) fn draw(mut response: Response, root: &str, base: Option<&str>) -> Response {
    let Some(mut ending) = response.extensions_mut().remove::<Box<Ending>>() else {
        return response;
    };
    match base {
        Some(base) => resolve(&mut ending, base),
        // Without a session, its pages lead nowhere.
        None => ending.back = ending.back.filter(|(_, address)| !is_path(address)),
    }
    let drawn = html(view::ending(&ending, root, base.unwrap_or(root)));
    let (head, body) = drawn.into_parts();
    response.headers_mut().extend(head.headers);
    *response.body_mut() = body;
    response
}

fn resolve(ending: &mut Ending, base: &str) {
    if let Some((_, address)) = &mut ending.back
        && is_path(address)
    {
        address.insert_str(0, base);
    }
}

fn is_path(address: &str) -> bool {
    address.starts_with('/')
}

/// Rounded up, so that whoever waits for so long does not come too early.
fn whole_seconds(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.max(1))
}

/// A method that nothing here answers.
pub(super) fn method_not_allowed() -> Response {
    let mut response = Failure::status(StatusCode::METHOD_NOT_ALLOWED).into_response();
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
    response
}
