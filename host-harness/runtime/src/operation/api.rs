//! Requests to the service's API under a credential, made by whoever uses it: by the same decision and
//! the same client as a plugin's.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use zeroize::Zeroizing;

use super::Operation;
use crate::contract::{AuthHeader, Failure};
use crate::egress::check_callers_header;
use crate::error::Error;
use crate::http::{Denied, Exchange, Outgoing};
use crate::secret::Secret;

/// For one answer, its body included.
const DEADLINE: Duration = Duration::from_secs(60);

/// The largest answer that is taken in, in bytes.
const MOST_ANSWER_BYTES: usize = 64 << 20;

/// A request to a service's API, the credential apart.
#[derive(Clone, Debug, Default)]
pub struct ApiRequest {
    /// The method (RFC 9110 section 9); upper and lower case differ.
    pub method: String,
    /// Absolute. Its origin must be one that descriptor and policy name as an API.
    pub url: String,
    /// Names and values; a name may stand several times. What concerns the connection, and what the
    /// credential sets, is refused.
    pub headers: Vec<(String, String)>,
    /// What is sent, as the caller's `content-type` says.
    pub body: Option<Vec<u8>>,
}

/// What the service answered; it is the caller's, and nothing in it was looked at.
#[derive(Clone, Debug)]
pub struct ApiAnswer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, wiped when it is dropped.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why a request was not made, or has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The method is none, or one for proxies and debugging.
    #[error("`{0}` is no HTTP method for an API")]
    Method(String),
    /// A header that HTTP does not allow.
    #[error("`{0}` is no header that can be sent")]
    Header(String),
    /// A header that the credential, or HTTP itself, sets.
    #[error("`{0}` is for the credential, or for HTTP itself, to set")]
    HostsHeader(String),
    /// The request may not leave: descriptor or policy do not allow where it would go.
    #[error("{0}")]
    Denied(String),
    /// There is no answer.
    #[error("{0}")]
    NoAnswer(Failure),
}

/// The way to the service's API under a credential.
#[derive(Clone)]
pub struct ApiClient {
    exchange: Arc<Exchange>,
    authentication: Vec<AuthHeader>,
}

impl Operation {
    /// The way to the service's API with this access token. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn api(&self, access: &Secret) -> Result<ApiClient, Error> {
        Ok(ApiClient {
            authentication: self.authenticate(access).await?,
            exchange: Arc::clone(&self.exchange),
        })
    }
}

impl ApiClient {
    /// Sends a request once. A redirect is an answer; an answer may be 64 MiB and take a minute.
    ///
    /// # Errors
    ///
    /// Every case of [`ApiError`]; nothing has left where it is another than `NoAnswer`.
    pub async fn send(&self, request: &ApiRequest) -> Result<ApiAnswer, ApiError> {
        let target = self.exchange.api_target(&request.url).map_err(denied)?;
        let outgoing = Outgoing {
            method: method(&request.method)?,
            target,
            headers: self.headers(request)?,
            body: request.body.clone().map(Into::into),
            deadline: DEADLINE,
            answer_bytes: MOST_ANSWER_BYTES,
        };
        let answer = self.exchange.transport.deliver(outgoing).await;
        let answer = answer.map_err(ApiError::NoAnswer)?;
        let named = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), value.as_bytes().to_vec())
        };
        Ok(ApiAnswer {
            status: answer.status,
            headers: answer.headers.iter().map(named).collect(),
            body: answer.body,
        })
    }

    fn headers(&self, request: &ApiRequest) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let (parsed, value) = header(name, value)?;
            let ours = self.authentication.iter();
            if ours.clone().any(|it| it.name.eq_ignore_ascii_case(name)) {
                return Err(ApiError::HostsHeader(name.clone()));
            }
            check_callers_header(parsed.as_str())
                .map_err(|_| ApiError::HostsHeader(name.clone()))?;
            headers.append(parsed, value);
        }
        for AuthHeader { name, value } in &self.authentication {
            let (name, mut value) = header(name, value.expose())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ApiError> {
    let refused = || ApiError::Header(name.to_owned());
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
    let value = HeaderValue::from_str(value).map_err(|_| refused())?;
    Ok((parsed, value))
}

/// Any but those that are between a client and a proxy, or that repeat a request to whoever asks.
fn method(text: &str) -> Result<Method, ApiError> {
    let refused = || ApiError::Method(text.to_owned());
    let method = Method::from_bytes(text.as_bytes()).map_err(|_| refused())?;
    match ["CONNECT", "TRACE", "TRACK"].contains(&method.as_str().to_ascii_uppercase().as_str()) {
        true => Err(refused()),
        false => Ok(method),
    }
}

fn denied(denied: Denied) -> ApiError {
    ApiError::Denied(denied.message)
}
