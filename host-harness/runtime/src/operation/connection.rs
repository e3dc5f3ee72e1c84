//! A connected credential: using it, testing it, ending it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Operation, broken};
use crate::bindings::connector::credential::http::{Authorization, Pair, Segment};
use crate::bindings::exports::connector::credential::connection as wit;
use crate::contract::{
    Actor, AuthHeader, Check, Diagnosis, ErrorKind, HeldTokens, Outcome, Refusal,
};
use crate::convert;
use crate::egress::authentication_texts;
use crate::error::{CallFailure, Error};
use crate::outlet::{Outlet, TokenDecision};
use crate::purpose::CallPurpose;
use crate::redact::{LONGEST_TEXT, MOST, Redactor};
use crate::secret::Secret;
use crate::vault::SecretKind;

impl Operation {
    /// What to add to an API request so that it is made under this credential: the access token and
    /// no other secret. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn authenticate(&self, access: &Secret) -> Result<Vec<AuthHeader>, Error> {
        const EXPORT: &str = "connection/authenticate";
        let access = self.name("access_token", SecretKind::AccessToken, access);
        let outlet = Outlet::closed();
        let name = access.clone();
        let answer = self
            .call(
                EXPORT,
                &outlet,
                calling!(connector_credential_connection.call_authenticate(&access)),
            )
            .await?;
        match answer {
            Ok(authentication) => self
                .fill_in(&authentication, &name)
                .map_err(|why| broken(EXPORT, why, &outlet).into()),
            Err(error) => Err(self.refused(error, &outlet).await),
        }
    }

    fn fill_in(
        &self,
        it: &wit::ApiAuthentication,
        access: &str,
    ) -> Result<Vec<AuthHeader>, String> {
        let named: Vec<&str> = secrets_in(it).collect();
        if named != [access] {
            return Err("it must add the access token, once, and no other secret".to_owned());
        }
        let texts = authentication_texts(it.authorization.as_ref(), &it.headers);
        self.check_texts(texts)?;
        let authorization = it.authorization.iter();
        let authorization = authorization.map(|it| self.exchange.fill_authorization(it));
        let mut headers = authorization.collect::<Result<Vec<AuthHeader>, String>>()?;
        headers.extend(self.exchange.fill_headers(&it.headers)?);
        Ok(headers)
    }

    /// What it writes itself is short, and neither a secret nor the name of one.
    fn check_texts<'a>(&self, texts: impl Iterator<Item = Cow<'a, str>>) -> Result<(), String> {
        self.exchange.with_vault(|vault| {
            for text in texts {
                if text.len() > LONGEST_TEXT {
                    return Err(format!("a text of it is longer than {LONGEST_TEXT} bytes"));
                }
                if vault.is_named_in(&text) || !vault.find(&text).is_empty() {
                    return Err("it writes a secret, or the name of one, as text".to_owned());
                }
            }
            Ok(())
        })
    }

    /// Asks the service whether it accepts the credential.
    ///
    /// # Errors
    ///
    /// A test that could not be made: the plugin's refusal, or a call that was cut short.
    pub async fn test(&self, access: &Secret) -> Result<Vec<Check>, Error> {
        const EXPORT: &str = "connection/test";
        let access = self.seal("access_token", SecretKind::AccessToken, access);
        let outlet = self.outlet(CallPurpose::Test(access.secret.clone()));
        let checks = self
            .call(
                EXPORT,
                &outlet,
                calling!(connector_credential_connection.call_test(&access)),
            )
            .await?;
        match checks {
            Ok(checks) => {
                let checks: Vec<Check> = checks.into_iter().map(convert::check).collect();
                check_checks(&checks, &outlet).map_err(|why| broken(EXPORT, why, &outlet))?;
                let checks: Vec<Check> = checks.into_iter().map(|it| self.shown(it)).collect();
                check_ids(&checks).map_err(|why| broken(EXPORT, why, &outlet))?;
                Ok(checks)
            }
            Err(error) => Err(self.refused(error, &outlet).await),
        }
    }

    /// A check as it is shown: without secrets, and with no step that the descriptor does not have.
    fn shown(&self, check: Check) -> Check {
        let mut check = self
            .exchange
            .with_vault(|vault| Redactor(vault).check(check));
        if let Some(diagnosis) = &mut check.diagnosis {
            let descriptor = self.loaded.descriptor();
            diagnosis
                .setup_step
                .take_if(|it| descriptor.setup_step(it).is_none());
        }
        check
    }

    /// What connecting may end at the service; absent where it ends nothing. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn connecting_warning(&self) -> Result<Option<String>, CallFailure> {
        let warning = self
            .call_offline(
                "connection/connecting-warning",
                calling!(connector_credential_connection.call_connecting_warning()),
            )
            .await?;
        Ok(self.warning(warning))
    }

    /// What revoking would end besides this credential. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn revocation_warning(&self) -> Result<Option<String>, CallFailure> {
        let warning = self
            .call_offline(
                "connection/revocation-warning",
                calling!(connector_credential_connection.call_revocation_warning()),
            )
            .await?;
        Ok(self.warning(warning))
    }

    fn warning(&self, text: Option<String>) -> Option<String> {
        let text = text.filter(|it| !it.trim().is_empty())?;
        Some(self.exchange.with_vault(|vault| Redactor(vault).text(text)))
    }

    /// Ends the grant at the service, with whichever of the tokens it takes.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short. A plugin that says that it revoked and has
    /// sent nothing broke the contract; where the service did not answer it, or only that it failed,
    /// the refusal is the host's, and the grant may live on.
    pub async fn revoke(&self, held: &HeldTokens) -> Result<(), Error> {
        const EXPORT: &str = "connection/revoke";
        let name = |hint, kind, token: &Option<Secret>| {
            let token = token.as_ref();
            token.map(|token| self.name(hint, kind, token))
        };
        let tokens = wit::HeldTokens {
            access: name("access_token", SecretKind::Grant, &held.access),
            refresh: name("refresh_token", SecretKind::Grant, &held.refresh),
        };
        let names = tokens.access.iter().chain(&tokens.refresh).cloned();
        let outlet = self.outlet(CallPurpose::Revoke(names.collect()));
        let outcome = self
            .call(
                EXPORT,
                &outlet,
                calling!(connector_credential_connection.call_revoke(&tokens)),
            )
            .await?;
        match outcome {
            Ok(()) => check_revoked(&outlet),
            Err(error) => Err(self.refused(error, &outlet).await),
        }
    }
}

/// A plugin says that it revoked: a service has decided on every token that was sent.
fn check_revoked(outlet: &Outlet) -> Result<(), Error> {
    const EXPORT: &str = "connection/revoke";
    let refusal = match outlet.decision_on_tokens() {
        Some(TokenDecision::Decided) => return Ok(()),
        Some(decision @ (TokenDecision::Unanswered | TokenDecision::Undecided)) => {
            not_revoked(decision, outlet.detail())
        }
        None => {
            let why = if outlet.has_sent() {
                "it says that it revoked, and sent neither of the tokens"
            } else {
                "it says that it revoked, and sent nothing"
            };
            return Err(broken(EXPORT, why, outlet).into());
        }
    };
    tracing::warn!(
        export = EXPORT,
        "a plugin says that it revoked what the service did not: {}",
        refusal.diagnosis.message
    );
    Err(refusal.into())
}

fn not_revoked(decision: TokenDecision, detail: Option<String>) -> Refusal {
    let (kind, code, message, hint) = match decision {
        TokenDecision::Unanswered => (
            ErrorKind::OutcomeUnknown,
            "revocation-unanswered",
            "The service did not answer the request to revoke: whether the grant has ended is not known.",
            "Revoke again. To revoke what has ended already does no harm.",
        ),
        TokenDecision::Undecided | TokenDecision::Decided => (
            ErrorKind::Unavailable,
            "revocation-undecided",
            "The service could not revoke now: it answered that it failed, or that it has to be asked \
             later or elsewhere. The grant may live on.",
            "Revoke again later.",
        ),
    };
    let hints: Vec<String> = [hint.to_owned()].into_iter().chain(detail).collect();
    Refusal::new(
        kind,
        Diagnosis {
            code: code.to_owned(),
            message: message.to_owned(),
            hint: Some(hints.join(" ")),
            actor: Actor::Service,
            setup_step: None,
            support_id: None,
        },
    )
}

/// The names of secrets in what is added to a request.
fn secrets_in(it: &wit::ApiAuthentication) -> impl Iterator<Item = &str> {
    let (single, basic) = match &it.authorization {
        None => (None, None),
        Some(Authorization::Bearer(name)) => (Some(name.as_str()), None),
        Some(Authorization::Other(scheme)) => (Some(scheme.credentials.as_str()), None),
        Some(Authorization::Basic(basic)) => (None, Some(basic)),
    };
    let basic = basic
        .into_iter()
        .flat_map(|it| it.user_id.iter().chain(&it.password));
    let in_headers = it.headers.iter().flat_map(|pair: &Pair| &pair.value);
    let segments = basic.chain(in_headers).filter_map(|segment| match segment {
        Segment::Secret(name) => Some(name.as_str()),
        Segment::Text(_) => None,
    });
    single.into_iter().chain(segments)
}

/// What the contract says of a test, as far as the host can know it.
fn check_checks(checks: &[Check], outlet: &Outlet) -> Result<(), &'static str> {
    let passed = checks.iter().any(|it| it.outcome == Outcome::Passed);
    if checks.is_empty() || checks.len() > MOST {
        Err("a test has at least one check, and not hundreds")
    } else if passed && !outlet.has_succeeded() {
        Err(
            "a check passed, and no request of the test was answered with success that carried the \
             access token",
        )
    } else if checks
        .iter()
        .any(|it| (it.outcome == Outcome::Failed) != it.diagnosis.is_some())
    {
        Err("a check has a diagnosis where it failed, and only there")
    } else {
        Ok(())
    }
}

/// As they are shown: long ones may have become one.
fn check_ids(checks: &[Check]) -> Result<(), &'static str> {
    let ids: HashSet<&str> = checks.iter().map(|it| it.id.as_str()).collect();
    if ids.len() < checks.len() {
        return Err("two checks of a test have one id");
    }
    Ok(())
}
