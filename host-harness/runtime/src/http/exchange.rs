//! One request of a plugin, from its description to what may be read of its answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::failure;
use super::fill;
use super::transport::{Ready, Transport};
use crate::contract::{
    AuthHeader, Authorization, Failure, FailureKind, Pair, Purposes, Request, Sealed,
};
use crate::egress::{
    Denial, NamedHeaders, Origin, Policy, Target, carried, check_authorization, check_headers,
    check_placement, check_secret_headers, decide, decide_url, literals, written,
};
use crate::purpose::CallPurpose;
use crate::reading::{
    Budget, Carried, Declaration, MOST_SEARCHED, Permitted, RawAnswer, ReadAnswer,
};
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};
use crate::witness::Witness;

/// What one operation may reach and read.
pub(crate) struct Scope {
    /// The origins that the plugin's descriptor asks for.
    pub(crate) asked: Arc<[Origin]>,
    /// What the descriptor says that they are for.
    pub(crate) purposes: Arc<BTreeMap<Origin, Purposes>>,
    /// What the operator allows.
    pub(crate) policy: Arc<Policy>,
    /// What the plugin reads of an answer.
    pub(crate) declaration: Arc<Declaration>,
    /// What of it the operator must name and does: claims and labels.
    pub(crate) permitted: Permitted,
    /// The headers that both name.
    pub(crate) headers: NamedHeaders,
}

impl Scope {
    fn purposes(&self, url: &str) -> Purposes {
        let origin = Url::parse(url).ok().and_then(|it| Origin::of(&it));
        let purposes = origin.and_then(|origin| self.purposes.get(&origin));
        purposes.copied().unwrap_or_default()
    }
}

/// The way out of one operation: its secrets, its scope, and the network.
pub(crate) struct Exchange {
    pub(crate) scope: Scope,
    pub(crate) transport: Arc<Transport>,
    vault: Mutex<Vault>,
    /// Set when an answer held a secret that its request had not carried: a guess, or a service that
    /// tells what it should not. Whoever could go on asking would have an oracle.
    ended: AtomicBool,
    /// Is told what the plugin is given of each answer.
    witness: Option<Arc<dyn Witness>>,
}

impl Exchange {
    pub(crate) fn new(scope: Scope, transport: Arc<Transport>, vault: Vault) -> Self {
        Self {
            scope,
            transport,
            vault: Mutex::new(vault),
            ended: AtomicBool::new(false),
            witness: None,
        }
    }

    pub(crate) fn seen_by(self, witness: Option<Arc<dyn Witness>>) -> Self {
        Self { witness, ..self }
    }

    /// What the operator allows.
    pub(crate) fn policy(&self) -> &Policy {
        &self.scope.policy
    }

    /// Works on the operation's secrets. Never held across an await.
    pub(crate) fn with_vault<T>(&self, work: impl FnOnce(&mut Vault) -> T) -> T {
        work(&mut self.vault.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a request that was prepared, and reads its answer.
    pub(crate) async fn send(
        self: &Arc<Self>,
        ready: Ready,
        request: Request,
    ) -> Result<ReadAnswer, Failure> {
        let outcome = self.transport.send(ready).await;
        log(&request, outcome.as_ref());
        self.read(outcome?, request).await
    }

    /// Decides whether a request may leave, and fills its secrets in. The operator is told of one
    /// that may not: the plugin tried what it was not given.
    pub(crate) fn prepare(
        &self,
        request: &Request,
        purpose: &CallPurpose,
    ) -> Result<Ready, Denied> {
        self.prepare_allowed(request, purpose)
            .inspect_err(|denied| tracing::warn!(%denied, "a plugin's request was denied"))
    }

    fn prepare_allowed(&self, request: &Request, purpose: &CallPurpose) -> Result<Ready, Denied> {
        if self.ended.load(Ordering::SeqCst) {
            return Err(Denial::SendingEnded.into());
        }
        let target = decide(
            request,
            &self.scope.asked,
            &self.scope.policy,
            &self.scope.headers,
        )?;
        let purposes = self.scope.purposes(&request.url);
        purpose.check(request, purposes)?;
        let filled = self.with_vault(|vault| {
            // Before it is looked through: that takes time by its length.
            check_size(request, vault, self.transport.request_bytes())?;
            check_names(request, vault)?;
            let headers = &self.scope.headers.secret;
            check_placement(request, purposes, headers, |name| vault.kind(name))?;
            fill::fill(request, vault).map_err(|error| Denied::of_plugin(error.to_string()))
        })?;
        Ok(Ready {
            method: request.method,
            target,
            filled,
        })
    }

    /// Takes a secret into the vault; the summary is all that a plugin gets.
    pub(crate) fn seal(&self, hint: &str, kind: SecretKind, secret: Secret) -> Sealed {
        let claims = &self.scope.permitted.claims;
        let mut budget = Budget::new(MOST_SEARCHED);
        self.with_vault(|vault| vault.seal(hint, kind, secret, claims, &mut budget).0)
    }

    /// What the plugin may read of an answer to this request, which is read off the threads that serve
    /// others.
    pub(crate) async fn read(
        self: &Arc<Self>,
        answer: RawAnswer,
        request: Request,
    ) -> Result<ReadAnswer, Failure> {
        let path = path(&request.url);
        let exchange = Arc::clone(self);
        let reading = move || exchange.read_now(&answer, &request);
        let read = tokio::task::spawn_blocking(reading)
            .await
            .map_err(|_| Failure::sent(FailureKind::Other, "the answer could not be read"))?;
        if let Some(witness) = &self.witness {
            witness.read(&self.scope.declaration.account(&read));
        }
        if let Some(leak) = &read.leak {
            tracing::warn!(path, %leak, "an answer held a secret; it was not shown");
            if leak.end_sending {
                self.ended.store(true, Ordering::SeqCst);
            }
        }
        Ok(read)
    }

    fn read_now(&self, answer: &RawAnswer, request: &Request) -> ReadAnswer {
        self.with_vault(|vault| {
            let carried = Carried::new(vault, carried(request), written(request));
            let Scope {
                declaration,
                permitted,
                ..
            } = &self.scope;
            declaration.read(answer, permitted, &carried, vault)
        })
    }

    /// Where to send a person's browser that the plugin sends to this URL; or why not there.
    pub(crate) fn browser_url(&self, url: &str) -> Result<String, Denied> {
        self.browser_target(url)
            .inspect_err(|denied| tracing::warn!(%denied, "a browser was not sent there"))
    }

    fn browser_target(&self, url: &str) -> Result<String, Denied> {
        let target = decide_url(url, &self.scope.asked, &self.scope.policy)?;
        if !self.scope.purposes(url).browser {
            return Err(Denial::NotForBrowsers.into());
        }
        Ok(target.url.into())
    }

    /// Where a request to the service's API goes that whoever uses the credential makes.
    pub(crate) fn api_target(&self, url: &str) -> Result<Target, Denied> {
        let target = decide_url(url, &self.scope.asked, &self.scope.policy)?;
        if !self.scope.purposes(url).api {
            return Err(Denial::NotAnApi.into());
        }
        Ok(target)
    }

    /// Headers of the plugin's making, held to the same rules, filled in.
    pub(crate) fn fill_headers(&self, headers: &[Pair]) -> Result<Vec<AuthHeader>, String> {
        check_headers(headers, &self.scope.headers)
            .and_then(|()| check_secret_headers(headers, &self.scope.headers.secret))
            .map_err(|denial| denial.to_string())?;
        let fill = |header: &Pair| {
            self.with_vault(|vault| fill::header_value(header, vault))
                .map(|value| AuthHeader {
                    name: header.name.clone(),
                    value: Secret::new(value.as_str()),
                })
                .map_err(|error| error.to_string())
        };
        headers.iter().map(fill).collect()
    }

    /// The header `authorization`, filled in.
    pub(crate) fn fill_authorization(&self, it: &Authorization) -> Result<AuthHeader, String> {
        check_authorization(it).map_err(|denial| denial.to_string())?;
        self.with_vault(|vault| fill::authorization_value(it, vault))
            .map(|value| AuthHeader {
                name: "Authorization".to_owned(),
                value: Secret::new(value.as_str()),
            })
            .map_err(|error| error.to_string())
    }
}

/// Why the host does not send a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Denied {
    pub(crate) message: String,
    /// Whether the operator's policy could allow it; else the plugin is at fault.
    pub(crate) policy: bool,
}

impl Denied {
    fn of_plugin(message: String) -> Self {
        Self {
            message,
            policy: false,
        }
    }

    /// Something that the operator's policy could allow.
    pub(crate) fn by_policy(message: String) -> Self {
        Self {
            message,
            policy: true,
        }
    }

    pub(crate) fn into_failure(self) -> Failure {
        Failure::unsent(FailureKind::Denied, self.message)
    }
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        Self {
            policy: denial.is_policy(),
            message: denial.to_string(),
        }
    }
}

/// A name is for the places that ask for one; written as text, it would leave as it is.
fn check_names(request: &Request, vault: &Vault) -> Result<(), Denied> {
    let written = written(request);
    if written.iter().any(|text| vault.is_named_in(text)) {
        return Err(Denial::NameAsText.into());
    }
    Ok(())
}

/// Filled in, before the form is encoded. A secret counts with its value's length each time that it
/// stands there: a short name must not stand for megabytes.
fn check_size(request: &Request, vault: &Vault, bound: usize) -> Result<(), Denied> {
    let secrets = carried(request).map(|name| vault.get(name).map_or(0, |it| it.expose().len()));
    let texts = literals(request).map(str::len);
    if texts.chain(secrets).sum::<usize>() <= bound {
        return Ok(());
    }
    Err(Denied::of_plugin(format!(
        "the request is larger than {bound} bytes"
    )))
}

fn path(url: &str) -> String {
    let url = Url::parse(url);
    url.map(|url| url.path().to_owned()).unwrap_or_default()
}

/// One line a request: path, status and bound; never a query, a header or a body.
fn log(request: &Request, outcome: Result<&RawAnswer, &Failure>) {
    let path = path(&request.url);
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
