//! What one can ask of a plugin about one credential.

use std::fmt::Debug;
use std::sync::Arc;

use wasmtime::Store;

use crate::authorization::Pending;
use crate::bindings::CredentialPlugin;
use crate::bindings::connector::credential::types as wit;
use crate::bindings::exports::connector::credential::oauth as wit_oauth;
use crate::call::Calling;
use crate::contract::{
    AuthHeader, AuthorizationRefusal, Check, Grant, GrantPlan, Pair, Problem, Request,
    SettingValue, Settings, Tokens,
};
use crate::convert;
use crate::error::{CallFailure, Cause, Error};
use crate::http::Exchange;
use crate::plugin::Loaded;
use crate::secret::Secret;
use crate::state::CallState;

/// Who sends a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The plugin, through its import: one call, its instance waiting on the network.
    Plugin,
    /// The host, between two calls of the plugin: no instance waits. The same outcome.
    Host,
}

/// One operation on one credential: as many calls as it takes, over one set of secrets.
///
/// Every call runs in an instance of its own. The secrets are wiped when the operation is dropped.
pub struct Operation {
    loaded: Arc<Loaded>,
    settings: Arc<[wit::Setting]>,
    exchange: Arc<Exchange>,
}

/// An instance, to be called once with the operation's settings.
struct Callee<'a> {
    plugin: &'a CredentialPlugin,
    store: &'a mut Store<CallState>,
    settings: &'a [wit::Setting],
}

impl Operation {
    pub(crate) fn new(loaded: Arc<Loaded>, settings: &Settings, exchange: Exchange) -> Self {
        let settings = settings
            .iter()
            .map(|(field, value)| wit::Setting {
                field: field.to_owned(),
                value: tell(&loaded, &exchange, field, value),
            })
            .collect();
        Self {
            loaded,
            settings,
            exchange: Arc::new(exchange),
        }
    }

    /// What is wrong with the settings: every problem at once. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn validate(&self) -> Result<Vec<Problem>, CallFailure> {
        let problems = self
            .apart("credential/validate", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_credential()
                        .call_validate(it.store, it.settings)
                        .await
                })
            })
            .await?;
        Ok(convert::problems(problems))
    }

    /// How to connect and how to renew. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn plan(&self) -> Result<GrantPlan, Error> {
        let plan = self
            .apart("oauth/plan", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_plan(it.store, it.settings)
                        .await
                })
            })
            .await?;
        plan.map(convert::grant_plan).map_err(refused)
    }

    /// Begins an authorization through a person's browser (RFC 6749 section 4.1): draws a state and
    /// a PKCE verifier, and has the plugin build the URL. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn begin_authorization(&self, redirect_uri: &str) -> Result<Pending, Error> {
        let draft = Pending::draw(&*self.loaded.runtime.randomness, redirect_uri);
        let authorization = convert::to_authorization(draft.authorization());
        let url = self
            .apart("oauth/authorization-url", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_authorization_url(it.store, it.settings, &authorization)
                        .await
                })
            })
            .await?
            .map_err(refused)?;
        Ok(draft.with_url(url))
    }

    /// What to tell a person whose browser came back with a refusal. Sends nothing.
    pub async fn authorization_refused(&self, refusal: AuthorizationRefusal) -> Error {
        let refusal = convert::to_authorization_refusal(refusal);
        let told = self
            .apart("oauth/authorization-refused", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_authorization_refused(it.store, it.settings, &refusal)
                        .await
                })
            })
            .await;
        told.map_or_else(Error::from, refused)
    }

    /// Obtains tokens.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short: see
    /// [`CallFailure::request_in_flight`].
    pub async fn obtain_tokens(&self, grant: &Grant, sender: Sender) -> Result<Tokens, Error> {
        let grant = self.name_grant(grant);
        match sender {
            Sender::Plugin => self.obtain_through_import(grant).await,
            Sender::Host => self.obtain_in_two_calls(grant).await,
        }
    }

    async fn obtain_through_import(&self, grant: wit_oauth::Grant) -> Result<Tokens, Error> {
        const EXPORT: &str = "oauth/obtain-tokens";
        let tokens = self
            .connected(EXPORT, move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_obtain_tokens(it.store, it.settings, &grant)
                        .await
                })
            })
            .await?;
        self.tokens(EXPORT, tokens.map_err(refused)?)
    }

    async fn obtain_in_two_calls(&self, grant: wit_oauth::Grant) -> Result<Tokens, Error> {
        let request = self.token_request(grant.clone()).await?;
        let answer = convert::to_answer(self.exchange.send(request).await);
        const EXPORT: &str = "oauth/parse-token-response";
        let tokens = self
            .apart(EXPORT, move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_parse_token_response(it.store, it.settings, &grant, &answer)
                        .await
                })
            })
            .await?;
        self.tokens(EXPORT, tokens.map_err(refused)?)
    }

    async fn token_request(&self, grant: wit_oauth::Grant) -> Result<Request, Error> {
        let request = self
            .apart("oauth/token-request", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_oauth()
                        .call_token_request(it.store, it.settings, &grant)
                        .await
                })
            })
            .await?;
        request.map(convert::request).map_err(refused)
    }

    /// What to add to an API request so that it is made under this credential. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn authenticate(&self, access: &Secret) -> Result<Vec<AuthHeader>, Error> {
        const EXPORT: &str = "connection/authenticate";
        let access = self.name("access_token", access);
        let headers = self
            .apart(EXPORT, move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_connection()
                        .call_authenticate(it.store, it.settings, &access)
                        .await
                })
            })
            .await?
            .map_err(refused)?;
        headers
            .into_iter()
            .map(|it| self.fill_header(EXPORT, &convert::pair(it)))
            .collect()
    }

    /// Asks the service whether it accepts the credential.
    ///
    /// # Errors
    ///
    /// A test that could not be made: the plugin's refusal, or a call that was cut short.
    pub async fn test(&self, access: &Secret) -> Result<Vec<Check>, Error> {
        let access = self.seal("access_token", access);
        let checks = self
            .connected("connection/test", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_connection()
                        .call_test(it.store, it.settings, &access)
                        .await
                })
            })
            .await?;
        checks
            .map(|checks| checks.into_iter().map(convert::check).collect())
            .map_err(refused)
    }

    /// What revoking would end besides this credential. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn revocation_warning(&self) -> Result<Option<String>, CallFailure> {
        self.apart("connection/revocation-warning", move |it| {
            Box::pin(async move {
                it.plugin
                    .connector_credential_connection()
                    .call_revocation_warning(it.store, it.settings)
                    .await
            })
        })
        .await
    }

    /// Ends the grant at the service.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn revoke(&self, token: &Secret) -> Result<(), Error> {
        let token = self.name("token", token);
        let outcome = self
            .connected("connection/revoke", move |it| {
                Box::pin(async move {
                    it.plugin
                        .connector_credential_connection()
                        .call_revoke(it.store, it.settings, &token)
                        .await
                })
            })
            .await?;
        outcome.map_err(refused)
    }

    /// A call that sends nothing: whatever the plugin tries is denied.
    async fn apart<T: Debug>(
        &self,
        export: &'static str,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        self.call(export, None, call).await
    }

    /// A call that may send.
    async fn connected<T: Debug>(
        &self,
        export: &'static str,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        self.call(export, Some(Arc::clone(&self.exchange)), call)
            .await
    }

    async fn call<T: Debug>(
        &self,
        export: &'static str,
        exchange: Option<Arc<Exchange>>,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let settings = Arc::clone(&self.settings);
        let Loaded { runtime, pre, .. } = &*self.loaded;
        runtime
            .sandbox
            .call(pre, export, exchange, move |plugin, store| {
                Box::pin(async move {
                    call(Callee {
                        plugin,
                        store,
                        settings: &settings,
                    })
                    .await
                })
            })
            .await
    }

    fn name(&self, hint: &str, secret: &Secret) -> String {
        self.exchange
            .with_vault(|vault| vault.keep(hint, secret.clone()))
    }

    fn seal(&self, hint: &str, secret: &Secret) -> wit::Sealed {
        convert::to_sealed(
            self.exchange
                .with_sealer(|sealer| sealer.seal(hint, secret.clone())),
        )
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

    fn tokens(&self, export: &'static str, it: wit_oauth::Tokens) -> Result<Tokens, Error> {
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

    fn value(&self, export: &'static str, name: &str) -> Result<Secret, CallFailure> {
        self.exchange
            .with_vault(|vault| vault.get(name).cloned())
            .ok_or_else(|| {
                broken(
                    export,
                    "it named a secret that this operation does not have",
                )
            })
    }

    fn fill_header(&self, export: &'static str, header: &Pair) -> Result<AuthHeader, Error> {
        self.exchange
            .fill_header(header)
            .map_err(|why| broken(export, why).into())
    }
}

/// What the plugin is told of a setting: its text where the descriptor says that the field holds
/// text, otherwise the name of a secret, whatever the field is.
fn tell(
    loaded: &Loaded,
    exchange: &Exchange,
    field: &str,
    value: &SettingValue,
) -> wit::SettingValue {
    let is_text = loaded
        .descriptor()
        .field(field)
        .is_some_and(|it| it.kind.is_text());
    let secret = match value {
        SettingValue::Text(text) if is_text => return wit::SettingValue::Text(text.clone()),
        SettingValue::Text(text) => Secret::new(text.as_str()),
        SettingValue::Secret(secret) => secret.clone(),
    };
    let sealed = exchange.with_sealer(|sealer| sealer.seal(field, secret));
    wit::SettingValue::Secret(convert::to_sealed(sealed))
}

fn refused(error: wit::Error) -> Error {
    convert::refusal(error).into()
}

fn broken(export: &'static str, why: impl Into<String>) -> CallFailure {
    CallFailure {
        export,
        cause: Cause::Contract(why.into()),
        request_in_flight: false,
    }
}
