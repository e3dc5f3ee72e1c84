//! The one decision: whether a request may leave, and to what address.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;
use super::origin::Origin;
use super::policy::Policy;
use crate::contract::{Pair, Request, Segment};

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
    #[error("a secret may stand in the header `authorization` alone, not in `{0}`")]
    SecretInHeader(String),
    #[error("a header's name or value has a character that no header may have")]
    MalformedHeader,
}

/// Headers that concern the connection, or that the host sets from what it knows.
const HOSTS_HEADERS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Whether a request may leave. `asked` are the origins that the plugin's descriptor names.
///
/// This is the only place where that is decided, for requests that a plugin sends and for requests
/// that the host sends for it.
pub(crate) fn decide(
    request: &Request,
    asked: &[Origin],
    policy: &Policy,
) -> Result<Target, Denial> {
    check_headers(&request.headers)?;
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

fn check_headers(headers: &[Pair]) -> Result<(), Denial> {
    headers.iter().try_for_each(check_header)
}

/// Whether a header is one that a plugin may set, a secret standing only where one may.
pub(crate) fn check_header(header: &Pair) -> Result<(), Denial> {
    let name = http::HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_| Denial::MalformedHeader)?;
    if HOSTS_HEADERS.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
        return Err(Denial::HostsHeader(name.to_string()));
    }
    let has_secret = header
        .value
        .iter()
        .any(|it| matches!(it, Segment::Secret(_)));
    if has_secret && name != http::header::AUTHORIZATION {
        return Err(Denial::SecretInHeader(name.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Method, RequestBody};

    fn request(url: &str) -> Request {
        Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: RequestBody::None,
            seal: Vec::new(),
        }
    }

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    fn allowing(origins: &[&str]) -> (Vec<Origin>, Policy) {
        let origins: Vec<Origin> = origins.iter().map(|it| origin(it)).collect();
        let policy = origins
            .iter()
            .cloned()
            .fold(Policy::nothing(), Policy::allow_origin);
        (origins, policy)
    }

    #[track_caller]
    fn check(url: &str, expected: Result<&str, Denial>) {
        let (asked, policy) = allowing(&[
            "https://api.example.com",
            "http://plain.example.com",
            "https://127.0.0.1:8443",
            "https://[::ffff:10.0.0.1]",
            "https://8.8.8.8",
        ]);
        let decision = decide(&request(url), &asked, &policy).map(|it| it.url.to_string());
        assert_eq!(decision, expected.map(str::to_owned), "{url}");
    }

    #[test]
    fn an_allowed_origin_may_be_reached() {
        check(
            "https://api.example.com/v1?x=1",
            Ok("https://api.example.com/v1?x=1"),
        );
        check(
            "https://API.example.com:443/v1",
            Ok("https://api.example.com/v1"),
        );
        check("https://8.8.8.8/", Ok("https://8.8.8.8/"));
    }

    #[test]
    fn scheme_host_and_port_all_count() {
        let not_asked = |text: &str| Err(Denial::NotAsked(origin(text)));
        check(
            "https://api.example.com:444/",
            not_asked("https://api.example.com:444"),
        );
        check(
            "http://api.example.com/",
            not_asked("http://api.example.com"),
        );
        check(
            "https://api.example.com.evil.example/",
            not_asked("https://api.example.com.evil.example"),
        );
        check(
            "https://api.example.com./",
            not_asked("https://api.example.com./"),
        );
        check(
            "https://evil.example/https://api.example.com",
            not_asked("https://evil.example"),
        );
        check(
            "https://аpi.example.com/",
            not_asked("https://xn--pi-6kc.example.com"),
        );
        check("file:///etc/passwd", Err(Denial::Scheme("file".into())));
    }

    #[test]
    fn a_url_holds_nothing_that_misleads() {
        check("/v1", Err(Denial::NotAbsolute));
        check("", Err(Denial::NotAbsolute));
        check("https://u:p@api.example.com/", Err(Denial::UserInformation));
        check(
            "https://evil.example@api.example.com/",
            Err(Denial::UserInformation),
        );
        check("https://api.example.com/#f", Err(Denial::Fragment));
        check(
            "https://api.example.com\\@evil.example/",
            Ok("https://api.example.com/@evil.example/"),
        );
        check(
            "https://api.example.com/a/../../b",
            Ok("https://api.example.com/b"),
        );
    }

    #[test]
    fn without_a_mapping_only_https_and_public_addresses_pass() {
        check(
            "http://plain.example.com/",
            Err(Denial::Scheme("http".into())),
        );
        let loopback = Denial::NotPublic(IpAddr::from([127, 0, 0, 1]));
        check("https://127.0.0.1:8443/", Err(loopback.clone()));
        check("https://0x7f.1:8443/", Err(loopback.clone()));
        check("https://2130706433:8443/", Err(loopback));
        let mapped: std::net::Ipv6Addr = "::ffff:10.0.0.1".parse().unwrap();
        check(
            "https://[::ffff:a00:1]/",
            Err(Denial::NotPublic(IpAddr::V6(mapped))),
        );
    }

    #[test]
    fn plugin_and_operator_must_both_name_an_origin() {
        let (asked, policy) = allowing(&["https://api.example.com"]);
        let request = request("https://api.example.com/");
        let only = origin("https://api.example.com");
        assert_eq!(
            decide(&request, &[], &policy),
            Err(Denial::NotAsked(only.clone()))
        );
        assert_eq!(
            decide(&request, &asked, &Policy::nothing()),
            Err(Denial::NotAllowed(only))
        );
    }

    #[test]
    fn a_mapping_redirects_what_is_allowed_and_allows_nothing_by_itself() {
        let (asked, policy) = allowing(&["https://api.example.com"]);
        let to_mock = "http://127.0.0.1:8080"
            .parse::<super::super::MappingTarget>()
            .unwrap();
        let from = origin("https://api.example.com");
        let request = request("https://api.example.com/v1");
        let mapped = policy.map_origin(from.clone(), to_mock.clone());
        let target = decide(&request, &asked, &mapped).unwrap();
        assert_eq!(target.url.as_str(), "http://127.0.0.1:8080/v1");
        assert_eq!(target.reach, Reach::Mapped);
        let alone = Policy::nothing().map_origin(from.clone(), to_mock);
        assert_eq!(
            decide(&request, &asked, &alone),
            Err(Denial::NotAllowed(from))
        );
    }

    #[track_caller]
    fn check_header_rule(name: &str, value: Segment, expected: Result<(), Denial>) {
        let header = Pair {
            name: name.to_owned(),
            value: vec![value],
        };
        assert_eq!(check_header(&header), expected, "{name}");
    }

    #[test]
    fn the_hosts_headers_and_misplaced_secrets_are_refused() {
        let text = || Segment::Text("x".into());
        let secret = || Segment::Secret("s".into());
        check_header_rule("accept", text(), Ok(()));
        check_header_rule("Authorization", secret(), Ok(()));
        check_header_rule(
            "x-api-key",
            secret(),
            Err(Denial::SecretInHeader("x-api-key".into())),
        );
        for name in HOSTS_HEADERS {
            check_header_rule(name, text(), Err(Denial::HostsHeader(name.into())));
        }
        check_header_rule("HOST", text(), Err(Denial::HostsHeader("host".into())));
        let proxy = "proxy-authorization";
        check_header_rule(proxy, text(), Err(Denial::HostsHeader(proxy.into())));
        check_header_rule("x y", text(), Err(Denial::MalformedHeader));
        check_header_rule("x\r\ny", text(), Err(Denial::MalformedHeader));
    }
}
