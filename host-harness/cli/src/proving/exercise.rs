//! Calls everything that a plugin exports, over and over, and keeps what the host's caller gets.

use std::fmt::Debug;
use std::sync::Arc;

use credential_runtime::{
    AuthorizationRefusal, CallFailure, Cause, CodeGrant, Error, FieldKind, Grant, HeldTokens,
    Limit, Operation, Plugin, Policy, Secret, Sender, SettingValue, Settings, Tokens,
};

use super::canaries::Canaries;
use super::pair::{Pair, Way};
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
    /// The two ways to obtain tokens.
    pub(super) pair: &'a mut Pair,
}

impl Exercise<'_> {
    /// Everything that can be asked about a credential with these settings.
    pub(super) async fn run(&mut self, settings: &Settings) {
        let operation = self.operation(settings);
        let validated = operation.validate().await;
        self.keep(&validated.map_err(Error::from));
        self.keep(&operation.plan().await);
        self.keep(&operation.revocation_warning().await.map_err(Error::from));
        let code = self.authorize(&operation).await;
        for answer in Answer::ALL {
            self.obtain(settings, &code, answer).await;
            self.script.will(answer);
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
            Ok(pending) => drawn_verifier(pending, &code).map(|it| it.expose().to_owned()),
            // A plugin with a plan of its own is given what its plan asks for.
            Err(_) => {
                let plan = operation.plan().await;
                let pkce = plan.is_ok_and(|it| it.pkce);
                pkce.then(|| self.canaries.draw("drawn for PKCE"))
            }
        };
        let verifier = verifier.map(|it| self.canaries.keep("code verifier", it));
        Grant::AuthorizationCode(CodeGrant {
            code: Secret::new(code),
            redirect_uri: self.redirect_uri.clone(),
            code_verifier: verifier.map(Secret::new),
            parameters: Vec::new(),
        })
    }

    /// By both ways, each with the same answer to the same request.
    async fn obtain(&mut self, settings: &Settings, code: &Grant, answer: Answer) {
        let refresh = Secret::new(self.canaries.draw("refresh token"));
        let grants = [
            code,
            &Grant::ClientCredentials,
            &Grant::RefreshToken(refresh),
            &Grant::Other("urn:example:extension".to_owned()),
        ];
        for grant in grants {
            self.script.will(answer);
            let (obtained, sent) = self.obtain_by(settings, grant, Sender::Plugin).await;
            self.script.repeat();
            let (by_pair, sent_by_pair) = self.obtain_by(settings, grant, Sender::Host).await;
            let way = |requests, outcome| Way { requests, outcome };
            self.pair
                .compare(grant, &way(sent, &obtained), &way(sent_by_pair, &by_pair));
        }
    }

    async fn obtain_by(
        &mut self,
        settings: &Settings,
        grant: &Grant,
        sender: Sender,
    ) -> (Result<Tokens, Error>, Vec<String>) {
        let operation = self.operation(settings);
        let outcome = operation.obtain_tokens(grant, sender).await;
        self.keep(&outcome);
        (outcome, self.script.take_requests())
    }

    async fn use_token(&mut self, settings: &Settings) {
        let claims = &self.plugin.descriptor().claims;
        let access = Secret::new(self.canaries.draw_jwt("access token", claims));
        let operation = self.operation(settings);
        self.keep(&operation.authenticate(&access).await);
        self.keep(&operation.test(&access).await);
        self.keep(&operation.connecting_warning().await.map_err(Error::from));
        let held = HeldTokens {
            access: Some(access),
            refresh: Some(Secret::new(self.canaries.draw("refresh token"))),
        };
        self.keep(&operation.revoke(&held).await);
    }

    /// An operation with these settings; a text in a field that connecting fills in is a fact.
    fn operation(&self, settings: &Settings) -> Operation {
        let form = self.plugin.descriptor();
        let facts = settings.iter().filter_map(|(field, value)| match value {
            SettingValue::Text(text) => Some((field, text.as_str())),
            SettingValue::Secret(_) => None,
        });
        let facts = facts.filter(|(field, _)| {
            let field = form.field(field);
            field.is_some_and(|it| it.kind == FieldKind::Learned)
        });
        let policy = &self.policy;
        self.plugin.operation_with_facts(settings, facts, policy)
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
