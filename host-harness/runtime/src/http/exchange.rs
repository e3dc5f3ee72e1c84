//! One request of a plugin, from its description to its sealed answer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::failure;
use super::fill;
use super::transport::{Ready, Transport};
use crate::contract::{
    Answer, AuthHeader, Failure, FailureKind, Pair, Request, RequestBody, Response, Segment,
};
use crate::egress::{Origin, Policy, decide, decide_url};
use crate::seal::{RawAnswer, Sealer};
use crate::secret::Secret;
use crate::vault::Vault;

/// What one operation may reach and read.
pub(crate) struct Scope {
    /// The origins that the plugin's descriptor asks for.
    pub(crate) asked: Vec<Origin>,
    /// What the operator allows.
    pub(crate) policy: Arc<Policy>,
    /// The claims that both name.
    pub(crate) claims: BTreeSet<String>,
}

/// The way out of one operation: its secrets, its scope, and the network.
pub(crate) struct Exchange {
    pub(crate) scope: Scope,
    pub(crate) transport: Arc<Transport>,
    vault: Mutex<Vault>,
}

impl Exchange {
    pub(crate) fn new(scope: Scope, transport: Arc<Transport>, vault: Vault) -> Self {
        Self {
            scope,
            transport,
            vault: Mutex::new(vault),
        }
    }

    /// Works on the operation's secrets. Never held across an await.
    pub(crate) fn with_vault<T>(&self, work: impl FnOnce(&mut Vault) -> T) -> T {
        work(&mut self.vault.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Names secrets of this operation.
    pub(crate) fn with_sealer<T>(&self, work: impl FnOnce(&mut Sealer<'_>) -> T) -> T {
        self.with_vault(|vault| {
            work(&mut Sealer {
                vault,
                claims: &self.scope.claims,
            })
        })
    }

    /// Sends a request of the plugin's making, whoever carries it here.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let ready = self.prepare(&request)?;
        let outcome = self.transport.send(ready).await;
        log(&request, outcome.as_ref());
        Ok(self.seal(&outcome?, &request.seal))
    }

    /// Decides whether a request may leave, and fills its secrets in. The operator is told of one
    /// that may not: the plugin tried what it was not given.
    pub(crate) fn prepare(&self, request: &Request) -> Result<Ready, Failure> {
        self.prepare_allowed(request)
            .inspect_err(|failure| tracing::warn!(%failure, "a plugin's request was denied"))
    }

    fn prepare_allowed(&self, request: &Request) -> Result<Ready, Failure> {
        let target = decide(request, &self.scope.asked, &self.scope.policy)
            .map_err(|denial| denied(denial.to_string()))?;
        self.check_size(request)?;
        let filled = self
            .with_vault(|vault| fill::fill(request, vault))
            .map_err(|error| denied(error.to_string()))?;
        Ok(Ready {
            method: request.method,
            target,
            filled,
        })
    }

    /// Takes the secrets out of an answer.
    pub(crate) fn seal(&self, answer: &RawAnswer, pointers: &[String]) -> Response {
        self.with_sealer(|sealer| sealer.seal_answer(answer, pointers))
    }

    /// Where to send a person's browser that the plugin sends to this URL; or why not there.
    pub(crate) fn browser_url(&self, url: &str) -> Result<String, String> {
        decide_url(url, &self.scope.asked, &self.scope.policy)
            .map(|target| target.url.into())
            .map_err(|denial| denial.to_string())
            .inspect_err(|denial| tracing::warn!(%denial, "a browser was not sent there"))
    }

    /// A header of the plugin's making, held to the same rules, filled in.
    pub(crate) fn fill_header(&self, header: &Pair) -> Result<AuthHeader, String> {
        crate::egress::check_header(header).map_err(|denial| denial.to_string())?;
        self.with_vault(|vault| fill::header_value(header, vault))
            .map(|value| AuthHeader {
                name: header.name.clone(),
                value: Secret::new(value.as_str()),
            })
            .map_err(|error| error.to_string())
    }

    fn check_size(&self, request: &Request) -> Result<(), Failure> {
        let bound = self.transport.request_bytes();
        if self.with_vault(|vault| size(request, vault)) <= bound {
            return Ok(());
        }
        Err(denied(format!("the request is larger than {bound} bytes")))
    }
}

fn denied(message: String) -> Failure {
    Failure::unsent(FailureKind::Denied, message)
}

/// Filled in, before the form is encoded. A secret counts with its value's length each time that it
/// stands there: a short name must not stand for megabytes.
fn size(request: &Request, vault: &Vault) -> usize {
    let pairs = |pairs: &[Pair]| -> usize {
        pairs
            .iter()
            .map(|pair| pair.name.len() + segments(&pair.value, vault))
            .sum()
    };
    let body = match &request.body {
        RequestBody::None => 0,
        RequestBody::Form(form) => pairs(form),
        RequestBody::Json(text) => text.len(),
    };
    request.url.len() + pairs(&request.headers) + body
}

fn segments(segments: &[Segment], vault: &Vault) -> usize {
    let length = |it: &Segment| match it {
        Segment::Text(text) => text.len(),
        Segment::Secret(name) => vault.get(name).map_or(0, |it| it.expose().len()),
    };
    segments.iter().map(length).sum()
}

/// One line a request: path, status and bound; never a query, a header or a body.
fn log(request: &Request, outcome: Result<&RawAnswer, &Failure>) {
    let path = url::Url::parse(&request.url)
        .map(|url| url.path().to_owned())
        .unwrap_or_default();
    let method = request.method;
    match outcome {
        Ok(answer) => tracing::debug!(?method, path, answer.status, "answered"),
        Err(failure) => {
            let bound = failure::bound(failure);
            if failure::looks_hostile(failure) {
                tracing::warn!(?method, path, ?failure.kind, bound, %failure, "no answer");
            } else {
                tracing::info!(?method, path, ?failure.kind, bound, %failure, "no answer");
            }
        }
    }
}
