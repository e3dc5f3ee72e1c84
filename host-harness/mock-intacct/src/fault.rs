//! Ways to fail at will, by name.

mod delivery;
mod gzip;
mod injected;
mod rule;
mod script;

use std::fmt;

use crate::refusal::Refusal;
pub(crate) use delivery::{Delivery, deliver, instead};
pub use injected::InjectedFault;
pub(crate) use injected::Taken;
pub use rule::FaultRule;
pub(crate) use script::Script;

/// How an answer says how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Unsaid,
    /// `Retry-After: 7`
    Seconds,
    /// `Retry-After` with a date (RFC 9110 section 10.2.3), by the mock's clock.
    Date,
    /// An `X-IA-` header that ends in `Retry-After`, in seconds (M).
    XIaHyphenated,
    /// An `X-IA-` header that ends in `RetryAfter`, in seconds (M).
    XIaJoined,
}

/// What answers while the service is maintained: nobody has recorded it (I).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// 200 with a page.
    Page,
    /// 302 to a page elsewhere.
    Redirect,
    /// 403 with a page, as a firewall sends it.
    Forbidden,
    /// 403 without a body.
    Silent,
    /// 404 with a page.
    NotFound,
    /// 503 with a page.
    Unavailable,
    /// 200 with XML that is not the gateway's.
    Xml,
    /// The connection breaks.
    Broken,
}

/// One way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Acts, then sends nothing until it is released.
    SlowHead,
    /// Acts, sends the head and half of the body, then nothing until it is released.
    SlowBody,
    /// Breaks the connection without acting. The body is not read, unless the rule names a grant.
    DropBeforeReading,
    /// Acts, then breaks the connection without a byte.
    DropAfterActing,
    /// Acts, announces the whole body, sends half of it and breaks the connection.
    TruncatedBody,
    /// Acts, and calls the answer `text/html`.
    WrongContentType,
    /// Does not act; 502 with a page, as a proxy on the way would.
    HtmlErrorPage,
    /// Does not act; 500 without a body.
    EmptyErrorPage,
    /// Does not act; 200 with an error inside.
    ErrorInside200,
    /// Does not act; 429 with `GW-0010`.
    Throttled(Wait),
    /// Does not act; 503.
    Unavailable(Wait),
    /// Does not act; 500 with `GW-0001`.
    InternalError,
    /// Acts, and follows the answer with megabytes of blanks.
    OversizedBody,
    /// Acts, and sends a body that is nearly JSON.
    InvalidJson,
    /// Acts, and compresses the answer, whatever was asked for.
    Gzip,
    /// Acts, and compresses the answer unless the request asks for the identity coding alone.
    GzipWhereAllowed,
    /// Acts, and puts a byte order mark before the answer.
    ByteOrderMark,
    /// Does not act; answers as in maintenance.
    Maintenance(Maintenance),
    /// Does not act; 307 to another host.
    RedirectElsewhere,
    /// Does not act; says that the access token is stale with HTTP 400 and `REST-1206`.
    ExpiredToken,
    /// Does not act; refuses as this row of [`crate::refusal::REFUSALS`] does.
    Refuse(Refusal),
}

/// A fault with its name.
#[derive(Clone, Copy, Debug)]
pub struct NamedFault {
    /// What a request to the control API calls it.
    pub name: &'static str,
    /// The fault.
    pub fault: Fault,
    /// What it does, for people.
    pub help: &'static str,
}

macro_rules! faults {
    ($($name:literal, $fault:expr, $help:literal;)*) => {
        /// Every fault by name. Each refusal is one too, as `refuse-` and its name.
        pub static FAULTS: &[NamedFault] = &[$(NamedFault { name: $name, fault: $fault, help: $help }),*];
    };
}

faults! {
    "slow-head", Fault::SlowHead, "acts, then sends nothing until released";
    "slow-body", Fault::SlowBody, "acts, sends half of the body, then nothing until released";
    "drop-before-reading", Fault::DropBeforeReading, "breaks the connection without acting";
    "drop-after-acting", Fault::DropAfterActing, "acts, then breaks the connection without a byte";
    "truncated-body", Fault::TruncatedBody, "acts, sends half of the body, breaks the connection";
    "wrong-content-type", Fault::WrongContentType, "acts, and calls the answer text/html";
    "html-error-page", Fault::HtmlErrorPage, "502 with a page";
    "empty-error-page", Fault::EmptyErrorPage, "500 without a body";
    "error-inside-200", Fault::ErrorInside200, "200 with invalid_grant inside";
    "throttled-429", Fault::Throttled(Wait::Unsaid), "429 GW-0010, no waiting time";
    "throttled-429-retry-after-seconds", Fault::Throttled(Wait::Seconds), "429 GW-0010, Retry-After in seconds";
    "throttled-429-retry-after-date", Fault::Throttled(Wait::Date), "429 GW-0010, Retry-After as a date";
    "throttled-429-x-ia-retry-after", Fault::Throttled(Wait::XIaHyphenated), "429 GW-0010, X-IA-…-Retry-After";
    "throttled-429-x-ia-retryafter", Fault::Throttled(Wait::XIaJoined), "429 GW-0010, X-IA-…RetryAfter";
    "unavailable-503", Fault::Unavailable(Wait::Unsaid), "503, no waiting time";
    "unavailable-503-retry-after-seconds", Fault::Unavailable(Wait::Seconds), "503, Retry-After in seconds";
    "unavailable-503-retry-after-date", Fault::Unavailable(Wait::Date), "503, Retry-After as a date";
    "unavailable-503-x-ia-retry-after", Fault::Unavailable(Wait::XIaHyphenated), "503, X-IA-…-Retry-After";
    "unavailable-503-x-ia-retryafter", Fault::Unavailable(Wait::XIaJoined), "503, X-IA-…RetryAfter";
    "error-500-gw-0001", Fault::InternalError, "500 GW-0001";
    "oversized-body", Fault::OversizedBody, "acts, and adds megabytes of blanks";
    "invalid-json", Fault::InvalidJson, "acts, and sends a body that is nearly JSON";
    "gzip", Fault::Gzip, "acts, and sends the answer compressed, whatever was asked for";
    "gzip-where-allowed", Fault::GzipWhereAllowed, "acts, and compresses unless the request asks for identity";
    "byte-order-mark", Fault::ByteOrderMark, "acts, and puts a byte order mark before the answer";
    "maintenance-200", Fault::Maintenance(Maintenance::Page), "200 with a page";
    "maintenance-redirect", Fault::Maintenance(Maintenance::Redirect), "302 to a page elsewhere";
    "maintenance-403", Fault::Maintenance(Maintenance::Forbidden), "403 with a page";
    "maintenance-403-empty", Fault::Maintenance(Maintenance::Silent), "403 without a body";
    "maintenance-404", Fault::Maintenance(Maintenance::NotFound), "404 with a page";
    "maintenance-503", Fault::Maintenance(Maintenance::Unavailable), "503 with a page";
    "maintenance-xml", Fault::Maintenance(Maintenance::Xml), "200 with XML that is not the gateway's";
    "maintenance-broken", Fault::Maintenance(Maintenance::Broken), "breaks the connection";
    "redirect-elsewhere", Fault::RedirectElsewhere, "307 to another host";
    "expired-token-400-rest-1206", Fault::ExpiredToken, "400 REST-1206, whatever the token";
}

/// What a name of a refusal begins with where it is used as a fault.
const REFUSE: &str = "refuse-";

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no fault is called `{0}`; GET /_mock/faults lists the names")]
pub struct UnknownFault(String);

impl Fault {
    /// The fault of this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self, UnknownFault> {
        let listed = FAULTS
            .iter()
            .find(|named| named.name == name)
            .map(|named| named.fault);
        let refusal = || {
            name.strip_prefix(REFUSE)
                .and_then(Refusal::named)
                .map(Self::Refuse)
        };
        listed
            .or_else(refusal)
            .ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuse(refusal) => write!(f, "{REFUSE}{}", refusal.name),
            fault => {
                let name = FAULTS
                    .iter()
                    .find(|named| named.fault == *fault)
                    .map(|named| named.name);
                f.write_str(name.unwrap_or("unnamed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::REFUSALS;

    #[test]
    fn every_fault_goes_by_its_name() {
        for named in FAULTS {
            assert_eq!(Fault::named(named.name), Ok(named.fault));
            assert_eq!(named.fault.to_string(), named.name);
        }
    }

    #[test]
    fn every_refusal_is_a_fault_too() {
        for refusal in REFUSALS {
            let name = Fault::Refuse(*refusal).to_string();
            assert_eq!(Fault::named(&name), Ok(Fault::Refuse(*refusal)), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_says_where_the_names_are() {
        let error = Fault::named("slow-feet").unwrap_err().to_string();
        assert!(
            error.contains("slow-feet") && error.contains("/_mock/faults"),
            "{error}"
        );
    }
}
