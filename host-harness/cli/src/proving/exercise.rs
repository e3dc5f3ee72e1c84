//! Calls everything that a plugin exports, over and over, and keeps what the host's caller gets.

use std::fmt::Debug;
use std::sync::Arc;

use credential_runtime::{
    AuthorizationRefusal, CallFailure, Cause, CodeGrant, Error, Grant, HeldTokens, Limit,
    Operation, Plugin, Policy, Secret, Sender, Settings,
};

use super::canaries::Canaries;
use super::script::{Answer, Script};

/// A run over one plugin.
pub(super) struct Exercise<'a> {
    pub(super) plugin: &'a Plugin,
    pub(super) policy: Arc<Policy>,
    pub(super) script: &'a Script,
    pub(super) canaries: &'a Canaries,
    pub(super) redirect_uri: String,
    /// What the operations returned, as a careless caller would log it.
    pub(super) outcomes: String,
    /// Calls of whose memory nothing was seen.
    pub(super) unseen: usize,
}

impl Exercise<'_> {
    /// Everything that can be asked about a credential with these settings.
    pub(super) async fn run(&mut self, settings: &Settings) {
        let operation = self.plugin.operation(settings, &self.policy);
        let validated = operation.validate().await;
        self.keep(&validated.map_err(Error::from));
        self.keep(&operation.plan().await);
        self.keep(&operation.revocation_warning().await.map_err(Error::from));
        let code = self.authorize(&operation).await;
        for (number, answer) in Answer::ALL.into_iter().enumerate() {
            self.script.will(answer);
            self.obtain(settings, &code, number).await;
            self.use_token(settings).await;
        }
    }

    /// A browser that comes back with a code, and one that comes back without.
    async fn authorize(&mut self, operation: &Operation) -> Grant {
        let refusal = AuthorizationRefusal {
            error: "access_denied".to_owned(),
        };
        let told = operation.authorization_refused(refusal).await;
        self.keep::<()>(&Err(told));
        let begun = operation.begin_authorization(&self.redirect_uri).await;
        self.keep(&begun.as_ref().map(|_| ()).map_err(Clone::clone));
        let code = self.canaries.draw("code");
        let verifier = match begun {
            Ok(pending) => drawn_verifier(pending, &code),
            Err(_) => None,
        };
        let verifier = match verifier {
            Some(verifier) => self
                .canaries
                .keep("code verifier", verifier.expose().to_owned()),
            None => self.canaries.draw("code verifier"),
        };
        Grant::AuthorizationCode(CodeGrant {
            code: Secret::new(code),
            redirect_uri: self.redirect_uri.clone(),
            code_verifier: Some(Secret::new(verifier)),
            parameters: Vec::new(),
        })
    }

    async fn obtain(&mut self, settings: &Settings, code: &Grant, number: usize) {
        let refresh = Secret::new(self.canaries.draw("refresh token"));
        let grants = [
            code,
            &Grant::ClientCredentials,
            &Grant::RefreshToken(refresh),
            &Grant::Other("urn:example:extension".to_owned()),
        ];
        for (turn, grant) in grants.into_iter().enumerate() {
            let operation = self.plugin.operation(settings, &self.policy);
            let sender = if (turn + number).is_multiple_of(2) {
                Sender::Plugin
            } else {
                Sender::Host
            };
            let outcome = operation.obtain_tokens(grant, sender).await;
            self.keep(&outcome);
        }
    }

    async fn use_token(&mut self, settings: &Settings) {
        let claims = &self.plugin.descriptor().claims;
        let access = Secret::new(self.canaries.draw_jwt("access token", claims));
        let operation = self.plugin.operation(settings, &self.policy);
        self.keep(&operation.authenticate(&access).await);
        self.keep(&operation.test(&access).await);
        self.keep(&operation.connecting_warning().await.map_err(Error::from));
        let held = HeldTokens {
            access: Some(access),
            refresh: Some(Secret::new(self.canaries.draw("refresh token"))),
        };
        self.keep(&operation.revoke(&held).await);
    }

    fn keep<T: Debug>(&mut self, outcome: &Result<T, Error>) {
        if let Err(Error::Failed(CallFailure {
            cause: Cause::Limit(Limit::CallDeadline | Limit::ConcurrentCalls),
            ..
        })) = outcome
        {
            // It may have waited for its turn to the end, and never have had a memory.
            self.unseen += 1;
        }
        self.outcomes.push_str(&format!("{outcome:?}\n"));
        if let Err(error) = outcome {
            self.outcomes.push_str(&format!("{error}\n"));
        }
    }
}

/// The verifier is the host's to draw and shows only in the grant that it ends in.
fn drawn_verifier(pending: credential_runtime::Pending, code: &str) -> Option<Secret> {
    let asked = url::Url::parse(pending.url()).ok()?;
    let (_, state) = asked.query_pairs().find(|(name, _)| name == "state")?;
    let mut back = url::Url::parse(pending.redirect_uri()).ok()?;
    back.query_pairs_mut()
        .append_pair("state", &state)
        .append_pair("code", code);
    match pending.complete(back.as_str()) {
        Ok(Grant::AuthorizationCode(grant)) => grant.code_verifier,
        Ok(_) | Err(_) => None,
    }
}
