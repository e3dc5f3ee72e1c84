//! The way out of one call: what it may send, what it has sent, and what was answered.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bindings::exports::connector::credential::oauth::Grant;
use crate::contract::{Failure, FailureKind, Request};
use crate::egress::Denial;
use crate::http::{Denied, Exchange, Ready};
use crate::purpose::CallPurpose;
use crate::reading::ReadAnswer;
use crate::slots::Lane;

/// The way out of one call. What has been sent and answered is the host's word, whatever the plugin says.
pub(crate) struct Outlet {
    way: Option<Way>,
    record: Mutex<Record>,
}

struct Way {
    exchange: Arc<Exchange>,
    purpose: CallPurpose,
}

/// Whether a service decided on a token that a request carried; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenDecision {
    /// It left, and no answer was seen.
    Unanswered,
    /// It was answered, and not decided: the service failed (5xx), asks to wait, or sends elsewhere.
    Undecided,
    /// The service did what was asked for, or said no.
    Decided,
}

impl TokenDecision {
    /// By an answer's status (RFC 9110 section 15). Too early, too late and too often say nothing of the
    /// request itself.
    fn of(status: u16) -> Self {
        let asks_to_wait = matches!(status, 408 | 425 | 429);
        if matches!(status, 200..300 | 400..500) && !asks_to_wait {
            Self::Decided
        } else {
            Self::Undecided
        }
    }
}

/// What the host knows of a call's requests.
#[derive(Default)]
struct Record {
    /// Whether a request may have left.
    sent: bool,
    /// Whether one of them was not answered.
    unanswered: bool,
    /// The tokens that the call is about and that were sent, each with the best decision of the requests
    /// that carried it.
    tokens: BTreeMap<String, TokenDecision>,
    /// Whether a request with such a token was answered with success (RFC 9110 section 15.3).
    succeeded: bool,
    denied: Option<Denied>,
    /// What the host found out where there was no answer last.
    detail: Option<String>,
}

impl Record {
    fn note_tokens(&mut self, tokens: BTreeSet<String>, decision: TokenDecision) {
        for token in tokens {
            let best = self.tokens.entry(token).or_insert(decision);
            *best = decision.max(*best);
        }
    }
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
            record: Mutex::default(),
        })
    }

    /// Never held across an await.
    fn record<T>(&self, work: impl FnOnce(&mut Record) -> T) -> T {
        work(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
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
        prepared.inspect_err(|denied| self.record(|it| it.denied = Some(denied.clone())))
    }

    /// Sends a request of the plugin's, if this call may.
    pub(crate) async fn send(&self, request: Request) -> Result<ReadAnswer, Failure> {
        let ready = self.prepare(&request).map_err(Denied::into_failure)?;
        let Some(way) = &self.way else {
            return Err(Denied::from(Denial::Offline).into_failure());
        };
        // Set before, so that it is true as well where waiting is cut short.
        let before = self.record(|it| {
            let sent = mem::replace(&mut it.sent, true);
            (sent, mem::replace(&mut it.unanswered, true))
        });
        let tokens = way.purpose.tokens_in(&request);
        let answer = way.exchange.send(ready, request).await;
        self.record(|it| {
            (it.sent, it.unanswered) = before;
            it.detail = answer
                .as_ref()
                .err()
                .and_then(|failure| failure.detail.clone());
            match &answer {
                Ok(answer) => {
                    it.sent = true;
                    it.succeeded |= !tokens.is_empty() && (200..300).contains(&answer.status);
                    it.note_tokens(tokens, TokenDecision::of(answer.status));
                }
                Err(failure) if failure.kind == FailureKind::Denied => {
                    it.denied = Some(Denied::by_policy(failure.message.clone()));
                }
                Err(failure) if failure.request_sent => {
                    (it.sent, it.unanswered) = (true, true);
                    it.note_tokens(tokens, TokenDecision::Unanswered);
                }
                Err(_) => {}
            }
        });
        answer
    }

    /// Notes that a request was answered that left by another way: an HTTP client of the embedder's.
    pub(crate) fn note_answered(&self) {
        self.record(|it| it.sent = true);
    }

    /// Notes that such a request was not answered; whether it left.
    pub(crate) fn note_unanswered(&self, sent: bool) {
        self.record(|it| {
            it.sent |= sent;
            it.unanswered |= sent;
        });
    }

    /// What the host did not send.
    pub(crate) fn denied(&self) -> Option<Denied> {
        self.record(|it| it.denied.clone())
    }

    /// What the host found out where there was no answer last.
    pub(crate) fn detail(&self) -> Option<String> {
        self.record(|it| it.detail.clone())
    }

    /// Whether a request may have left.
    pub(crate) fn has_sent(&self) -> bool {
        self.record(|it| it.sent)
    }

    /// Whether a request may have left that was not answered.
    pub(crate) fn has_unanswered(&self) -> bool {
        self.record(|it| it.unanswered)
    }

    /// What was decided on the tokens that the call is about: the worst of them. Absent where none left.
    pub(crate) fn decision_on_tokens(&self) -> Option<TokenDecision> {
        self.record(|it| it.tokens.values().min().copied())
    }

    /// Whether a request that carried what the call is about was answered with success.
    pub(crate) fn has_succeeded(&self) -> bool {
        self.record(|it| it.succeeded)
    }
}
