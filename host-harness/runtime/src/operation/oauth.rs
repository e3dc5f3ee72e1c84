//! Obtaining tokens: the plan, the authorization, the grant.

use super::{Operation, PreparedRequest, broken, refused};
use crate::authorization::Pending;
use crate::bindings::connector::credential::http as wit_http;
use crate::bindings::exports::connector::credential::oauth as wit_oauth;
use crate::contract::{AuthorizationRefusal, Failure, Grant, GrantPlan, Refusal, Request, Tokens};
use crate::convert;
use crate::error::{CallFailure, Error};

const OBTAIN: &str = "oauth/obtain-tokens";
const PARSE: &str = "oauth/parse-token-response";

/// Who sends a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The plugin, through its import: one call, its instance waiting on the network.
    Plugin,
    /// The host, between two calls of the plugin: no instance waits. The same outcome.
    Host,
}

impl Operation {
    /// How to connect and how to renew. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn plan(&self) -> Result<GrantPlan, Error> {
        let plan = self
            .apart(
                "oauth/plan",
                calling!(connector_credential_oauth.call_plan()),
            )
            .await?;
        plan.map(convert::grant_plan).map_err(refused)
    }

    /// Begins an authorization through a person's browser (RFC 6749 section 4.1): draws a state and
    /// a PKCE verifier, and has the plugin build the URL, which must lead where the plugin's
    /// requests may go. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal; [`Refusal::Denied`] where the URL leads elsewhere; or a call that was
    /// cut short.
    pub async fn begin_authorization(&self, redirect_uri: &str) -> Result<Pending, Error> {
        let draft = Pending::draw(&*self.loaded.runtime.randomness, redirect_uri);
        let authorization = convert::to_authorization(draft.authorization());
        let url = self
            .apart(
                "oauth/authorization-url",
                calling!(connector_credential_oauth.call_authorization_url(&authorization)),
            )
            .await?
            .map_err(refused)?;
        match self.exchange.browser_url(&url) {
            Ok(mapped) => Ok(draft.with_urls(mapped, url)),
            Err(denial) => Err(Refusal::Denied(denial).into()),
        }
    }

    /// What to tell a person whose browser came back with a refusal. Sends nothing.
    pub async fn authorization_refused(&self, refusal: AuthorizationRefusal) -> Error {
        let refusal = convert::to_authorization_refusal(refusal);
        let told = self
            .apart(
                "oauth/authorization-refused",
                calling!(connector_credential_oauth.call_authorization_refused(&refusal)),
            )
            .await;
        told.map_or_else(Error::from, refused)
    }

    /// Obtains tokens.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short: see
    /// [`CallFailure::request_sent`](crate::CallFailure::request_sent).
    pub async fn obtain_tokens(&self, grant: &Grant, sender: Sender) -> Result<Tokens, Error> {
        let grant = self.name_grant(grant);
        match sender {
            Sender::Plugin => self.obtain_through_import(grant).await,
            Sender::Host => self.obtain_in_two_calls(grant).await,
        }
    }

    async fn obtain_through_import(&self, grant: wit_oauth::Grant) -> Result<Tokens, Error> {
        let tokens = self
            .connected(
                OBTAIN,
                calling!(connector_credential_oauth.call_obtain_tokens(&grant)),
            )
            .await?
            .map_err(refused)?;
        let after_sending = |failure| CallFailure {
            request_sent: true,
            ..failure
        };
        Ok(self.tokens(OBTAIN, tokens).map_err(after_sending)?)
    }

    async fn obtain_in_two_calls(&self, grant: wit_oauth::Grant) -> Result<Tokens, Error> {
        let request = self.token_request(grant.clone()).await?;
        let answer = convert::to_answer(self.exchange.send(request).await);
        self.understand(grant, answer).await
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
        match self.exchange.prepare(&request) {
            Ok(ready) => Ok(PreparedRequest::new(grant, request, ready)),
            Err(failure) => match self
                .understand(grant, Err(convert::to_failure(failure)))
                .await
            {
                Err(error) => Err(error),
                Ok(_) => Err(broken(PARSE, "it found tokens where no request was sent").into()),
            },
        }
    }

    /// What became of a prepared request, understood: the answer as it came, or why there is none.
    ///
    /// # Errors
    ///
    /// As [`Operation::obtain_tokens`].
    pub async fn receive_tokens(
        &self,
        prepared: PreparedRequest,
        answer: Result<http::Response<Vec<u8>>, Failure>,
    ) -> Result<Tokens, Error> {
        let (grant, seal) = prepared.into_parts();
        let answer = answer.map(|answer| self.exchange.seal(&answer.into(), &seal));
        self.understand(grant, convert::to_answer(answer)).await
    }

    /// A call that is cut short here comes after a request, and says so.
    async fn understand(
        &self,
        grant: wit_oauth::Grant,
        answer: wit_http::Answer,
    ) -> Result<Tokens, Error> {
        let sent = answer
            .as_ref()
            .map_or_else(|failure| failure.request_sent, |_| true);
        let after_sending = |failure: CallFailure| CallFailure {
            request_sent: failure.request_sent || sent,
            ..failure
        };
        let tokens = self
            .apart(
                PARSE,
                calling!(connector_credential_oauth.call_parse_token_response(&grant, &answer)),
            )
            .await
            .map_err(after_sending)?
            .map_err(refused)?;
        Ok(self.tokens(PARSE, tokens).map_err(after_sending)?)
    }

    async fn token_request(&self, grant: wit_oauth::Grant) -> Result<Request, Error> {
        let request = self
            .apart(
                "oauth/token-request",
                calling!(connector_credential_oauth.call_token_request(&grant)),
            )
            .await?;
        request.map(convert::request).map_err(refused)
    }

    fn name_grant(&self, grant: &Grant) -> wit_oauth::Grant {
        match grant {
            Grant::AuthorizationCode(it) => {
                wit_oauth::Grant::AuthorizationCode(wit_oauth::CodeGrant {
                    code: self.name("code", &it.code),
                    redirect_uri: it.redirect_uri.clone(),
                    code_verifier: it
                        .code_verifier
                        .as_ref()
                        .map(|verifier| self.name("code_verifier", verifier)),
                })
            }
            Grant::ClientCredentials => wit_oauth::Grant::ClientCredentials,
            Grant::RefreshToken(token) => {
                wit_oauth::Grant::RefreshToken(self.name("refresh_token", token))
            }
            Grant::Other(name) => wit_oauth::Grant::Other(name.clone()),
        }
    }

    fn tokens(&self, export: &'static str, it: wit_oauth::Tokens) -> Result<Tokens, CallFailure> {
        let access = self.value(export, &it.access)?;
        let refresh = it
            .refresh
            .map(|name| self.value(export, &name))
            .transpose()?;
        Ok(Tokens {
            token_type: it.token_type,
            access,
            refresh,
            expires_in_seconds: it.expires_in_seconds,
            identity: it.identity.map(convert::identity),
        })
    }
}
