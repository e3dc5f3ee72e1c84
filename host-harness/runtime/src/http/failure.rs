//! Why there is no answer, read from what the HTTP client reports.

use std::error::Error;

use super::resolver::NoPublicAddress;
use super::tls::Untrusted;
use crate::contract::{Failure, FailureKind};

impl Failure {
    /// A failure before any byte left.
    pub(super) fn unsent(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            request_sent: false,
            detail: None,
        }
    }

    /// A failure after bytes may have left.
    pub(super) fn sent(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            request_sent: true,
            detail: None,
        }
    }

    fn with_detail(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

const LONG_HEAD: &str = "the answer has more or longer headers than are allowed";

/// The bound of [`HttpLimits`](crate::HttpLimits) that a failure ran into, by its name.
pub(super) fn bound(failure: &Failure) -> Option<&'static str> {
    match failure.kind {
        FailureKind::Timeout if failure.request_sent => Some("answer_deadline"),
        FailureKind::Timeout => Some("connect_timeout"),
        FailureKind::TooLarge if failure.message == LONG_HEAD => Some("answer_headers"),
        FailureKind::TooLarge => Some("answer_bytes"),
        _ => None,
    }
}

/// Whether the operator should look: a service that was reached and kept neither to HTTP nor to the
/// bounds, or that is not what its name says. The rest is weather.
pub(super) fn looks_hostile(failure: &Failure) -> bool {
    failure.request_sent || matches!(failure.kind, FailureKind::Untrusted | FailureKind::Denied)
}

/// What an error of the HTTP client means. The client's own words are left out: they may quote the
/// URL.
pub(super) fn classify(error: &reqwest::Error) -> Failure {
    if let Some(cause) = find::<NoPublicAddress>(error) {
        return Failure::unsent(FailureKind::Denied, cause.to_string());
    }
    if error.is_connect() {
        return before_sending(error);
    }
    if error.is_builder() {
        return Failure::unsent(FailureKind::Other, "the request cannot be put into HTTP");
    }
    if error.is_timeout() {
        return Failure::sent(FailureKind::Timeout, "no answer came in time");
    }
    if is_endless_head(error) {
        return Failure::sent(FailureKind::TooLarge, LONG_HEAD);
    }
    Failure::sent(
        FailureKind::Interrupted,
        "the connection broke before the answer was complete",
    )
}

fn before_sending(error: &reqwest::Error) -> Failure {
    let unsent = Failure::unsent;
    if let Some(refused) = refused_by_proxy(error) {
        return unsent(
            FailureKind::Unreachable,
            "there is no connection to the service by way of the proxy",
        )
        .with_detail(Some(refused.to_owned()));
    }
    if error.is_dns() {
        unsent(
            FailureKind::Unresolved,
            "there is no address for the service's name",
        )
    } else if let Some(error) = find::<rustls::Error>(error) {
        unsent(
            FailureKind::Untrusted,
            "the service's certificate is not to be trusted",
        )
        .with_detail(why_untrusted(error))
    } else if error.is_timeout() {
        unsent(
            FailureKind::Timeout,
            "no connection to the service came about in time",
        )
    } else {
        unsent(
            FailureKind::Unreachable,
            "there is no connection to the service",
        )
    }
}

fn why_untrusted(error: &rustls::Error) -> Option<String> {
    let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(why)) = error else {
        return None;
    };
    let why: Option<&Untrusted> = why.0.downcast_ref();
    why.map(|it| format!("{it}."))
}

/// What a proxy said instead of opening a tunnel, for whoever set it up. The HTTP client has no type
/// for it; a test holds the wording.
fn refused_by_proxy(error: &reqwest::Error) -> Option<&'static str> {
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    let said = causes
        .map(ToString::to_string)
        .find_map(|it| it.strip_prefix("tunnel error: ").map(str::to_owned))?;
    Some(match said.as_str() {
        "proxy authorization required" => {
            "The proxy that the policy names asks for a user and a password (407), or does not accept them."
        }
        "failed to create underlying connection" => {
            "The proxy that the policy names could not be reached."
        }
        _ => "The proxy that the policy names does not connect to this service.",
    })
}

/// The HTTP client has no type for it; a test holds the wording.
fn is_endless_head(error: &reqwest::Error) -> bool {
    std::iter::successors(error.source(), |error| (*error).source())
        .any(|error| error.to_string() == "message head is too large")
}

/// The cause of that type, also where an `io::Error` wraps it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}
