//! HTTP over the network, within bounds: no redirect, no proxy from the environment, no retry.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Client;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::failure::classify;
use super::fill::Filled;
use super::proxy::Proxy;
use super::resolver::{Lookup, Resolver};
use super::tls::client_config;
use crate::contract::{Failure, FailureKind, Method};
use crate::egress::{Reach, Target};
use crate::limits::HttpLimits;
use crate::reading::RawAnswer;

/// A request that may leave, its secrets filled in.
pub(crate) struct Ready {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) filled: Filled,
}

impl Ready {
    pub(crate) fn to_http(&self) -> Result<http::Request<Bytes>, http::Error> {
        let mut request = http::Request::builder()
            .method(wire_method(self.method))
            .uri(self.target.url.as_str())
            .body(self.filled.body.clone().unwrap_or_default())?;
        *request.headers_mut() = self.filled.headers.clone();
        Ok(request)
    }
}

/// Two HTTP clients: one that connects to the public internet alone, one that connects anywhere
/// because the operator named the place.
pub(crate) struct Transport {
    public: Client,
    mapped: Client,
    limits: HttpLimits,
}

impl Transport {
    /// `roots` are trusted besides the machine's own. Through a proxy, the one name that is looked up
    /// is the proxy's, which the operator named.
    pub(crate) fn new(
        limits: HttpLimits,
        lookup: Arc<dyn Lookup>,
        roots: &[CertificateDer<'static>],
        proxy: Option<&Proxy>,
    ) -> Result<Self, reqwest::Error> {
        let tls = client_config(roots);
        let builder = || client(&limits, tls.clone());
        let public = builder().https_only(true);
        let public = match proxy {
            Some(proxy) => public.proxy(proxy.to_client()?),
            None => public.dns_resolver(Arc::new(Resolver(lookup.into()))),
        };
        Ok(Self {
            public: public.build()?,
            mapped: builder().build()?,
            limits,
        })
    }

    /// The bound on a request's size.
    pub(super) fn request_bytes(&self) -> usize {
        self.limits.request_bytes
    }

    /// Sends a request of a plugin's, within the deadline and size that the limits name.
    pub(super) async fn send(&self, ready: Ready) -> Result<RawAnswer, Failure> {
        let Ready {
            method,
            target,
            filled,
        } = ready;
        let outgoing = Outgoing {
            method: wire_method(method),
            target,
            headers: filled.headers,
            body: filled.body,
            deadline: self.limits.answer_deadline,
            answer_bytes: self.limits.answer_bytes,
        };
        self.deliver(outgoing).await
    }

    /// Sends a request and takes in the whole answer, within its deadline and size.
    pub(crate) async fn deliver(&self, outgoing: Outgoing) -> Result<RawAnswer, Failure> {
        let deadline = outgoing.deadline;
        match tokio::time::timeout(deadline, self.exchange(outgoing)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::sent(
                FailureKind::Timeout,
                "no answer came in time",
            )),
        }
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<RawAnswer, Failure> {
        let client = match outgoing.target.reach {
            Reach::Public => &self.public,
            Reach::Mapped => &self.mapped,
        };
        let mut request = client
            .request(outgoing.method, outgoing.target.url)
            .headers(outgoing.headers);
        if let Some(body) = outgoing.body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| classify(&error))?;
        take_in(response, outgoing.answer_bytes).await
    }
}

/// A request as it goes out, with the bounds of its answer.
pub(crate) struct Outgoing {
    pub(crate) method: reqwest::Method,
    pub(crate) target: Target,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) deadline: Duration,
    /// The largest body of an answer, in bytes.
    pub(crate) answer_bytes: usize,
}

async fn take_in(mut response: reqwest::Response, most: usize) -> Result<RawAnswer, Failure> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > most {
            return Err(Failure::sent(
                FailureKind::TooLarge,
                format!("the answer is larger than {most} bytes"),
            ));
        }
        append_wiping(&mut body, &chunk);
    }
    Ok(RawAnswer {
        status,
        headers,
        body,
    })
}

/// Appends; where the buffer must move, the old one is wiped.
fn append_wiping(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let capacity = (body.len() + chunk.len()).max(2 * body.capacity());
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

fn client(limits: &HttpLimits, tls: ClientConfig) -> reqwest::ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .http1_only()
        .http1_max_headers(limits.answer_headers)
        .connect_timeout(limits.connect_timeout)
        // No connection outlives an operation: what one leaves unread on it would be the next one's.
        .pool_max_idle_per_host(0)
        .tcp_nodelay(true)
        .user_agent(concat!("credential-runtime/", env!("CARGO_PKG_VERSION")))
}

fn wire_method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}
