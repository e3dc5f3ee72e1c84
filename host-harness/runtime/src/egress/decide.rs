//! The one decision: whether a request may leave, and to what address.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::de::IgnoredAny;
use url::{Host, Url};

use super::address::is_public;
use super::origin::Origin;
use super::policy::Policy;
use crate::contract::{Authorization, Method, Pair, Request, RequestBody};
use crate::vault::SecretKind;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The plugin's URL, at the place that its origin is mapped to where it is.
    pub(crate) url: Url,
    pub(crate) reach: Reach,
}

/// Which addresses a request may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of the public internet.
    Public,
    /// Any: the operator has named the place.
    Mapped,
}

/// Why a request may not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("the plugin's URL is not absolute or cannot be parsed")]
    NotAbsolute,
    #[error("only https may leave; the plugin asked for {0}")]
    Scheme(String),
    #[error("the plugin's URL holds user information")]
    UserInformation,
    #[error("the plugin's URL holds a fragment")]
    Fragment,
    #[error("the plugin's descriptor does not ask to reach {0}")]
    NotAsked(Origin),
    #[error("the operator's policy does not allow {0}")]
    NotAllowed(Origin),
    #[error("{0} is no address of the public internet")]
    NotPublic(IpAddr),
    #[error("the header `{0}` is the host's to set")]
    HostsHeader(String),
    #[error("the header `{0}` is not among those that descriptor and policy name")]
    UnnamedHeader(String),
    #[error("the header `{0}` stands twice in the request")]
    HeaderTwice(String),
    #[error("the member or field `{0}` stands twice in the body")]
    MemberTwice(String),
    #[error("a request by GET or DELETE has no body")]
    BodyWithoutMeaning,
    #[error("the body is said to be JSON, and is none")]
    NotJson,
    #[error("the header `authorization` has a place of its own in a request")]
    AuthorizationAsHeader,
    #[error(
        "a secret may stand in `authorization`, in the body, and in the headers that descriptor and policy name as secret, not in `{0}`"
    )]
    SecretInHeader(String),
    #[error("the plugin named a secret that this operation does not have")]
    UnknownSecret,
    #[error(
        "the origin is for browsers alone; the plugin's descriptor names it neither for tokens nor as an API"
    )]
    BrowserOnly,
    #[error("{} may not go to this origin: the plugin's descriptor names no purpose for it that would need it", .0.describe())]
    WrongPurpose(SecretKind),
    #[error(
        "the origin is not one where a person signs in: the plugin's descriptor does not name it for browsers"
    )]
    NotForBrowsers,
    #[error("the origin is no API: the plugin's descriptor does not name it as one")]
    NotAnApi,
    #[error("it holds the name of a secret as text; write it as a segment of its own")]
    NameAsText,
    #[error(
        "a test changes nothing: it asks by GET, or, where tokens are obtained, by a POST whose form has the \
         access token as `token`, the client's authentication and nothing else (RFC 7662)"
    )]
    TestChanges,
    #[error("a scheme of `authorization` is a short name other than Basic and Bearer")]
    AuthorizationScheme,
    #[error("the request carries the code without its PKCE verifier")]
    NoVerifier,
    #[error("the request carries the code, but not once the redirect URI of its authorization")]
    OtherRedirect,
    #[error(
        "an earlier answer of this operation held a secret that its request had not carried; nothing more is sent"
    )]
    SendingEnded,
    #[error("this function sends nothing by contract")]
    Offline,
    #[error("the request has more than {MOST_HEADERS} headers")]
    TooManyHeaders,
    #[error("a header's name or value has a character that no header may have")]
    MalformedHeader,
}

impl Denial {
    /// Whether the operator's policy could allow it; else the plugin's author has to act.
    pub(crate) fn is_policy(&self) -> bool {
        matches!(
            self,
            Self::NotAllowed(_) | Self::NotPublic(_) | Self::UnnamedHeader(_)
        )
    }
}

/// Headers that a plugin may always set. What others mean to a proxy or a server on the way (ranges,
/// overrides of the method, of the address, of who asks) nobody can list; so these are listed.
const USUAL_HEADERS: [&str; 6] = [
    "accept",
    "accept-language",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "prefer",
];

/// Headers that concern the connection, or that the host sets from what it knows: no policy allows
/// them.
const HOSTS_HEADERS: [&str; 30] = [
    "accept-encoding",
    "alt-used",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "early-data",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "if-range",
    "keep-alive",
    "max-forwards",
    "origin",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// The same, by how they begin.
const HOSTS_PREFIXES: [&str; 10] = [
    "access-control-",
    "proxy-",
    "sec-",
    "x-forwarded",
    "x-host",
    "x-middleware-",
    "x-original-",
    "x-real-ip",
    "x-rewrite-",
    "cf-",
];

/// Headers of a request. An API call needs three or four; a map of headers that is filled without end
/// stops the host.
const MOST_HEADERS: usize = 64;

/// The headers beyond the usual ones that both descriptor and policy name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NamedHeaders {
    /// That requests carry.
    pub(crate) plain: BTreeSet<String>,
    /// In which a secret may stand.
    pub(crate) secret: BTreeSet<String>,
}

impl NamedHeaders {
    fn contains(&self, name: &str) -> bool {
        self.plain.contains(name) || self.secret.contains(name)
    }
}

/// Whether a request may leave. `asked` are the origins that the plugin's descriptor names.
///
/// This is the only place where that is decided, for requests that a plugin sends and for requests
/// that the host sends for it.
pub(crate) fn decide(
    request: &Request,
    asked: &[Origin],
    policy: &Policy,
    named: &NamedHeaders,
) -> Result<Target, Denial> {
    check_headers(&request.headers, named)?;
    check_body(request)?;
    request
        .authorization
        .iter()
        .try_for_each(check_authorization)?;
    decide_url(&request.url, asked, policy)
}

/// Where a person's browser may be sent, by the same rule: a plugin must not be able to lead somebody
/// who is about to type a password elsewhere.
pub(crate) fn decide_url(url: &str, asked: &[Origin], policy: &Policy) -> Result<Target, Denial> {
    let url = Url::parse(url).map_err(|_| Denial::NotAbsolute)?;
    check_shape(&url)?;
    let origin = Origin::of(&url).ok_or_else(|| Denial::Scheme(url.scheme().to_owned()))?;
    if !asked.contains(&origin) {
        return Err(Denial::NotAsked(origin));
    }
    if !policy.allowed.contains(&origin) {
        return Err(Denial::NotAllowed(origin));
    }
    match policy.mappings.get(&origin) {
        Some(target) => Ok(Target {
            url: target.apply(&url),
            reach: Reach::Mapped,
        }),
        None => public(url, &origin),
    }
}

fn check_shape(url: &Url) -> Result<(), Denial> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Denial::UserInformation);
    }
    if url.fragment().is_some() {
        Err(Denial::Fragment)
    } else {
        Ok(())
    }
}

/// Names are checked again when they have been resolved; an address in the URL is not resolved and
/// so is checked here.
fn public(url: Url, origin: &Origin) -> Result<Target, Denial> {
    if origin.scheme() != "https" {
        return Err(Denial::Scheme(origin.scheme().to_owned()));
    }
    let literal = match origin.host() {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address)),
    };
    match literal {
        Some(address) if !is_public(address) => Err(Denial::NotPublic(address)),
        Some(_) | None => Ok(Target {
            url,
            reach: Reach::Public,
        }),
    }
}

/// No body with a method that has none: what a server does with one differs, and a server that leaves
/// it unread takes it for the next request. What is called JSON is JSON.
fn check_body(request: &Request) -> Result<(), Denial> {
    let has_body = !matches!(request.body, RequestBody::None);
    match request.method {
        Method::Get | Method::Delete if has_body => Err(Denial::BodyWithoutMeaning),
        _ => match &request.body {
            RequestBody::Json(text) if serde_json::from_str::<IgnoredAny>(text).is_err() => {
                Err(Denial::NotJson)
            }
            RequestBody::JsonObject(pairs) => check_members(pairs),
            _ => Ok(()),
        },
    }
}

/// Which of two members of one name a service reads, nobody can say (RFC 8259 section 4).
fn check_members(pairs: &[Pair]) -> Result<(), Denial> {
    let mut seen = BTreeSet::new();
    match pairs.iter().find(|pair| !seen.insert(pair.name.as_str())) {
        Some(pair) => Err(Denial::MemberTwice(pair.name.chars().take(40).collect())),
        None => Ok(()),
    }
}

/// Whether the headers are ones that a plugin may set, none twice.
pub(crate) fn check_headers(headers: &[Pair], named: &NamedHeaders) -> Result<(), Denial> {
    if headers.len() > MOST_HEADERS {
        return Err(Denial::TooManyHeaders);
    }
    let mut seen = BTreeSet::new();
    for header in headers {
        let name = check_header(header, named)?;
        if !seen.insert(name.clone()) {
            return Err(Denial::HeaderTwice(name));
        }
    }
    Ok(())
}

/// Another scheme is a short name, so that nothing else is written with it.
pub(crate) fn check_authorization(authorization: &Authorization) -> Result<(), Denial> {
    let Authorization::Other(scheme) = authorization else {
        return Ok(());
    };
    let name = &scheme.name;
    let is_plain = name
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || it == b'-');
    let is_taken = ["basic", "bearer"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it));
    if is_plain && !is_taken && (1..=32).contains(&name.len()) {
        Ok(())
    } else {
        Err(Denial::AuthorizationScheme)
    }
}

/// The header's name, where a plugin may set it.
fn check_header(header: &Pair, named: &NamedHeaders) -> Result<String, Denial> {
    let name = http::HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_| Denial::MalformedHeader)?;
    let name = name.as_str();
    let as_read = as_servers_read(name);
    if as_read == "authorization" {
        Err(Denial::AuthorizationAsHeader)
    } else if is_hosts(&as_read) {
        Err(Denial::HostsHeader(name.to_owned()))
    } else if USUAL_HEADERS.contains(&name) || named.contains(name) {
        Ok(name.to_owned())
    } else {
        Err(Denial::UnnamedHeader(name.to_owned()))
    }
}

/// Some servers take an underscore for a hyphen.
fn as_servers_read(name: &str) -> String {
    name.replace('_', "-")
}

fn is_hosts(as_read: &str) -> bool {
    HOSTS_HEADERS.contains(&as_read) || HOSTS_PREFIXES.iter().any(|it| as_read.starts_with(it))
}

/// Whether whoever uses a credential may set a header: the answer is theirs, so they may ask for a part
/// of it, and the body's type is theirs to say.
pub(crate) fn check_callers_header(name: &str) -> Result<(), Denial> {
    let as_read = as_servers_read(&name.to_ascii_lowercase());
    let is_theirs = ["content-type", "range", "if-range"].contains(&as_read.as_str());
    if as_read == "authorization" || (is_hosts(&as_read) && !is_theirs) {
        return Err(Denial::HostsHeader(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
