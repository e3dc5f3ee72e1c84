//! Requests to a service's API, made with a stored credential.
//!
//! The person at the terminal says what to send; where it may go is the operator's policy. The
//! token goes into the headers that the plugin names, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use credential_runtime::{AuthHeader, Origin, Policy};
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Client, Method, StatusCode};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use url::Url;

/// For one answer, its body included.
const DEADLINE: Duration = Duration::from_secs(60);

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
pub(crate) struct Target(Url);

/// Why a request cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("`{0}` is neither a path that begins with / nor a URL")]
    NoTarget(String),
    #[error("the policy lets requests with this credential go nowhere")]
    Nowhere,
    #[error("the policy does not let requests with this credential go to {0}")]
    Denied(String),
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
    /// The path at the first origin that the policy allows, or the URL at any of them.
    pub(crate) fn parse(text: &str, policy: &Policy) -> Result<Self, ApiError> {
        let no_target = || ApiError::NoTarget(text.to_owned());
        let url = if text.starts_with('/') && !text.starts_with("//") {
            let origin = policy.origins().next().ok_or(ApiError::Nowhere)?;
            Url::parse(&format!("{origin}{text}")).map_err(|_| no_target())?
        } else {
            Url::parse(text).map_err(|_| no_target())?
        };
        let origin = Origin::of(&url).ok_or_else(no_target)?;
        if !policy.origins().any(|it| *it == origin) {
            return Err(ApiError::Denied(origin.to_string()));
        }
        let mapped = policy.mapped().find(|(from, _)| **from == origin);
        Ok(Self(mapped.map_or(url.clone(), |(_, to)| to.apply(&url))))
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

/// An HTTP client that follows no redirect and asks no proxy, so that a token goes where the policy
/// says. `roots` are trusted besides the machine's own.
pub(crate) fn client(roots: &[Vec<u8>]) -> Result<Client, ApiError> {
    Client::builder()
        .tls_backend_preconfigured(tls(roots)?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .timeout(DEADLINE)
        .user_agent(concat!("harness/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| ApiError::NoAnswer(error.to_string()))
}

fn tls(roots: &[Vec<u8>]) -> Result<ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = roots.iter().cloned().map(CertificateDer::from);
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ApiError::Tls)?;
    let verifier = verifier.map_err(ApiError::Tls)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
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
    let url = request.target.0.clone();
    let mut sending = client.request(request.method.clone(), url).headers(headers);
    if let Some(body) = &request.body {
        sending = sending.body(body.clone());
    }
    take_in(sending.send().await.map_err(|error| no_answer(&error))?).await
}

fn sensitive(header: &AuthHeader) -> Result<(HeaderName, HeaderValue), ApiError> {
    let refused = || ApiError::PluginHeader(header.name.clone());
    let name = header.name.parse().map_err(|_| refused())?;
    let mut value = HeaderValue::from_str(header.value.expose()).map_err(|_| refused())?;
    value.set_sensitive(true);
    Ok((name, value))
}

async fn take_in(mut response: reqwest::Response) -> Result<ApiAnswer, ApiError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
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

/// The innermost reason: it names what happened, and no URL.
fn no_answer(error: &reqwest::Error) -> ApiError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    ApiError::NoAnswer(reason.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

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
        assert_eq!(Target::parse(text, &policy()).unwrap().0.as_str(), expected);
    }

    #[rstest]
    #[case::another_host("https://evil.example/v1", "does not let")]
    #[case::plain_http("http://api.example.com/v1", "does not let")]
    #[case::another_port("https://api.example.com:444/v1", "does not let")]
    #[case::a_host_without_a_scheme("//evil.example/v1", "neither a path")]
    #[case::a_word("users", "neither a path")]
    fn a_request_goes_nowhere_else(#[case] text: &str, #[case] expected: &str) {
        let error = Target::parse(text, &policy()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_path_cannot_name_another_host() {
        for path in ["/@evil.example/", "/\\evil.example", "/../../x"] {
            let target = Target::parse(path, &policy()).unwrap();
            assert_eq!(target.0.host_str(), Some("127.0.0.1"), "{path}");
        }
    }

    #[rstest]
    #[case::the_token("Authorization: Bearer x", "to set")]
    #[case::the_host("HOST: evil.example", "to set")]
    #[case::no_colon("Accept", "is no header")]
    #[case::a_line_break("Accept: a\r\nHost: b", "is no header")]
    fn a_header_that_is_not_the_callers_is_refused(#[case] text: &str, #[case] expected: &str) {
        let target = Target::parse("/", &policy()).unwrap();
        let request = ApiRequest::new("get", target).unwrap();
        let error = request.header(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
