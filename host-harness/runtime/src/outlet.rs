//! The way out of one call: what it may send, and what it has sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::bindings::exports::connector::credential::oauth::{CodeGrant, Grant};
use crate::contract::{
    Failure, FailureKind, Method, Pair, Purposes, Request, RequestBody, Segment,
};
use crate::egress::{Denial, carried};
use crate::http::{Denied, Exchange, Ready};
use crate::reading::ReadAnswer;
use crate::slots::Lane;

/// What a call is for, and so what it may send.
#[derive(Clone, Debug)]
pub(crate) enum CallPurpose {
    /// Tokens are obtained; with a code, the request that carries it carries the verifier and the
    /// redirect URI of the authorization too.
    Obtain(Option<CodeGrant>),
    /// A credential is tested: nothing may change.
    Test,
    /// A grant is ended, with one of the secrets of these names.
    Revoke(Vec<String>),
}

impl CallPurpose {
    /// Whether a request carries what this call is about: a token to revoke, a secret to test.
    fn is_carried_by(&self, request: &Request) -> bool {
        match self {
            Self::Revoke(tokens) if tokens.is_empty() => true,
            Self::Revoke(tokens) => carried(request).any(|name| tokens.iter().any(|it| it == name)),
            Self::Obtain(_) | Self::Test => carried(request).next().is_some(),
        }
    }

    pub(crate) fn check(&self, request: &Request, purposes: Purposes) -> Result<(), Denial> {
        match self {
            Self::Obtain(Some(grant)) => check_code_exchange(request, grant),
            Self::Test => check_test(request, purposes),
            Self::Obtain(None) | Self::Revoke(_) => Ok(()),
        }
    }
}

/// A test asks by `GET`, or by `POST` where tokens are obtained (introspection, RFC 7662).
fn check_test(request: &Request, purposes: Purposes) -> Result<(), Denial> {
    let asks = match request.method {
        Method::Get => true,
        Method::Post => purposes.token,
        Method::Put | Method::Patch | Method::Delete => false,
    };
    if asks {
        Ok(())
    } else {
        Err(Denial::TestChanges)
    }
}

/// A code is exchanged with the redirect URI (RFC 6749 section 4.1.3) and the verifier (RFC 7636
/// section 4.5) that belong to it.
fn check_code_exchange(request: &Request, grant: &CodeGrant) -> Result<(), Denial> {
    if !carried(request).any(|name| name == grant.code) {
        return Ok(());
    }
    let verifier = grant.code_verifier.as_ref();
    if verifier.is_some_and(|verifier| carried(request).all(|name| name != verifier)) {
        return Err(Denial::NoVerifier);
    }
    let pairs: &[Pair] = match &request.body {
        RequestBody::Form(pairs) | RequestBody::JsonObject(pairs) => pairs,
        RequestBody::None | RequestBody::Json(_) => &[],
    };
    let is_ours = |pair: &Pair| {
        pair.name != "redirect_uri"
            || matches!(pair.value.as_slice(), [Segment::Text(text)] if *text == grant.redirect_uri)
    };
    let named = pairs.iter().filter(|pair| pair.name == "redirect_uri");
    if named.count() == 1 && pairs.iter().all(is_ours) {
        Ok(())
    } else {
        Err(Denial::OtherRedirect)
    }
}

/// The way out of one call. What has been sent is the host's word, whatever the plugin says.
pub(crate) struct Outlet {
    way: Option<Way>,
    sent: AtomicBool,
    carried: AtomicBool,
    succeeded: AtomicBool,
    denied: Mutex<Option<Denied>>,
    /// What the host found out where there was no answer last.
    detail: Mutex<Option<String>>,
}

struct Way {
    exchange: Arc<Exchange>,
    purpose: CallPurpose,
}

impl Outlet {
    /// For a call that sends nothing by contract: whatever the plugin tries is denied.
    pub(crate) fn closed() -> Arc<Self> {
        Self::new(None)
    }

    /// For a call that may send.
    pub(crate) fn open(exchange: &Arc<Exchange>, purpose: CallPurpose) -> Arc<Self> {
        Self::new(Some(Way {
            exchange: Arc::clone(exchange),
            purpose,
        }))
    }

    /// For obtaining tokens by a grant.
    pub(crate) fn for_grant(exchange: &Arc<Exchange>, grant: &Grant) -> Arc<Self> {
        let code = match grant {
            Grant::AuthorizationCode(code) => Some(code.clone()),
            Grant::ClientCredentials | Grant::RefreshToken(_) | Grant::Other(_) => None,
        };
        Self::open(exchange, CallPurpose::Obtain(code))
    }

    fn new(way: Option<Way>) -> Arc<Self> {
        Arc::new(Self {
            way,
            sent: AtomicBool::new(false),
            carried: AtomicBool::new(false),
            succeeded: AtomicBool::new(false),
            denied: Mutex::new(None),
            detail: Mutex::new(None),
        })
    }

    /// Whether this call may wait for the network.
    pub(crate) fn lane(&self) -> Lane {
        if self.way.is_some() {
            Lane::Online
        } else {
            Lane::Offline
        }
    }

    /// Decides whether a request may leave; what is denied is remembered, for of several the last
    /// explains what the plugin says.
    pub(crate) fn prepare(&self, request: &Request) -> Result<Ready, Denied> {
        let prepared = match &self.way {
            Some(way) => way.exchange.prepare(request, &way.purpose),
            None => {
                tracing::warn!("a plugin tried to send in a call that sends nothing by contract");
                Err(Denial::Offline.into())
            }
        };
        prepared.inspect_err(|denied| self.note_denied(denied.clone()))
    }

    /// Sends a request of the plugin's, if this call may.
    pub(crate) async fn send(&self, request: Request) -> Result<ReadAnswer, Failure> {
        let ready = self.prepare(&request).map_err(Denied::into_failure)?;
        let Some(way) = &self.way else {
            return Err(Denied::from(Denial::Offline).into_failure());
        };
        // Set before, so that it is true as well where waiting is cut short.
        let before = self.sent.swap(true, Ordering::SeqCst);
        let carries = way.purpose.is_carried_by(&request);
        let answer = way.exchange.send(ready, request).await;
        let left = answer
            .as_ref()
            .map_or_else(|failure| failure.request_sent, |_| true);
        self.sent.store(before || left, Ordering::SeqCst);
        self.carried.fetch_or(carries && left, Ordering::SeqCst);
        self.note(&answer, carries);
        answer
    }

    fn note(&self, answer: &Result<ReadAnswer, Failure>, carries: bool) {
        let detail = answer.as_ref().err().and_then(|it| it.detail.clone());
        *self.detail.lock().unwrap_or_else(PoisonError::into_inner) = detail;
        match answer {
            Ok(answer) => {
                let success = carries && (200..300).contains(&answer.status);
                self.succeeded.fetch_or(success, Ordering::SeqCst);
            }
            Err(failure) if failure.kind == FailureKind::Denied => {
                self.note_denied(Denied::by_policy(failure.message.clone()));
            }
            Err(_) => {}
        }
    }

    fn note_denied(&self, denied: Denied) {
        *self.denied.lock().unwrap_or_else(PoisonError::into_inner) = Some(denied);
    }

    /// Notes that a request has left by another way: an HTTP client of the embedder's.
    pub(crate) fn note_sent(&self, sent: bool) {
        self.sent.fetch_or(sent, Ordering::SeqCst);
    }

    /// What the host did not send.
    pub(crate) fn denied(&self) -> Option<Denied> {
        self.denied
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the host found out where there was no answer last.
    pub(crate) fn detail(&self) -> Option<String> {
        self.detail
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether a request may have left.
    pub(crate) fn has_sent(&self) -> bool {
        self.sent.load(Ordering::SeqCst)
    }

    /// Whether a request may have left that carried what the call is about.
    pub(crate) fn has_carried(&self) -> bool {
        self.carried.load(Ordering::SeqCst)
    }

    /// Whether such a request was answered with success (RFC 9110 section 15.3).
    pub(crate) fn has_succeeded(&self) -> bool {
        self.succeeded.load(Ordering::SeqCst)
    }
}
