//! A plugin's refusal, as far as the host lets it stand: whether anything was sent and answered is the
//! host's word, and so is what it denied.

use super::Operation;
use crate::bindings::connector::credential::types as wit;
use crate::contract::{Actor, Diagnosis, ErrorKind, Refusal};
use crate::convert;
use crate::error::Error;
use crate::http::Denied;
use crate::outlet::Outlet;
use crate::redact::Redactor;

/// The longest wait that a service can ask for, in seconds: a day. A wrong number does no lasting harm.
const LONGEST_WAIT: u32 = 86_400;

impl Operation {
    /// The refusal of a call, or of the second of two of which the first sent by the same outlet.
    pub(super) async fn refused(&self, error: wit::Error, outlet: &Outlet) -> Error {
        let mut refusal = convert::refusal(error);
        if let Some(detail) = outlet.detail() {
            let hint = refusal.diagnosis.hint.take();
            let hints: Vec<String> = hint.into_iter().chain([detail]).collect();
            refusal.diagnosis.hint = Some(hints.join(" "));
        }
        let refusal = self
            .exchange
            .with_vault(|vault| Redactor(vault).refusal(refusal));
        let step = refusal.diagnosis.setup_step.as_deref();
        let known = step.is_some_and(|it| self.loaded.descriptor().setup_step(it).is_some());
        let mut refusal = corrected(refusal, outlet);
        refusal.diagnosis.setup_step.take_if(|_| !known);
        if refusal.kind == ErrorKind::InvalidSettings {
            refusal.problems = match self.validate().await {
                Ok(problems) => problems,
                Err(failure) => return failure.into(),
            };
        }
        refusal.into()
    }
}

/// Held against what the host knows of the call.
fn corrected(mut refusal: Refusal, outlet: &Outlet) -> Refusal {
    let wait = refusal.retry_after_seconds;
    refusal.retry_after_seconds = wait.map(|seconds| seconds.min(LONGEST_WAIT));
    let sent = outlet.has_sent();
    match (refusal.kind, outlet.denied()) {
        (ErrorKind::Denied, Some(denied)) if !sent => denied.into(),
        (ErrorKind::Denied | ErrorKind::InvalidSettings, _) if sent => {
            by_plugin(refusal, ErrorKind::Protocol)
        }
        (ErrorKind::Denied, _) => by_plugin(refusal, ErrorKind::Other),
        (ErrorKind::OutcomeUnknown, _) if !sent => Refusal {
            kind: ErrorKind::Unavailable,
            ..refusal
        },
        (ErrorKind::OutcomeUnknown, _) if !outlet.has_unanswered() => {
            by_plugin(refusal, ErrorKind::Protocol)
        }
        (
            ErrorKind::InvalidSettings
            | ErrorKind::Reauthorize
            | ErrorKind::Misconfigured
            | ErrorKind::StaleToken
            | ErrorKind::Throttled
            | ErrorKind::Unavailable
            | ErrorKind::OutcomeUnknown
            | ErrorKind::Protocol
            | ErrorKind::Other,
            _,
        ) => refusal,
    }
}

/// The plugin says what cannot be: its author has to act.
fn by_plugin(refusal: Refusal, kind: ErrorKind) -> Refusal {
    Refusal {
        kind,
        diagnosis: Diagnosis {
            actor: Actor::Plugin,
            setup_step: None,
            ..refusal.diagnosis
        },
        ..refusal
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        let (actor, hint) = if denied.policy {
            let hint = "Allow it in the policy, if it is the service's.";
            (Actor::Platform, hint)
        } else {
            let hint = "No policy can allow it: the plugin has to be mended.";
            (Actor::Plugin, hint)
        };
        Self::new(
            ErrorKind::Denied,
            Diagnosis {
                code: "denied".to_owned(),
                message: format!("The host did not send a request: {}.", denied.message),
                hint: Some(hint.to_owned()),
                actor,
                setup_step: None,
                support_id: None,
            },
        )
    }
}
