//! Requests to a service's API, made with a stored credential.
//!
//! The person at the terminal says what to send; where it may go is the operator's policy. The
//! token goes into the headers that the plugin names, and nowhere else.

mod client;

use std::net::IpAddr;

use credential_runtime::{AuthHeader, Origin, Policy, is_public};
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Client, Method, StatusCode};
use url::{Host, Url};

pub(crate) use client::client;
use client::no_answer;

/// More than this is not held in memory.
const MOST_ANSWER_BYTES: usize = 64 << 20;

/// What is to be sent, the credential apart.
#[derive(Clone, Debug)]
pub(crate) struct ApiRequest {
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back.
pub(crate) struct ApiAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Where a request may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    url: Url,
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

/// Why a request cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("`{0}` is neither a path that begins with / nor a URL")]
    NoTarget(String),
    #[error("the policy lets API requests with this credential go nowhere")]
    Nowhere,
    #[error("`{path}` could go to any of {}; write the whole URL", .origins.join(", "))]
    Ambiguous { path: String, origins: Vec<String> },
    #[error("the policy does not let requests with this credential go to {0}")]
    Denied(String),
    #[error("only https may leave, unless the policy maps {0}")]
    NotHttps(String),
    #[error("{0} leads to no address of the public internet, and the policy does not map it")]
    NotPublic(String),
    #[error("`{0}` is no header; write it like `Accept: application/json`")]
    NoHeader(String),
    #[error("`{0}` is for the credential, or for HTTP itself, to set")]
    NotYours(HeaderName),
    #[error("`{0}` is no HTTP method")]
    NoMethod(String),
    #[error("the plugin's header `{0}` cannot be sent")]
    PluginHeader(String),
    #[error("the certificates of this machine cannot be used: {0}")]
    Tls(rustls::Error),
    #[error("no answer: {0}")]
    NoAnswer(String),
    #[error("the answer is larger than 64 MiB")]
    TooLarge,
}

impl Target {
    /// The path at the one origin that is an API of the plugin and that the policy allows, or the URL
    /// at any of them. The access token goes nowhere else.
    pub(crate) fn parse(text: &str, apis: &[Origin], policy: &Policy) -> Result<Self, ApiError> {
        let no_target = || ApiError::NoTarget(text.to_owned());
        let allowed: Vec<&Origin> = apis
            .iter()
            .filter(|api| policy.origins().any(|it| it == *api))
            .collect();
        let url = if text.starts_with('/') && !text.starts_with("//") {
            let origin = match allowed.as_slice() {
                [] => return Err(ApiError::Nowhere),
                [origin] => origin,
                several => {
                    return Err(ApiError::Ambiguous {
                        path: text.to_owned(),
                        origins: several.iter().map(ToString::to_string).collect(),
                    });
                }
            };
            Url::parse(&format!("{origin}{text}")).map_err(|_| no_target())?
        } else {
            Url::parse(text).map_err(|_| no_target())?
        };
        let origin = Origin::of(&url).ok_or_else(no_target)?;
        if !allowed.contains(&&origin) {
            return Err(ApiError::Denied(origin.to_string()));
        }
        match policy.mapped().find(|(from, _)| **from == origin) {
            Some((_, to)) => Ok(Self {
                url: to.apply(&url),
                reach: Reach::Mapped,
            }),
            None => Self::public(url, &origin),
        }
    }

    /// Names are checked when they have been resolved; an address is not resolved, so it is checked
    /// here.
    fn public(url: Url, origin: &Origin) -> Result<Self, ApiError> {
        if origin.scheme() != "https" {
            return Err(ApiError::NotHttps(origin.to_string()));
        }
        let literal = match origin.host() {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(*address)),
            Host::Ipv6(address) => Some(IpAddr::V6(*address)),
        };
        match literal {
            Some(address) if !is_public(address) => Err(ApiError::NotPublic(origin.to_string())),
            Some(_) | None => Ok(Self {
                url,
                reach: Reach::Public,
            }),
        }
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

impl ApiRequest {
    pub(crate) fn new(method: &str, target: Target) -> Result<Self, ApiError> {
        let no_method = |_| ApiError::NoMethod(method.to_owned());
        let method = method.to_ascii_uppercase();
        let method = Method::from_bytes(method.as_bytes()).map_err(no_method)?;
        Ok(Self {
            method,
            target,
            headers: HeaderMap::new(),
            body: None,
        })
    }

    /// Adds a header as it is typed: `Name: value`.
    pub(crate) fn header(mut self, text: &str) -> Result<Self, ApiError> {
        let no_header = || ApiError::NoHeader(text.to_owned());
        let (name, value) = text.split_once(':').ok_or_else(no_header)?;
        let name: HeaderName = name.trim().parse().map_err(|_| no_header())?;
        if [AUTHORIZATION, COOKIE, HOST].contains(&name) {
            return Err(ApiError::NotYours(name));
        }
        let value = HeaderValue::from_str(value.trim()).map_err(|_| no_header())?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Adds a body; JSON, unless a header says otherwise.
    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.headers.entry(CONTENT_TYPE).or_insert(json);
        self.body = Some(body);
        self
    }
}

/// Sends a request once, with these headers of the credential's.
pub(crate) async fn send(
    client: &Client,
    request: &ApiRequest,
    authorization: &[AuthHeader],
) -> Result<ApiAnswer, ApiError> {
    let mut headers = request.headers.clone();
    for header in authorization {
        let (name, value) = sensitive(header)?;
        headers.insert(name, value);
    }
    let target = &request.target;
    let mut sending = client.request(request.method.clone(), target.url.clone());
    sending = sending.headers(headers);
    if let Some(body) = &request.body {
        sending = sending.body(body.clone());
    }
    let response = sending.send().await;
    take_in(
        response.map_err(|error| no_answer(&error, target.host()))?,
        target,
    )
    .await
}

fn sensitive(header: &AuthHeader) -> Result<(HeaderName, HeaderValue), ApiError> {
    let refused = || ApiError::PluginHeader(header.name.clone());
    let name = header.name.parse().map_err(|_| refused())?;
    let mut value = HeaderValue::from_str(header.value.expose()).map_err(|_| refused())?;
    value.set_sensitive(true);
    Ok((name, value))
}

async fn take_in(mut response: reqwest::Response, from: &Target) -> Result<ApiAnswer, ApiError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    let broken = |error| no_answer(&error, from.host());
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MOST_ANSWER_BYTES {
            return Err(ApiError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(ApiAnswer {
        status,
        headers,
        body,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn apis() -> Vec<Origin> {
        vec!["https://api.example.com".parse().unwrap()]
    }

    fn policy() -> Policy {
        let origin = |text: &str| text.parse().unwrap();
        Policy::nothing()
            .allow_origin(origin("https://api.example.com"))
            .map_origin(
                origin("https://api.example.com"),
                "http://127.0.0.1:8080/base".parse().unwrap(),
            )
    }

    #[rstest]
    #[case::a_path("/v1/users?size=1", "http://127.0.0.1:8080/base/v1/users?size=1")]
    #[case::a_url("https://api.example.com/v1", "http://127.0.0.1:8080/base/v1")]
    fn a_request_goes_where_the_policy_says(#[case] text: &str, #[case] expected: &str) {
        let target = Target::parse(text, &apis(), &policy()).unwrap();
        assert_eq!(target.url.as_str(), expected);
        assert_eq!(target.reach, Reach::Mapped);
    }

    #[rstest]
    #[case::another_host("https://evil.example/v1", "does not let")]
    #[case::plain_http("http://api.example.com/v1", "does not let")]
    #[case::another_port("https://api.example.com:444/v1", "does not let")]
    #[case::a_host_without_a_scheme("//evil.example/v1", "neither a path")]
    #[case::a_word("users", "neither a path")]
    fn a_request_goes_nowhere_else(#[case] text: &str, #[case] expected: &str) {
        let error = Target::parse(text, &apis(), &policy())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[rstest]
    #[case::a_name("https://service.example", None)]
    #[case::a_public_address("https://8.8.8.8", None)]
    #[case::loopback("https://127.0.0.1", Some("no address of the public internet"))]
    #[case::private("https://10.0.0.1:8443", Some("no address of the public internet"))]
    #[case::metadata("https://169.254.169.254", Some("no address of the public internet"))]
    #[case::loopback_v6("https://[::1]", Some("no address of the public internet"))]
    #[case::private_in_v6("https://[::ffff:10.0.0.1]", Some("no address of the public internet"))]
    #[case::plain_http("http://service.example", Some("only https may leave"))]
    fn an_allowed_origin_that_is_not_mapped_is_public(
        #[case] origin: &str,
        #[case] refused: Option<&str>,
    ) {
        let origin: Origin = origin.parse().unwrap();
        let policy = Policy::nothing().allow_origin(origin.clone());
        match (Target::parse("/v1", &[origin], &policy), refused) {
            (Ok(target), None) => assert_eq!(target.reach, Reach::Public),
            (Err(error), Some(why)) => assert!(error.to_string().contains(why), "{error}"),
            (other, _) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_path_goes_to_the_one_api_and_no_token_to_any_other_origin() {
        let origin = |text: &str| -> Origin { text.parse().unwrap() };
        let all = [
            "https://a-login.example",
            "https://b.example",
            "https://c.example",
        ]
        .map(origin);
        let policy = all
            .iter()
            .cloned()
            .fold(Policy::nothing(), Policy::allow_origin);
        let [_, b, c] = &all;
        let one = Target::parse("/v1", &[b.clone()], &policy).unwrap();
        assert_eq!(one.url.as_str(), "https://b.example/v1");
        let two = Target::parse("/v1", &[b.clone(), c.clone()], &policy).unwrap_err();
        assert!(
            two.to_string()
                .contains("https://b.example, https://c.example"),
            "{two}"
        );
        let elsewhere = Target::parse("https://a-login.example/", &[b.clone()], &policy);
        assert!(matches!(elsewhere, Err(ApiError::Denied(_))));
        let none = Target::parse("/v1", &[], &policy);
        assert!(matches!(none, Err(ApiError::Nowhere)));
    }

    #[test]
    fn a_path_cannot_name_another_host() {
        for path in ["/@evil.example/", "/\\evil.example", "/../../x"] {
            let target = Target::parse(path, &apis(), &policy()).unwrap();
            assert_eq!(target.url.host_str(), Some("127.0.0.1"), "{path}");
        }
    }

    #[rstest]
    #[case::the_token("Authorization: Bearer x", "to set")]
    #[case::the_host("HOST: evil.example", "to set")]
    #[case::no_colon("Accept", "is no header")]
    #[case::a_line_break("Accept: a\r\nHost: b", "is no header")]
    fn a_header_that_is_not_the_callers_is_refused(#[case] text: &str, #[case] expected: &str) {
        let target = Target::parse("/", &apis(), &policy()).unwrap();
        let request = ApiRequest::new("get", target).unwrap();
        let error = request.header(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
