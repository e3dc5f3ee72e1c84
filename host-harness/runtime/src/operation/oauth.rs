//! Obtaining tokens: the plan, the authorization, the grant.

use std::sync::Arc;

use super::{Operation, PreparedRequest, broken};
use crate::authorization::Pending;
use crate::bindings::connector::credential::http as wit_http;
use crate::bindings::exports::connector::credential::oauth as wit_oauth;
use crate::contract::{
    AuthorizationRefusal, Failure, Grant, GrantKind, GrantPlan, Refusal, Request, Tokens,
};
use crate::convert;
use crate::error::{CallFailure, Error};
use crate::outlet::Outlet;
use crate::redact::{LONGEST_NAME, MOST};
use crate::secret::Secret;
use crate::vault::{SecretKind, Vault};

const PLAN: &str = "oauth/plan";
const AUTHORIZATION_URL: &str = "oauth/authorization-url";
const TOKEN_REQUEST: &str = "oauth/token-request";
const OBTAIN: &str = "oauth/obtain-tokens";
const PARSE: &str = "oauth/parse-token-response";

/// The longest margin that is believed, in seconds: thirty days.
const LONGEST_MARGIN: u32 = 30 * 86_400;

/// The longest authorization URL, in bytes: what browsers and servers take.
const LONGEST_URL: usize = 8 << 10;

/// Who sends a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The plugin, through its import: one call, its instance waiting on the network.
    Plugin,
    /// The host, between two calls of the plugin: no instance waits. The same outcome.
    Host,
}

impl Operation {
    /// How to connect and how to renew. Asked once for an operation. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn plan(&self) -> Result<GrantPlan, Error> {
        if let Some(plan) = self.plan.get() {
            return Ok(plan.clone());
        }
        let outlet = Outlet::closed();
        let plan = self
            .call(
                PLAN,
                &outlet,
                calling!(connector_credential_oauth.call_plan()),
            )
            .await?;
        let plan = match plan {
            Ok(plan) => convert::grant_plan(plan),
            Err(error) => return Err(self.refused(error, &outlet).await),
        };
        let plan = self
            .exchange
            .with_vault(|vault| checked_plan(plan, vault))
            .map_err(|why| broken(PLAN, why, &outlet))?;
        Ok(self.plan.get_or_init(|| plan).clone())
    }

    /// Begins an authorization through a person's browser (RFC 6749 section 4.1): draws a state and,
    /// by the plan, a PKCE verifier, and has the plugin build the URL. It must lead where a browser may
    /// be sent, and carry what is the host's: response type, redirect URI, state and challenge. Sends
    /// nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal; [`ErrorKind::Denied`](crate::ErrorKind::Denied) where the URL leads
    /// elsewhere; or a call that was cut short.
    pub async fn begin_authorization(&self, redirect_uri: &str) -> Result<Pending, Error> {
        let pkce = self.plan().await?.pkce;
        let parameters = &self.loaded.descriptor().redirect_parameters;
        let randomness = &*self.loaded.runtime.randomness;
        let draft = Pending::draw(randomness, redirect_uri, pkce, parameters);
        let authorization = draft.authorization();
        let outlet = Outlet::closed();
        let url = self
            .call(
                AUTHORIZATION_URL,
                &outlet,
                calling!(connector_credential_oauth.call_authorization_url(&authorization)),
            )
            .await?;
        let url = match url {
            Ok(url) if url.len() > LONGEST_URL => {
                let why = format!("its URL is longer than {LONGEST_URL} bytes");
                return Err(broken(AUTHORIZATION_URL, why, &outlet).into());
            }
            // As a browser reads it, without the line breaks and tabs that a browser drops.
            Ok(url) => url::Url::parse(&url).map_or(url, String::from),
            Err(error) => return Err(self.refused(error, &outlet).await),
        };
        let mapped = self.exchange.browser_url(&url).map_err(Refusal::from)?;
        self.check_authorization_url(&draft, &url)
            .map_err(|why| broken(AUTHORIZATION_URL, why, &outlet))?;
        Ok(draft.with_urls(mapped, url))
    }

    fn check_authorization_url(&self, draft: &Pending, url: &str) -> Result<(), String> {
        draft.check_url(url).map_err(|error| error.to_string())?;
        let rest = draft.without_state(url);
        let holds_secret = self
            .exchange
            .with_vault(|vault| !vault.find(&rest).is_empty() || vault.is_named_in(&rest));
        if holds_secret {
            return Err(
                "a secret of the credential, or the name of one, stands in its URL".to_owned(),
            );
        }
        Ok(())
    }

    /// What to tell a person whose browser came back with a refusal. Sends nothing.
    pub async fn authorization_refused(&self, mut refusal: AuthorizationRefusal) -> Error {
        if self.holds_secret(&refusal.error) {
            refusal.error = "unreadable".to_owned();
        }
        let refusal = convert::to_authorization_refusal(refusal);
        let outlet = Outlet::closed();
        let explained = self
            .call(
                "oauth/authorization-refused",
                &outlet,
                calling!(connector_credential_oauth.call_authorization_refused(&refusal)),
            )
            .await;
        match explained {
            Ok(error) => self.refused(error, &outlet).await,
            Err(failure) => failure.into(),
        }
    }

    /// Obtains tokens.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short: see
    /// [`CallFailure::request_sent`](crate::CallFailure::request_sent).
    pub async fn obtain_tokens(&self, grant: &Grant, sender: Sender) -> Result<Tokens, Error> {
        let grant = self.name_grant(grant);
        let outlet = Outlet::for_grant(&self.exchange, &grant);
        match sender {
            Sender::Plugin => self.obtain_through_import(grant, &outlet).await,
            Sender::Host => self.obtain_in_two_calls(grant, &outlet).await,
        }
    }

    async fn obtain_through_import(
        &self,
        grant: wit_oauth::Grant,
        outlet: &Arc<Outlet>,
    ) -> Result<Tokens, Error> {
        let granted = grant.clone();
        let tokens = self
            .call(
                OBTAIN,
                outlet,
                calling!(connector_credential_oauth.call_obtain_tokens(&grant)),
            )
            .await?;
        self.understood(OBTAIN, tokens, &granted, outlet).await
    }

    async fn obtain_in_two_calls(
        &self,
        grant: wit_oauth::Grant,
        outlet: &Arc<Outlet>,
    ) -> Result<Tokens, Error> {
        let request = self.token_request(grant.clone()).await?;
        let answer = convert::to_answer(outlet.send(request).await);
        self.understand(grant, answer, outlet).await
    }

    /// The token request with its secrets filled in, for a host that sends with an HTTP client of
    /// its own. The policy has allowed it, under an origin's mapping where there is one. That the
    /// address it is sent to is a public one is then for the host to see to.
    ///
    /// # Errors
    ///
    /// As [`Operation::obtain_tokens`], before anything is sent.
    pub async fn prepare_token_request(&self, grant: &Grant) -> Result<PreparedRequest, Error> {
        let grant = self.name_grant(grant);
        let request = self.token_request(grant.clone()).await?;
        let outlet = Outlet::for_grant(&self.exchange, &grant);
        match outlet.prepare(&request) {
            Ok(ready) => Ok(PreparedRequest::new(grant, request, ready)),
            Err(denied) => {
                let answer = Err(convert::to_failure(denied.into_failure()));
                match self.understand(grant, answer, &outlet).await {
                    Err(error) => Err(error),
                    Ok(_) => {
                        let why = "it found tokens where no request was sent";
                        Err(broken(PARSE, why, &outlet).into())
                    }
                }
            }
        }
    }

    /// What became of a prepared request. Redirects must not have been followed.
    ///
    /// # Errors
    ///
    /// As [`Operation::obtain_tokens`].
    pub async fn receive_tokens(
        &self,
        prepared: PreparedRequest,
        answer: Result<http::Response<Vec<u8>>, Failure>,
    ) -> Result<Tokens, Error> {
        let (grant, request) = prepared.into_parts();
        let outlet = Outlet::for_grant(&self.exchange, &grant);
        let answer = match answer {
            Ok(answer) => {
                outlet.note_answered();
                self.exchange.read(answer.into(), request).await
            }
            Err(failure) => {
                outlet.note_unanswered(failure.request_sent);
                Err(failure)
            }
        };
        self.understand(grant, convert::to_answer(answer), &outlet)
            .await
    }

    /// The second of two calls. What it does not take of the answer's tokens is kept.
    async fn understand(
        &self,
        grant: wit_oauth::Grant,
        answer: wit_http::Answer,
        outlet: &Outlet,
    ) -> Result<Tokens, Error> {
        let brought = self.tokens_in(&answer);
        let result = self.parse(grant, answer, outlet).await;
        self.note_unread(brought.filter(|_| result.is_err()));
        result
    }

    /// A call that is cut short here comes after a request, and says so.
    async fn parse(
        &self,
        grant: wit_oauth::Grant,
        answer: wit_http::Answer,
        outlet: &Outlet,
    ) -> Result<Tokens, Error> {
        let granted = grant.clone();
        let tokens = self
            .call_offline(
                PARSE,
                calling!(connector_credential_oauth.call_parse_token_response(&grant, &answer)),
            )
            .await
            .map_err(|failure| CallFailure {
                request_sent: failure.request_sent || outlet.has_sent(),
                ..failure
            })?;
        self.understood(PARSE, tokens, &granted, outlet).await
    }

    async fn understood(
        &self,
        export: &'static str,
        tokens: Result<wit_oauth::Tokens, crate::bindings::connector::credential::types::Error>,
        granted: &wit_oauth::Grant,
        outlet: &Outlet,
    ) -> Result<Tokens, Error> {
        match tokens {
            Ok(tokens) => self
                .tokens(tokens, granted)
                .map_err(|why| broken(export, why, outlet).into()),
            Err(error) => Err(self.refused(error, outlet).await),
        }
    }

    async fn token_request(&self, grant: wit_oauth::Grant) -> Result<Request, Error> {
        let outlet = Outlet::closed();
        let request = self
            .call(
                TOKEN_REQUEST,
                &outlet,
                calling!(connector_credential_oauth.call_token_request(&grant)),
            )
            .await?;
        match request {
            Ok(request) => Ok(request),
            Err(error) => Err(self.refused(error, &outlet).await),
        }
    }

    /// Whether a secret of the credential stands in what came back with a browser. Anybody can write
    /// anything there.
    fn holds_secret(&self, text: &str) -> bool {
        let found = self.exchange.with_vault(|vault| vault.find(text));
        if !found.is_empty() {
            tracing::warn!("a redirect held a secret in a parameter, which is not told");
        }
        !found.is_empty()
    }

    fn name_grant(&self, grant: &Grant) -> wit_oauth::Grant {
        let name = |hint, secret: &Secret| self.name(hint, SecretKind::Grant, secret);
        match grant {
            Grant::AuthorizationCode(it) => {
                let code = name("code", &it.code);
                let code_verifier = it.code_verifier.as_ref();
                let code_verifier = code_verifier.map(|it| name("code_verifier", it));
                let parameters = it.parameters.iter();
                let harmless = parameters.filter(|(_, value)| !self.holds_secret(value));
                wit_oauth::Grant::AuthorizationCode(wit_oauth::CodeGrant {
                    code,
                    redirect_uri: it.redirect_uri.clone(),
                    code_verifier,
                    parameters: harmless.cloned().collect(),
                })
            }
            Grant::ClientCredentials => wit_oauth::Grant::ClientCredentials,
            Grant::RefreshToken(token) => {
                self.know_refresh_token(token);
                wit_oauth::Grant::RefreshToken(name("refresh_token", token))
            }
            Grant::Other(name) => wit_oauth::Grant::Other(name.clone()),
        }
    }
}

/// A plan that can be followed.
fn checked_plan(mut plan: GrantPlan, vault: &mut Vault) -> Result<GrantPlan, String> {
    if plan.connect == GrantKind::RefreshToken {
        return Err("no credential is connected by a refresh token: there is none yet".to_owned());
    }
    if plan.renew.contains(&GrantKind::AuthorizationCode) {
        return Err("it would renew through a person at a browser".to_owned());
    }
    for kind in std::iter::once(&plan.connect).chain(&plan.renew) {
        check_grant_kind(kind)?;
    }
    let repeats = |(at, kind): (usize, &GrantKind)| plan.renew[..at].contains(kind);
    if plan.renew.len() > 4 || plan.renew.iter().enumerate().any(repeats) {
        return Err("it names a way to renew twice, or more than four".to_owned());
    }
    plan.margin_seconds = plan.margin_seconds.min(LONGEST_MARGIN);
    plan.scopes.truncate(MOST);
    plan.scopes
        .retain(|it| it.len() <= LONGEST_NAME && vault.find(it).is_empty());
    Ok(plan)
}

/// An extension grant has a short name of its own (RFC 6749 section 4.5): not that of a kind which has
/// rules here.
fn check_grant_kind(kind: &GrantKind) -> Result<(), String> {
    let GrantKind::Other(name) = kind else {
        return Ok(());
    };
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-._~:/".contains(&it);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_plain) {
        return Err("it names a grant by what is no `grant_type`".to_owned());
    }
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let own = [
        "authorizationcode",
        "clientcredentials",
        "refreshtoken",
        "code",
    ];
    if own.iter().any(|it| letters.eq_ignore_ascii_case(it)) {
        return Err("it names a grant of its own by the name of a usual one".to_owned());
    }
    Ok(())
}
