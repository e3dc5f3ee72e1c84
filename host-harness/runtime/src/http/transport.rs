//! HTTP over the network, within bounds: no redirect, no proxy from the environment, no retry.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Client;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::failure::classify;
use super::fill::Filled;
use super::resolver::{Lookup, Resolver};
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
    /// `roots` are trusted besides the machine's own.
    pub(crate) fn new(
        limits: HttpLimits,
        lookup: Arc<dyn Lookup>,
        roots: &[CertificateDer<'static>],
    ) -> Result<Self, reqwest::Error> {
        let tls = tls(roots);
        let builder = || client(&limits, tls.clone());
        Ok(Self {
            public: builder()
                .https_only(true)
                .dns_resolver(Arc::new(Resolver(lookup.into())))
                .build()?,
            mapped: builder().build()?,
            limits,
        })
    }

    /// The bound on a request's size.
    pub(super) fn request_bytes(&self) -> usize {
        self.limits.request_bytes
    }

    /// Sends a request and takes in the whole answer, within the deadline and size that the limits
    /// name.
    pub(super) async fn send(&self, ready: Ready) -> Result<RawAnswer, Failure> {
        let work = self.exchange(ready);
        match tokio::time::timeout(self.limits.answer_deadline, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::sent(
                FailureKind::Timeout,
                "no answer came in time",
            )),
        }
    }

    async fn exchange(&self, ready: Ready) -> Result<RawAnswer, Failure> {
        let Ready {
            method,
            target,
            filled,
        } = ready;
        let client = match target.reach {
            Reach::Public => &self.public,
            Reach::Mapped => &self.mapped,
        };
        let mut request = client
            .request(wire_method(method), target.url)
            .headers(filled.headers);
        if let Some(body) = filled.body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| classify(&error))?;
        self.take_in(response).await
    }

    async fn take_in(&self, mut response: reqwest::Response) -> Result<RawAnswer, Failure> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
            if body.len() + chunk.len() > self.limits.answer_bytes {
                return Err(Failure::sent(
                    FailureKind::TooLarge,
                    format!(
                        "the answer is larger than {} bytes",
                        self.limits.answer_bytes
                    ),
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

/// The machine's trust store and the given roots. Where the machine has none, nothing is trusted:
/// every https request fails as untrusted, and plain http to a mapped origin still works.
fn tls(roots: &[CertificateDer<'static>]) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
        roots.iter().cloned(),
        Arc::clone(&provider),
    );
    #[expect(
        clippy::expect_used,
        reason = "ring has TLS 1.2 and 1.3, as this crate's features ask"
    )]
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default protocol versions");
    match verifier {
        Ok(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(error) => {
            tracing::warn!(%error, "no trust store on this machine; install its CA certificates");
            builder
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth()
        }
    }
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
