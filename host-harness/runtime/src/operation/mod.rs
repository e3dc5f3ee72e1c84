//! What one can ask of a plugin about one credential.

/// A call of one exported function with the operation's settings and these arguments.
macro_rules! calling {
    ($interface:ident . $function:ident ($(& $argument:ident),*)) => {
        move |it| {
            Box::pin(async move {
                let interface = it.plugin.$interface();
                interface.$function(it.store, it.settings $(, &$argument)*).await
            })
        }
    };
}

mod api;
mod connection;
mod oauth;
mod prepared;
mod refusal;
mod tokens;
mod unread;

use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasmtime::Store;

use crate::bindings::CredentialPlugin;
use crate::bindings::connector::credential::types as wit;
use crate::call::Calling;
use crate::contract::{GrantPlan, Problem, SettingValue, Settings};
use crate::convert;
use crate::error::{CallFailure, Cause};
use crate::http::Exchange;
use crate::outlet::Outlet;
use crate::plugin::Loaded;
use crate::purpose::CallPurpose;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::slots::Caller;
use crate::state::CallState;
use crate::vault::SecretKind;

pub use api::{ApiAnswer, ApiClient, ApiError, ApiRequest};
pub use oauth::Sender;
pub use prepared::PreparedRequest;
pub use unread::UnreadTokens;

/// One operation on one credential: as many calls as it takes, over one set of secrets.
///
/// Every call runs in an instance of its own. The secrets are wiped when the operation is dropped.
/// Dropping a future of [`Operation::obtain_tokens`], `test` or `revoke` midway gives up what the
/// service answers: tokens that it has issued are lost, a single-use code or refresh token may be
/// spent. Whoever may be cut short lets such a call run to its end in a task of its own.
pub struct Operation {
    loaded: Arc<Loaded>,
    settings: Arc<[wit::Setting]>,
    exchange: Arc<Exchange>,
    plan: OnceLock<GrantPlan>,
    unread: Mutex<Option<UnreadTokens>>,
    /// Refresh tokens that the credential has without this operation's having obtained them.
    refresh_tokens: Mutex<Vec<Secret>>,
    caller: Caller,
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
        let caller = Caller {
            plugin: loaded.digest(),
            tenant: None,
        };
        Self {
            loaded,
            settings,
            exchange: Arc::new(exchange),
            plan: OnceLock::new(),
            unread: Mutex::default(),
            refresh_tokens: Mutex::default(),
            caller,
        }
    }

    /// For a tenant of the embedder's, by a name that tells tenants apart: one tenant's calls take no
    /// more than their share of the slots.
    #[must_use]
    pub fn for_tenant(mut self, tenant: &str) -> Self {
        self.caller.tenant = Some(tenant.into());
        self
    }

    /// Further secrets of the credential, for which this operation has no name: stored tokens, the
    /// state of an open sign-in. Whatever an answer or a plugin says is held against them too.
    pub fn know<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) {
        self.exchange
            .with_vault(|vault| secrets.into_iter().for_each(|it| vault.know(it)));
    }

    /// The refresh token that the credential keeps where an answer brings none: what an answer brings as
    /// the access token is another secret. The one of a [`Grant`](crate::Grant) is known without this.
    pub fn know_refresh_token(&self, token: &Secret) {
        self.know([token]);
        let known = &self.refresh_tokens;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.push(token.clone());
    }

    /// What is wrong with the settings: every problem at once. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn validate(&self) -> Result<Vec<Problem>, CallFailure> {
        let problems = self
            .call_offline(
                "credential/validate",
                calling!(connector_credential_credential.call_validate()),
            )
            .await?;
        let problems = convert::problems(problems);
        Ok(self
            .exchange
            .with_vault(|vault| Redactor(vault).problems(problems)))
    }

    /// A call that sends nothing: whatever the plugin tries is denied.
    async fn call_offline<T: Debug>(
        &self,
        export: &'static str,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        self.call(export, &Outlet::closed(), call).await
    }

    /// A call that may send by this outlet.
    async fn call<T: Debug>(
        &self,
        export: &'static str,
        outlet: &Arc<Outlet>,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let settings = Arc::clone(&self.settings);
        let Loaded { runtime, pre, .. } = &*self.loaded;
        runtime
            .sandbox
            .call(pre, (export, &self.caller), outlet, move |plugin, store| {
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

    fn outlet(&self, purpose: CallPurpose) -> Arc<Outlet> {
        Outlet::open(&self.exchange, purpose)
    }

    fn name(&self, hint: &str, kind: SecretKind, secret: &Secret) -> String {
        self.exchange
            .with_vault(|vault| vault.keep(hint, kind, secret.clone()))
    }

    fn seal(&self, hint: &str, kind: SecretKind, secret: &Secret) -> wit::Sealed {
        convert::to_sealed(self.exchange.seal(hint, kind, secret.clone()))
    }
}

/// What the plugin is told of a setting: a text where the policy allows it, otherwise the name of a
/// secret, whatever the field is.
fn tell(
    loaded: &Loaded,
    exchange: &Exchange,
    field: &str,
    value: &SettingValue,
) -> wit::SettingValue {
    let tells = |text: &str| {
        let asked = loaded.descriptor().field(field);
        asked.is_some_and(|it| exchange.policy().tells(it, text))
    };
    let secret = match value {
        SettingValue::Text(text) if tells(text) => return wit::SettingValue::Text(text.clone()),
        SettingValue::Text(text) => Secret::new(text.as_str()),
        SettingValue::Secret(secret) => secret.clone(),
    };
    let sealed = exchange.seal(field, SecretKind::Setting, secret);
    wit::SettingValue::Secret(convert::to_sealed(sealed))
}

/// What the plugin returned cannot stand.
fn broken(export: &'static str, why: impl Into<String>, outlet: &Outlet) -> CallFailure {
    let failure = CallFailure {
        export,
        cause: Cause::Contract(why.into()),
        request_sent: outlet.has_sent(),
    };
    tracing::warn!(%failure, "a plugin's answer was not taken");
    failure
}
